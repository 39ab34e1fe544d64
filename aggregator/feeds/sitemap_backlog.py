"""Decides what of a sitemap is read on: it lists the whole of a site, and a subscription begins when it begins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from aggregator.model import Entry

_ONE_DAY = timedelta(days=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class KnownSitemap:
    """Holds what is known of a sitemap of an index: when the index says it changed (`modified_at`), and said so when it
    was read last (`read_modified_at`); when it was read last, and when it last had a new entry."""

    url: str
    modified_at: datetime | None = None
    read_modified_at: datetime | None = None
    read_at: datetime | None = None
    changed_at: datetime | None = None


def old_keys(entries: Iterable[Entry], since: datetime, *, read_before: bool) -> frozenset[str]:
    """Returns the keys of entries that are remembered and not fetched: those that came out (else changed) before
    `since`, and those without a date that stood there when the sitemap was read for the first time."""
    return frozenset(entry.key for entry in entries if not _is_new(entry, since, read_before=read_before))


def _is_new(entry: Entry, since: datetime, *, read_before: bool) -> bool:
    at = entry.published_at or entry.updated_at
    return read_before if at is None else _end(at) >= since


def _end(at: datetime) -> datetime:
    """Returns the end of a day for a date that says no more than the day, else the date."""
    is_day = at.timetz() == time(tzinfo=UTC) and at < datetime.max.replace(tzinfo=UTC) - _ONE_DAY
    return at + _ONE_DAY if is_day else at


def due_sitemaps(sitemaps: Sequence[KnownSitemap], since: datetime, most: int) -> list[KnownSitemap]:
    """Returns the sitemaps of an index that are to be read now, at most so many.

    First those that the index says changed since they were read, the newest first (and never those that did not change
    after `since`). What the index says nothing of is read in turn, those that had new entries last before the others.
    """
    dated = [one for one in sitemaps if one.modified_at is not None and _has_changed(one, since)]
    dated.sort(key=lambda one: (one.modified_at or _LONG_AGO, -_seconds(one.read_at)), reverse=True)
    undated = [one for one in sitemaps if one.modified_at is None]
    lively = sorted((one for one in undated if one.changed_at), key=lambda one: -_seconds(one.changed_at))[: most // 4]
    rest = sorted((one for one in undated if one not in lively), key=lambda one: _seconds(one.read_at))
    return (dated + lively + rest)[:most]


def _has_changed(one: KnownSitemap, since: datetime) -> bool:
    if one.read_at is None:
        return one.modified_at is not None and _end(one.modified_at) >= since
    return one.modified_at != one.read_modified_at


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0
