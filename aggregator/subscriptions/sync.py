"""feeds.yaml and the rows of feeds: read when it changed, and made the truth."""

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from aggregator.config import load_config
from aggregator.config.models import Config, Feed, Page, Settings
from aggregator.errors import ConfigError
from aggregator.store import feeds, meta
from aggregator.store.engine import Store
from aggregator.store.feeds import Subscription, Synced
from aggregator.urls import site_of


def load(store: Store, path: Path | None, environ: Mapping[str, str] = os.environ) -> tuple[Config, str]:
    """The configuration, and what it is known by. Parsed again only when the file or a setting changed."""
    digest = _digest(path, environ)
    with store.read() as conn:
        kept = meta.get(conn, "config")
    if kept and kept.startswith(digest):
        return Config.model_validate_json(kept[len(digest) :]), digest
    if path is None:
        return load_config.parse("", "feeds.yaml", environ), digest
    return load_config.load(path, environ), digest


def settled(store: Store, path: Path, environ: Mapping[str, str], now: int) -> Settings:
    """The settings, after the rows of feeds were made to say what the file says. Where neither it nor a variable
    changed since the last time, the settings alone are read: the subscriptions are in their rows."""
    with store.read() as conn:
        kept = meta.get(conn, "settings")
    if kept and kept.startswith(digest := _digest(path, environ)):
        return Settings.model_validate_json(kept[len(digest) :])
    config, digest = load(store, path, environ)
    sync(store, config, digest, now)
    with store.write() as conn:
        meta.put(conn, "settings", digest + config.settings.model_dump_json())
    return config.settings


def _digest(path: Path | None, environ: Mapping[str, str]) -> str:
    data = b""
    if path is not None:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ConfigError(f"{path}: can't be read: {error.strerror}") from error
    variables = sorted(f"{k}={v}" for k, v in environ.items() if k.startswith("AGGREGATOR_"))
    return sha256(repr((str(path), variables)).encode() + data).hexdigest()


def sync(store: Store, config: Config, digest: str, now: int) -> Synced:
    """Makes the rows of feeds say what the configuration says; does nothing if it was synced last."""
    with store.read() as conn:
        kept = meta.get(conn, "config")
    if kept and kept.startswith(digest):
        return Synced()
    sources: list[Feed | Page] = [*config.feeds, *config.articles]
    wanted = [subscription(item) for item in sources]
    with store.write() as conn:
        done = feeds.sync(conn, wanted, now)
        meta.put(conn, "config", digest + config.model_dump_json())
    return done


def subscription(item: Feed | Page) -> Subscription:
    """The row of a feed or page of feeds.yaml."""
    return Subscription(
        url=item.url,
        kind="feed" if isinstance(item, Feed) else "page",
        title=item.title,
        category=item.category,
        lang=item.lang,
        site=item.site or site_of(item.url),
        options=item.model_dump_json(exclude_defaults=True),
    )
