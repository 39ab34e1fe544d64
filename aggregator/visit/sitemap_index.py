"""Sitemaps: which entries are read on, and reading the sitemaps that an index lists."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row

from aggregator.config.values import parse_duration
from aggregator.errors import ExtractionError, FeedError, FetchError
from aggregator.feeds import backlog, parse_feed
from aggregator.feeds.backlog import KnownSitemap
from aggregator.model import Entry, FeedDocument, Response, Sitemap
from aggregator.net import Request
from aggregator.store import entries, sitemaps
from aggregator.urls import site_of
from aggregator.visit import page
from aggregator.visit.context import Context
from aggregator.visit.robots_policy import Manners

PER_POLL = 20  # sitemaps of an index that one poll reads
MOST_ENTRIES = 50_000  # of them; then the next poll goes on
PARSE_SECONDS = 30.0  # 50,000 entries take less than a second
_DEFAULT_BACKLOG = "2d"
_INDEX = "sitemap-index"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a poll found listed. `old`: keys of entries that are remembered and not fetched; `save` is called in the
    transaction that stores the entries."""

    document: FeedDocument
    old: frozenset[str] = frozenset()
    save: Callable[[Connection], None] = lambda _: None

    def before(self, parsed_at: int | None) -> int | None:
        """When what is no longer listed was seen last; None where the listing is a part of the whole."""
        return None if self.document.format == _INDEX else parsed_at


async def listing(
    ctx: Context, row: Row[Any], options: dict[str, Any], manners: Manners, document: FeedDocument | None
) -> Listing | None:
    """What a feed lists, of an index that of its sitemaps; `document` None: unchanged. None: nothing is new.

    Raises FetchError if none of the sitemaps that were asked for came.
    """
    if (document.format if document else row.format) == _INDEX:
        return await _Index(ctx, row, options, manners).read(document)
    if document is None:
        return None
    if document.format not in ("sitemap", "news-sitemap"):
        return Listing(document)
    read_before = row.parsed_at is not None and row.format == document.format
    return Listing(document, backlog.old_keys(document.entries, _since(row, options), read_before=read_before))


def _since(row: Row[Any], options: dict[str, Any]) -> datetime:
    """When an entry must have come out to be fetched: a while before the subscription, or later."""
    return _time(row.added_at) - parse_duration(options.get("backlog", _DEFAULT_BACKLOG))


@dataclass(slots=True)
class _Index:
    """One poll of an index."""

    ctx: Context
    row: Row[Any]
    options: dict[str, Any]
    manners: Manners
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    old: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    queue: list[KnownSitemap] = field(default_factory=list)

    async def read(self, document: FeedDocument | None) -> Listing | None:
        rows = await self.ctx.writer.do(lambda conn: sitemaps.of_feed(conn, self.row.id))
        stored = {row.url: {k: v for k, v in row._mapping.items() if k != "feed_id"} for row in rows}
        self.known = dict(stored)
        gone: list[str] = []
        if document is not None:
            self._list(document.sitemaps, index_was_read=bool(stored))
            listed = {one.url for one in document.sitemaps}
            gone = [url for url in stored if url not in listed]
        await self._read_due(set(gone))
        if document is None and not self.touched:
            return None
        head = document or FeedDocument(_INDEX, self.row.title, None, self.row.lang, ())
        rows_now = [self.known[url] for url in self.known if url not in gone and self.known[url] != stored.get(url)]
        return Listing(
            replace(head, entries=tuple(self.entries.values())),
            frozenset(self.old),
            lambda conn: sitemaps.save(conn, self.row.id, rows_now, gone),
        )

    def _list(self, found: tuple[Sitemap, ...], *, index_was_read: bool) -> None:
        """Notes what an index lists. Sitemaps of other sites are another site's affair; one that was not listed when
        the index was read before is new as a whole, as if it had been read when it was empty."""
        own = site_of(self.row.url)
        for one in found:
            if site_of(one.url) == own:
                at = int(one.modified_at.timestamp()) if one.modified_at else None
                new = _EMPTY if index_was_read else _UNREAD
                self.known[one.url] = {**new, **self.known.get(one.url, {}), "url": one.url, "modified_at": at}

    async def _read_due(self, gone: set[str]) -> None:
        """Reads what is due, up to the bounds of one poll. A site that wants to be left alone is; what was read stays."""
        since, failures = _since(self.row, self.options), []
        while self._has_room() and (one := self._next(since, gone)):
            try:
                await self._read_one(one.url, since)
            except FetchError as error:
                failures.append(error)
                _log.info("a sitemap of %s can't be read: %s", self.row.url, error)
                if error.kind == "cooling" or error.status in (429, 503):
                    break
        if failures and len(failures) == len(self.touched):
            raise failures[0]

    def _has_room(self) -> bool:
        return len(self.touched) < PER_POLL and len(self.entries) < MOST_ENTRIES and not self.ctx.stopping.is_set()

    def _next(self, since: datetime, gone: set[str]) -> KnownSitemap | None:
        left = PER_POLL - len(self.touched)
        if not self.queue:
            open_ = [_known(row) for url, row in self.known.items() if url not in self.touched and url not in gone]
            self.queue = backlog.due_sitemaps(open_, since, left)[::-1]
        return self.queue.pop() if self.queue else None

    async def _read_one(self, url: str, since: datetime) -> None:
        row, now = self.known[url], self.ctx.now()
        self.touched.add(url)
        read_before = row["read_at"] is not None
        done = row | {"read_at": now, "read_modified_at": row["modified_at"]}
        try:
            response = await self._ask(url, row)
            part = None if response.status == 304 else await self._parsed(response)
        except FetchError as error:
            if error.status in (404, 410):  # asked for again when the index says that it changed
                self.known[url] = done
            raise
        except (FeedError, ExtractionError) as error:
            _log.info("a sitemap of %s can't be read: %s", self.row.url, error)
            self.known[url] = done
            return
        self.known[url] = done
        if part is None:
            return
        self._list(part.sitemaps, index_was_read=read_before)
        listed = {entry.key: entry for entry in part.entries if entry.key not in self.entries}
        old = backlog.old_keys(listed.values(), since, read_before=read_before)
        tags = {"etag": response.headers.get("etag"), "last_modified": response.headers.get("last-modified")}
        changed = {"changed_at": now} if await self._has_news(listed.keys() - old) else {}
        self.entries |= listed
        self.old |= old
        self.known[url] = done | tags | changed

    async def _parsed(self, response: Response) -> FeedDocument:
        headers = dict(response.headers)
        return await self.ctx.pool.run_within(PARSE_SECONDS, parse_feed.parse, response.body, headers, response.url)

    async def _has_news(self, keys: Collection[str]) -> bool:
        known = await self.ctx.writer.do(lambda conn: entries.known(conn, self.row.id, keys)) if keys else {}
        return len(known) < len(keys)

    async def _ask(self, url: str, row: dict[str, Any]) -> Response:
        private = page.allowed_networks(self.options)
        permit = self.manners.permit(url, private) if page.wants_robots(self.ctx, self.options) else None
        if permit is not None:
            await permit(url)
        same = urlsplit(url).netloc == urlsplit(self.row.url).netloc
        return await self.ctx.net.fetch(
            Request(
                url,
                site=self.row.site,
                headers=(self.options.get("headers") or {}) if same else {},
                etag=row["etag"],
                last_modified=row["last_modified"],
                accept="application/xml, text/xml, application/gzip;q=0.9, */*;q=0.5",
                allow_private_networks=private,
                cooldown=page.cooldown(self.options, int(self.row.id)),
                permit=permit,
            )
        )


_UNREAD: dict[str, Any] = dict.fromkeys(
    ("modified_at", "read_modified_at", "read_at", "changed_at", "etag", "last_modified")
)
_EMPTY = _UNREAD | {"read_at": 0, "read_modified_at": 0}


def _known(row: dict[str, Any]) -> KnownSitemap:
    times = ("modified_at", "read_modified_at", "read_at", "changed_at")
    return KnownSitemap(row["url"], **{name: None if row[name] is None else _time(row[name]) for name in times})


def _time(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
