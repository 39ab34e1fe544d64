"""Deletes what `keep`, `keep_raw` and `poll_log_keep` no longer ask for."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aggregator.config.models import Config, Feed, Page
from aggregator.store import feeds, maintenance, meta, stories
from aggregator.store import site_memories as memories
from aggregator.store.engine import Store
from aggregator.times import DAY

STORY_WINDOW = 30 * DAY
_CONFIG = 64  # the digest before the configuration kept in `meta`


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows went."""

    articles: int
    raw_pages: int
    polls: int
    tombstones: int
    memories: int


def prune(store: Store, now: int) -> Pruned:
    """Removes what is older than the configuration that was last synced keeps. An entry whose article went stays as a
    tombstone until its feed has not listed it for 30 days, so that nothing pruned comes back."""
    with store.read() as conn:
        kept = meta.get(conn, "config")
        subscribed = {row.url: int(row.id) for row in feeds.active(conn)}
    config = Config.model_validate_json(kept[_CONFIG:]) if kept else Config()
    sources: list[Feed | Page] = [*config.feeds, *config.articles]
    gone = sum(_prune_source(store, item, subscribed.get(item.url), now) for item in sources)
    with store.write() as conn:
        raw = _older(config.settings.keep_raw, now, lambda before: maintenance.drop_raw(conn, before))
        polls = _older(config.settings.poll_log_keep, now, lambda before: maintenance.drop_polls(conn, before))
        stories.expire(conn, now - STORY_WINDOW)
        return Pruned(gone, raw, polls, maintenance.drop_tombstones(conn, now), memories.drop_needless(conn))


def _prune_source(store: Store, item: Feed | Page, feed_id: int | None, now: int) -> int:
    if item.keep is None or feed_id is None:
        return 0
    before = now - int(item.keep.total_seconds()) if isinstance(item.keep, timedelta) else None
    most = item.keep if isinstance(item.keep, int) else None
    with store.write() as conn:
        return maintenance.prune_entries(conn, maintenance.outdated(conn, feed_id, before, most))


def _older(length: timedelta | None, now: int, drop: Any) -> int:
    return 0 if length is None else int(drop(now - int(length.total_seconds())))
