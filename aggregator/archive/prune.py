"""Deletes what `keep`, `keep_in_all`, `keep_raw` and `poll_log_keep` no longer ask for."""

import json
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from aggregator.config.models import Config
from aggregator.store import meta, partitions
from aggregator.store.engine import Store
from aggregator.store.grouping import stories
from aggregator.store.polling import feeds
from aggregator.store.polling import site_memories as memories
from aggregator.store.schema import polls, raw_pages
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.store.upkeep import maintenance, retention
from aggregator.times import DAY

STORY_WINDOW = 30 * DAY
_log = logging.getLogger(__name__)
_PRUNED_BY = "pruned by"  # what was kept at the last prune, in `meta`
_AT_ONCE = 500  # articles removed in a transaction, so that others can write in between
_CONFIG = 64  # the digest before the configuration kept in `meta`


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows went."""

    articles: int
    raw_pages: int
    polls: int
    tombstones: int
    memories: int


@dataclass(frozen=True, slots=True)
class Excess:
    """What a prune would remove: how many articles, raw pages and polls."""

    articles: int
    raw_pages: int
    polls: int


def excess(store: Store, config: Config, now: int) -> Excess:
    """Counts what a prune by that configuration would remove; changes nothing."""
    with store.read() as conn:
        entries = [one for source in _kept(conn, config, now) for one in maintenance.outdated(conn, *source)]
        raw = retention.count(conn, raw_pages, config.settings.keep_raw, now)
        logged = retention.count(conn, polls, config.settings.poll_log_keep, now)
        gone = maintenance.held_by_none_other(conn, entries)
        more = _outdated_in_all(conn, config, now, gone)
        return Excess(len(gone) + len(more), raw, logged)


def prune(store: Store, now: int) -> Pruned:
    """Removes what is older than the configuration that was last synced keeps. An entry whose article went stays as a
    tombstone until its feed has not listed it for 30 days, so that nothing pruned comes back. What goes because `keep`
    changed is logged before it goes."""
    with store.read() as conn:
        kept, pruned_by = meta.get(conn, "config"), meta.get(conn, _PRUNED_BY)
        config = Config.model_validate_json(kept[_CONFIG:]) if kept else Config()
        sources = _kept(conn, config, now)
    lengths = _lengths(config)
    if lengths != pruned_by:
        if count := excess(store, config, now).articles:
            _log.warning("`keep` or `keep_in_all` changed since the last prune: %d articles are removed now", count)
        with store.write() as conn:
            meta.put(conn, _PRUNED_BY, lengths)
    gone = sum(_prune_source(store, *source) for source in sources) + _prune_in_all(store, config, now)
    partitions.make_months(store, now)
    raw = retention.drop(store, raw_pages, config.settings.keep_raw, now)
    logged = retention.drop(store, polls, config.settings.poll_log_keep, now)
    with store.write() as conn:
        stories.expire(conn, now - STORY_WINDOW)
        return Pruned(gone, raw, logged, maintenance.drop_tombstones(conn, now), memories.drop_needless(conn))


def _kept(conn: Connection, config: Config, now: int) -> list[tuple[int, int | None, int | None]]:
    """Returns of each subscription that does not keep everything its row, the time before which nothing is kept, and
    how many articles are."""
    rows = {row.url: int(row.id) for row in feeds.active(conn)}
    found: list[tuple[int, int | None, int | None]] = []
    for item in (*config.feeds, *config.articles):
        if item.keep is not None and item.url in rows:
            found.append((rows[item.url], *_limits(item.keep, now)))
    return found


def _limits(keep: timedelta | int, now: int) -> tuple[int | None, int | None]:
    """Returns the time before which nothing is kept, and how many articles are."""
    return (now - int(keep.total_seconds()), None) if isinstance(keep, timedelta) else (None, keep)


def _lengths(config: Config) -> str:
    """Writes what is kept in all and of each subscription that does not keep everything."""
    kept = {item.url: item.keep for item in (*config.feeds, *config.articles)} | {"": config.settings.keep_in_all}
    return json.dumps({url: str(keep) for url, keep in kept.items() if keep is not None}, sort_keys=True)


def _prune_source(store: Store, feed_id: int, before: int | None, most: int | None) -> int:
    with store.read() as conn:
        ids = maintenance.outdated(conn, feed_id, before, most)
    return _in_parts(store, ids, maintenance.prune_entries)


def _outdated_in_all(conn: Connection, config: Config, now: int, without: Collection[int] = ()) -> list[int]:
    keep = config.settings.keep_in_all
    return [] if keep is None else maintenance.outdated_articles(conn, *_limits(keep, now), without)


def _prune_in_all(store: Store, config: Config, now: int) -> int:
    with store.read() as conn:
        ids = _outdated_in_all(conn, config, now)
    return _in_parts(store, ids, maintenance.remove_articles)


def _in_parts(store: Store, ids: Sequence[int], remove: Callable[[UnitOfWork, list[int]], int]) -> int:
    gone = 0
    for start in range(0, len(ids), _AT_ONCE):
        with store.write() as unit:
            gone += remove(unit, [*ids[start : start + _AT_ONCE]])
    return gone
