"""Holds what every handler needs, and hands it to them as parameters."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from aggregator.access.logins import Login, Logins
from aggregator.config.models import Config, Settings
from aggregator.store.engine import Store
from aggregator.subscriptions.known_config import KnownConfig
from aggregator.web.extraction_time import ExtractionTime
from aggregator.web.picture_proxy import PictureProxy


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerState:
    """The archive that is served. `known`: what feeds.yaml says; `hosts`: the names by which the server may be asked,
    beside addresses (None: any); `trusted`: addresses of proxies whose headers are believed; `pictures`: serves those
    of other sites (None: browsers ask there); `extraction`: what it takes, where this process polls too."""

    store: Store
    logins: Logins
    known: KnownConfig
    hosts: frozenset[str] | None = None
    trusted: frozenset[str] = frozenset()
    pictures: PictureProxy | None = None
    extraction: ExtractionTime | None = None

    @property
    def now(self) -> int:
        """Returns the time, in seconds since 1970."""
        return int(time.time())

    @property
    def config_path(self) -> Path:
        """Returns where feeds.yaml is, or will be."""
        return self.known.path

    @property
    def environ(self) -> Mapping[str, str]:
        """Returns the variables that stand over it."""
        return self.known.environ

    def config(self) -> Config:
        """Returns what feeds.yaml says now. Raises ConfigError."""
        return self.known.read()

    def settings(self) -> Settings:
        """Returns the settings that feeds.yaml has now. Raises ConfigError."""
        return self.config().settings

    def follow_config(self) -> None:
        """Takes over what was written into feeds.yaml. Raises ConfigError."""
        self.known.follow(self.now)


# These are no plain functions, for which a request would wait for a thread twice.
async def _served(request: Request) -> ServerState:
    found: ServerState = request.app.state.served
    return found


async def _login(request: Request) -> Login | None:
    found: Login | None = request.state.login
    return found


Served = Annotated[ServerState, Depends(_served)]
"""The state, as a parameter of a handler."""
Reader = Annotated[Login | None, Depends(_login)]
"""Who asks, as a parameter; None where no password is set, and under paths that check logins themselves."""
