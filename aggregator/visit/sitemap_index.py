"""Decides which entries of sitemaps are read on, and reads the sitemaps that an index lists."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from aggregator.articles import pool_jobs
from aggregator.errors import ExtractionError, FeedError, FetchError
from aggregator.feeds import sitemap_backlog
from aggregator.model import Entry, FeedDocument, Response, Sitemap, Validators
from aggregator.store.polling import entries, sitemaps
from aggregator.store.polling.feeds import FeedRow
from aggregator.store.polling.sitemaps import SitemapRow
from aggregator.urls import site_of
from aggregator.visit.context import Context
from aggregator.visit.requests import Requests

MAX_SITEMAPS = 20  # of an index that one poll reads
MAX_ENTRIES = 50_000  # of them; then the next poll goes on
PARSE_SECONDS = 30.0  # 50,000 entries take less than a second
_INDEX = "sitemap-index"
_ACCEPT = "application/xml, text/xml, application/gzip;q=0.9, */*;q=0.5"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Listing:
    """What a poll found listed. `old`: keys of entries that are remembered and not fetched; `save` is called in the
    transaction that stores the entries."""

    document: FeedDocument
    old: frozenset[str] = frozenset()
    save: Callable[[Connection], None] = lambda _: None

    def seen_before(self, parsed_at: int | None) -> int | None:
        """Returns when what is no longer listed was seen last; None where the listing is a part of the whole."""
        return None if self.document.format == _INDEX else parsed_at


async def listing(ctx: Context, feed: FeedRow, requests: Requests, document: FeedDocument | None) -> Listing | None:
    """Returns what a feed lists, of an index that of its sitemaps; None if nothing is new. `document` None: unchanged.

    Raises FetchError if none of the sitemaps that were asked for came.
    """
    if (document.format if document else feed.format) == _INDEX:
        return await _Index(ctx, feed, requests).read(document)
    if document is None:
        return None
    if document.format not in ("sitemap", "news-sitemap"):
        return Listing(document)
    read_before = feed.parsed_at is not None and feed.format == document.format
    return Listing(document, sitemap_backlog.old_keys(document.entries, _since(feed), read_before=read_before))


def _since(feed: FeedRow) -> datetime:
    """Returns when an entry must have come out to be fetched: a while before the subscription, or later."""
    return datetime.fromtimestamp(feed.added_at, UTC) - feed.options.backlog


@dataclass(slots=True)
class _Index:
    """One poll of an index."""

    ctx: Context
    feed: FeedRow
    requests: Requests
    known: dict[str, SitemapRow] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    old: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    queue: list[str] = field(default_factory=list)

    async def read(self, document: FeedDocument | None) -> Listing | None:
        feed = self.feed
        stored = {one.url: one for one in await self.ctx.read(lambda conn: sitemaps.of_feed(conn, feed.id))}
        self.known = dict(stored)
        gone: list[str] = []
        if document is not None:
            self._list(document.sitemaps, index_was_read=bool(stored))
            listed = {one.url for one in document.sitemaps}
            gone = [url for url in stored if url not in listed]
        await self._read_due(set(gone))
        if document is None and not self.touched:
            return None
        head = document or FeedDocument(_INDEX, feed.title, None, feed.lang, ())
        changed = [one for url, one in self.known.items() if url not in gone and one != stored.get(url)]
        return Listing(
            replace(head, entries=tuple(self.entries.values())),
            frozenset(self.old),
            lambda conn: sitemaps.save(conn, feed.id, changed, gone),
        )

    def _list(self, found: tuple[Sitemap, ...], *, index_was_read: bool) -> None:
        """Notes what an index lists. Sitemaps of other sites belong to other visits; one that was not listed when the
        index was read before is new as a whole, as if it had been read when it was empty."""
        own, read_at = site_of(self.feed.url), 0 if index_was_read else None
        for one in found:
            if site_of(one.url) == own:
                at = int(one.modified_at.timestamp()) if one.modified_at else None
                before = self.known.get(one.url) or SitemapRow(one.url, read_at=read_at, read_modified_at=read_at)
                self.known[one.url] = replace(before, modified_at=at)

    async def _read_due(self, gone: set[str]) -> None:
        """Reads what is due, up to the bounds of one poll, until the site asks for a pause; keeps what was read."""
        since, failures = _since(self.feed), []
        while self._has_room() and (url := self._next(since, gone)):
            try:
                await self._read_one(url, since)
            except FetchError as error:
                failures.append(error)
                _log.info("a sitemap of %s can't be read: %s", self.feed.url, error)
                if error.kind == "cooling" or error.status in (429, 503):
                    break
        if failures and len(failures) == len(self.touched):
            raise failures[0]

    def _has_room(self) -> bool:
        stopping = self.ctx.stopping.is_set()
        return len(self.touched) < MAX_SITEMAPS and len(self.entries) < MAX_ENTRIES and not stopping

    def _next(self, since: datetime, gone: set[str]) -> str | None:
        if not self.queue:
            unread = [_dated(one) for url, one in self.known.items() if url not in self.touched and url not in gone]
            due = sitemap_backlog.due_sitemaps(unread, since, MAX_SITEMAPS - len(self.touched))
            self.queue = [one.url for one in reversed(due)]
        return self.queue.pop() if self.queue else None

    async def _read_one(self, url: str, since: datetime) -> None:
        before, now = self.known[url], self.ctx.now()
        self.touched.add(url)
        done = replace(before, read_at=now, read_modified_at=before.modified_at)
        try:
            response = await self.requests.get(
                self.feed.source,
                url,
                site=self.feed.site,
                accept=_ACCEPT,
                validators=Validators(before.etag, before.last_modified),
            )
            part = None if response.status == 304 else await self._parsed(response)
        except FetchError as error:
            if error.status in (404, 410):  # asked for again when the index says that it changed
                self.known[url] = done
            raise
        except (FeedError, ExtractionError) as error:
            _log.info("a sitemap of %s can't be read: %s", self.feed.url, error)
            part = None
        self.known[url] = done
        if part is None:
            return
        self._list(part.sitemaps, index_was_read=before.read_at is not None)
        listed = {entry.key: entry for entry in part.entries if entry.key not in self.entries}
        old = sitemap_backlog.old_keys(listed.values(), since, read_before=before.read_at is not None)
        given, changed = response.validators, await self._has_news(listed.keys() - old)
        self.entries |= listed
        self.old |= old
        self.known[url] = replace(
            done,
            etag=given.etag,
            last_modified=given.last_modified,
            changed_at=now if changed else done.changed_at,
        )

    async def _parsed(self, response: Response) -> FeedDocument:
        headers = dict(response.headers)
        return await self.ctx.pool.run_within(PARSE_SECONDS, pool_jobs.parse, response.body, headers, response.url)

    async def _has_news(self, keys: Collection[str]) -> bool:
        known = await self.ctx.read(lambda conn: entries.known(conn, self.feed.id, keys)) if keys else {}
        return len(known) < len(keys)


def _dated(one: SitemapRow) -> sitemap_backlog.KnownSitemap:
    times = (one.modified_at, one.read_modified_at, one.read_at, one.changed_at)
    known = (None if at is None else datetime.fromtimestamp(at, UTC) for at in times)
    return sitemap_backlog.KnownSitemap(one.url, *known)
