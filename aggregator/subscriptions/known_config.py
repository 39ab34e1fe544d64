"""Remembers what feeds.yaml says, for a process that asks again and again."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aggregator.config.models import Config
from aggregator.store.engine import Store
from aggregator.subscriptions import sync


@dataclass(slots=True)
class KnownConfig:
    """What a file, there or not, and the environment say now: read into values again only when either changed."""

    store: Store
    path: Path
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    _known: tuple[str, Config] | None = None  # the digest, and what it stands for

    def read(self) -> Config:
        """Returns the configuration. Raises ConfigError."""
        return self._read()[1]

    def follow(self, now: int) -> None:
        """Makes the rows of feeds say what the file says. Raises ConfigError."""
        digest, config = self._read()
        sync.sync(self.store, config, digest, now)

    def _read(self) -> tuple[str, Config]:
        path, known = self.path if self.path.exists() else None, self._known
        if known is None or known[0] != sync.digest_of(path, self.environ):
            config, digest = sync.load(self.store, path, self.environ)
            self._known = known = (digest, config)
        return known
