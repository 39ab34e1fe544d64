"""Reads feeds.yaml when it changed, and makes the rows of feeds say what it says."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import orjson
from sqlalchemy import Connection

from aggregator.config import load_config
from aggregator.config.models import Config, Feed, Page, Settings
from aggregator.errors import ConfigError, QueryError
from aggregator.store import meta, time_limit
from aggregator.store.alerting.saved_searches import read_query
from aggregator.store.engine import Store
from aggregator.store.grouping import muted
from aggregator.store.polling import feeds
from aggregator.store.polling.feeds import Subscription, Synced
from aggregator.store.sql import serialise
from aggregator.urls import site_of

_DIGEST_LENGTH = 64  # of what stands before a kept configuration


def load(store: Store, path: Path | None, environ: Mapping[str, str] = os.environ) -> tuple[Config, str]:
    """Returns the configuration and its digest. It is parsed again only when the file or a setting changed. Raises
    ConfigError, also for a query of `mute` that can't be read."""
    digest = digest_of(path, environ)
    with store.read() as conn:
        kept = meta.get(conn, "config")
    if kept and kept.startswith(digest):
        return Config.model_validate_json(kept[len(digest) :]), digest
    config = load_config.load(path, environ)
    with store.read() as conn:
        _refuse_unreadable(conn, config, path)
    return config, digest


def synced_settings(store: Store, path: Path, environ: Mapping[str, str], now: int) -> Settings:
    """Returns the settings, after the rows of feeds were made to say what the file says.

    Where neither it nor a variable changed since the last time, the settings alone are read: the subscriptions are in
    their rows.
    """
    if (kept := _kept_settings(store, path, environ)) is not None:
        return kept
    config, digest = load(store, path, environ)
    sync(store, config, digest, now)
    return config.settings


def shared_settings(store: Store, environ: Mapping[str, str]) -> Settings:
    """Returns the settings of the file that was synced last, wherever that was, with the environment over them. Raises
    ConfigError."""
    with store.read() as conn:
        kept = (meta.get(conn, "settings") or "")[_DIGEST_LENGTH:]
    return Settings.model_validate(orjson.loads(kept or "{}") | load_config.from_environment(environ))


def digest_of_synced(store: Store) -> str:
    """Returns the digest of the configuration that was synced last; empty where none was."""
    with store.read() as conn:
        return (meta.get(conn, "config") or "")[:_DIGEST_LENGTH]


def is_synced(store: Store, config: Config) -> bool:
    """Tells whether the configuration that was synced last says the same as this one."""
    with store.read() as conn:
        return (meta.get(conn, "config") or "")[_DIGEST_LENGTH:] == config.model_dump_json()


def _kept_settings(store: Store, path: Path | None, environ: Mapping[str, str]) -> Settings | None:
    """Returns the settings that were synced last; None if the file or a variable changed since."""
    with store.read() as conn:
        kept = meta.get(conn, "settings")
    if kept and kept.startswith(digest := digest_of(path, environ)):
        return Settings.model_validate_json(kept[len(digest) :])
    return None


def digest_of(path: Path | None, environ: Mapping[str, str]) -> str:
    """Returns what differs where the file, its place or a variable does. Raises ConfigError."""
    data = b""
    if path is not None:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ConfigError(f"{path}: can't be read: {error.strerror}") from error
    variables = sorted(f"{k}={v}" for k, v in environ.items() if k.startswith("AGGREGATOR_"))
    keys = [list(model.model_fields) for model in (Settings, Feed, Page)]  # another version may know others
    return sha256(repr((str(path), variables, keys)).encode() + data).hexdigest()


def sync(store: Store, config: Config, digest: str, now: int) -> Synced:
    """Makes the rows of feeds say what the configuration says; does nothing if it was synced last."""
    with store.read() as conn:
        kept = [meta.get(conn, key) or "" for key in ("config", "settings")]
    if all(text.startswith(digest) for text in kept):
        return Synced()
    sources: list[Feed | Page] = [*config.feeds, *config.articles]
    wanted = [subscription(item) for item in sources]
    with store.write() as conn:
        serialise(conn, "feeds.yaml")
        done = feeds.sync(conn, wanted, now)
        _mute(conn, config)
        time_limit.put(conn, config.settings.search_timeout)
        meta.put(conn, "config", digest + config.model_dump_json())
        meta.put(conn, "settings", digest + config.settings.model_dump_json())
    return done


def _refuse_unreadable(conn: Connection, config: Config, path: Path | None) -> None:
    """Raises ConfigError for a query of `mute` that can't be read."""
    for location, item in _everywhere(config):
        if item.mute is not None:
            try:
                read_query(conn, item.mute, datetime.now(UTC))
            except QueryError as error:
                where = f"feed {item.url}" if isinstance(item, Feed | Page) else "settings"
                raise ConfigError(f"{load_config.place(path, (*location, 'mute'))}: {where}: mute: {error}") from None


def _mute(conn: Connection, config: Config) -> None:
    """Takes over what is muted."""
    everywhere = [item for _, item in _everywhere(config)]
    mutes = [(None if isinstance(item, Settings) else item.url, item.mute) for item in everywhere if item.mute]
    muted.put(conn, mutes)


def _everywhere(config: Config) -> list[tuple[tuple[int | str, ...], Settings | Feed | Page]]:
    """Returns the settings and the subscriptions with their places in the file."""
    feeds_and_pages: list[tuple[tuple[int | str, ...], Settings | Feed | Page]] = [
        *((("feeds", number), item) for number, item in enumerate(config.feeds)),
        *((("articles", number), item) for number, item in enumerate(config.articles)),
    ]
    return [(("settings",), config.settings), *feeds_and_pages]


def subscription(item: Feed | Page) -> Subscription:
    """Returns the row of a feed or page of feeds.yaml."""
    return Subscription(
        url=item.url,
        kind="feed" if isinstance(item, Feed) else "page",
        title=item.title,
        category=item.category,
        lang=item.lang,
        site=item.site or site_of(item.url),
        options=item.model_dump_json(exclude_defaults=True),
    )
