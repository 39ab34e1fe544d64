"""Polls a subscription, from its request to the plan of the next one.

claimed by its visit -> request -> parse -> what is new -> articles -> save -> next poll

request      `Requests.get`, conditional
parse        `parse_feed.parse`, in the pool; `sitemap_index.listing` reads the sitemaps of an index
what is new  `new_entries.compare`, with the entries that are known
articles     `new_entries.prepared`, in the pool
save         `_conclude`: one transaction, with the next poll, which `after_poll.planned` plans

Every way out of it (changed, unchanged, failed, polled elsewhere) makes a `PollResult` and ends in `_conclude`. Entries
are stored before the page of any of them is fetched.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection

from aggregator.articles import pool_jobs
from aggregator.articles.entry_facts import EntryFacts, entry_row
from aggregator.errors import ExtractionError, FeedError, FetchError
from aggregator.feeds.hints import from_headers
from aggregator.model import Entry, FeedDocument, Hints, Response, moved_to
from aggregator.net.request import FEED_TYPES, PAGE_TYPES
from aggregator.schedule import health
from aggregator.store.content import save_article
from aggregator.store.content.save_article import Saved
from aggregator.store.polling import entries, feeds, shared
from aggregator.store.polling.feeds import FeedRow, Poll
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.text import hash64
from aggregator.urls import absolute
from aggregator.visit import after_poll, moves, new_entries, page, plan_refetches, save_new, sitemap_index, validators
from aggregator.visit.after_poll import PollResult
from aggregator.visit.context import Context
from aggregator.visit.page_reader import PageReader
from aggregator.visit.progress import PageDone, Polled
from aggregator.visit.recognise import recognise
from aggregator.visit.requests import Requests, pause
from aggregator.visit.sitemap_index import Listing

PARSE_SECONDS = 20.0
"""Most time for a feed's parsing. It takes milliseconds; a document that takes so long was made to."""
MAX_NEW_ENTRIES = 1000
"""Most new entries that one poll takes, each of which may mean a request for its page."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A poll that is under way. `unconditional`: it asks for the whole feed although there are validators."""

    feed: FeedRow
    started: int
    unconditional: bool


async def poll(ctx: Context, feed: FeedRow, requests: Requests, reader: PageReader) -> None:
    """Polls one subscription and stores what it lists."""
    if ctx.stopping.is_set():
        return
    now, response = ctx.now(), None
    attempt = _Attempt(feed, now, validators.wants_unconditional(feed, now))
    try:
        response = await _request(ctx, attempt, requests)
        same = response.status == 304 or _digest(response) == feed.body_hash
        if feed.kind == "page":
            page.refuse_no_page(feed.url, response)
            if not same:
                await _page_changed(ctx, attempt, response, reader)
                return
        document = None if same else await _parsed(ctx, feed, response)
        listing = await sitemap_index.listing(ctx, feed, requests, document)
        if listing is None:
            await _unchanged(ctx, attempt, response)
        else:
            await _feed_changed(ctx, attempt, response, listing)
    except FetchError as error:
        await _no_answer(ctx, attempt, requests, error, response)
    except FeedError as error:
        reason = str(error).removeprefix(f"{response.url}: " if response else "")
        kind = "wall" if response is not None and health.is_block_page(response.body) else "feed"
        after = feed if response is None else _unreadable(attempt, response, reason)
        await _failed(ctx, attempt, FetchError("protocol", feed.url, reason), kind, after)
    except ExtractionError as error:
        after = replace(feed, whole_at=now) if attempt.unconditional else feed
        await _failed(ctx, attempt, FetchError("protocol", feed.url, str(error)), "feed", after)


async def _request(ctx: Context, attempt: _Attempt, requests: Requests) -> Response:
    feed = attempt.feed

    async def refuse_other_subscriptions(target: str) -> None:
        if await ctx.read(lambda conn: feeds.polls_elsewhere(conn, target, feed.id)):
            raise FetchError("elsewhere", feed.url, f"redirected to {target}, which is a subscription of its own")

    return await requests.get(
        feed.source,
        moves.address(feed),
        site=feed.site,
        accept=FEED_TYPES if feed.kind == "feed" else PAGE_TYPES,
        validators=validators.to_send(feed, unconditional=attempt.unconditional),
        may_lead_to=refuse_other_subscriptions,
    )


async def _parsed(ctx: Context, feed: FeedRow, response: Response) -> FeedDocument:
    headers, links = dict(response.headers), feed.options.links
    known = await ctx.read(lambda conn: shared.of_feed(conn, feed.id))
    return await ctx.pool.run_within(PARSE_SECONDS, pool_jobs.parse, response.body, headers, response.url, links, known)


async def _feed_changed(ctx: Context, attempt: _Attempt, response: Response, listing: Listing) -> None:
    feed, now, document = attempt.feed, ctx.now(), listing.document
    recognised = await ctx.read(lambda conn: recognise(conn, feed.id, document))
    refetches = bool(plan_refetches.steps(ctx.settings, feed.options))
    new, left = new_entries.newest(new_entries.compare(recognised, listing.old, refetches=refetches), MAX_NEW_ENTRIES)
    prepared = await new_entries.prepared(ctx.pool, feed, new, now)
    rhythm = after_poll.updated_rhythm(feed, document, new.fresh, now)
    result = PollResult(
        poll=_logged(
            ctx,
            attempt,
            "changed",
            response.status,
            listed=len(document.entries),
            new=len(new.fresh),
            bytes=len(response.body),
        ),
        feed=_with_document(attempt, response, document, new.fresh, now),
        hints=document.hints,
        response=response,
        rhythm=rhythm,
    )
    if rhythm.lost:
        reason = after_poll.gap_reason(feed, len(document.entries))
        result = replace(result, poll=replace(result.poll, reason=reason))
        _log.warning("%s: %s", feed.url, reason)

    if left:
        reason = f"its newest {len(new.fresh):,} new entries were taken; {left:,} more come with its next polls"
        after = validators.forgotten(result.feed)
        result = replace(result, poll=replace(result.poll, reason=reason), feed=after)
        _log.warning("%s: %s", feed.url, reason)

    def save(conn: UnitOfWork) -> list[Saved]:
        saved = prepared.save(conn)
        listing.save(conn)
        seen = [known.id for known, _ in recognised.own]
        entries.mark_seen(conn, feed.id, seen, now, listing.seen_before(feed.parsed_at))
        shared.add(conn, feed.id, recognised.shared)
        return saved

    await _conclude(ctx, attempt, result, save)


async def _page_changed(ctx: Context, attempt: _Attempt, response: Response, reader: PageReader) -> None:
    """Stores a page that is polled itself: its one entry is the page."""
    feed, now = attempt.feed, ctx.now()
    facts = EntryFacts(feed.url, feed.url, feed.title, lang=feed.lang, tags=feed.options.tags)
    finished = await page.read_page(ctx, reader, response, facts, feed.options)
    if finished is None:
        raise FeedError("no article text on the page")
    logged = _logged(ctx, attempt, "changed", response.status, listed=1, new=0, bytes=len(response.body))
    after = replace(_with_body(attempt, response, ()), parsed_at=now)

    def save(conn: UnitOfWork) -> list[Saved]:
        known = entries.known(conn, feed.id, [feed.url])
        entry = Entry(key=feed.url, url=feed.url, title=feed.title)
        ids = [known[feed.url].id] if known else entries.add(conn, [entry_row(entry, feed.id, now, "none")])
        entries.mark_seen(conn, feed.id, ids, now, None)
        return [save_new.save(conn, finished, ids)]

    await _conclude(ctx, attempt, PollResult(logged, after, from_headers(response.headers), response), save)


async def _unchanged(ctx: Context, attempt: _Attempt, response: Response) -> None:
    feed = attempt.feed
    if feed.broken is not None:  # what can't be read is there still
        error = FetchError("protocol", feed.url, feed.broken)
        kind = "wall" if feed.health == "blocked" else "feed"
        await _failed(ctx, attempt, error, kind, validators.kept(feed, response, attempt.started))
        return
    server = from_headers(response.headers)
    hints = replace(feed.hints, max_age=server.max_age, expires_in=server.expires_in, retry_after=server.retry_after)
    logged = _logged(ctx, attempt, "unchanged", response.status, listed=0, new=0)
    after = _succeeded(attempt, response)
    if not feed.failures:  # what was wrong with its last document is so still
        after = replace(after, last_error=feed.last_error)
    await _conclude(ctx, attempt, PollResult(logged, after, hints, response))


async def _no_answer(
    ctx: Context, attempt: _Attempt, requests: Requests, error: FetchError, response: Response | None
) -> None:
    """Notes that there was no answer, or a bad one. `response`: the feed's own; then it was of a part (a sitemap)."""
    feed, now = attempt.feed, attempt.started
    if await requests.is_on_hold(feed.source, error):
        return
    if response is None and ctx.excuses(feed.site, error):
        return
    if error.kind == "elsewhere":  # its entries come by the other subscription
        moved = moves.after_success(feed, moved_to(error.redirects), now)
        status = error.redirects[0][0]
        logged = _logged(ctx, attempt, "unchanged", status, listed=0, new=0, reason=error.reason)
        await _conclude(ctx, attempt, PollResult(logged, replace(moved, failures=0, last_error=None)))
        return
    after = moves.after_failure(feed, error, now) if response is None else feed
    if attempt.unconditional:  # the next try is conditional again
        after = replace(after, whole_at=now)
    await _failed(ctx, attempt, error, error.kind, after)


async def _failed(ctx: Context, attempt: _Attempt, error: FetchError, kind: str, after: FeedRow) -> None:
    """Ends a poll that failed. `after`: the feed with what the failure changes of it, besides that it is one."""
    feed, now = attempt.feed, ctx.now()
    logged = _logged(ctx, attempt, "failed", error.status, kind=kind, reason=error.reason)
    after = replace(after, failures=feed.failures + 1, last_error=error.reason)

    def save(conn: UnitOfWork) -> list[Saved]:
        pause(conn, feed.source, feed.site, error, now)
        return []

    await _conclude(ctx, attempt, PollResult(logged, after, Hints(retry_after=error.retry_after)), save)


async def _conclude(
    ctx: Context, attempt: _Attempt, result: PollResult, save: Callable[[UnitOfWork], list[Saved]] = lambda _: []
) -> None:
    """Ends every poll: the next one is planned, all is stored in one transaction, and what came of it is told."""
    feed, now = attempt.feed, ctx.now()
    planned = after_poll.planned(feed, result, ctx.settings, now)

    def job(conn: UnitOfWork) -> tuple[Poll, list[Saved]]:
        saved, logged = save(conn), result.poll
        if feed.kind == "page" and saved:
            logged = replace(logged, new=sum(one.outcome == "new" for one in saved))
        feeds.record_poll(conn, logged, feed, planned.feed)
        if feed.kind == "page" and logged.outcome != "changed":
            _note_gone(conn, feed, logged.status, now)
        return logged, saved

    logged, saved = await ctx.writer.do(job)
    reason = logged.reason if logged.outcome == "failed" else None
    ctx.report(Polled(feed.url, logged.outcome, new=logged.new or 0, reason=reason))
    if planned.change is not None:
        ctx.report(planned.change)
    for one in saved:
        ctx.report(PageDone(feed.url, one.outcome, copy=one.copy, from_feed=feed.kind == "feed"))


def _note_gone(conn: Connection, feed: FeedRow, status: int | None, now: int) -> None:
    """Notes that the article of a page that is polled itself is gone if its server says so, there if it answers."""
    if status in (*page.GONE_STATUSES, 200, 304):
        gone_at = now if status in page.GONE_STATUSES else None
        save_article.mark_gone(conn, entries.articles_of(conn, feed.id), gone_at)


def _logged(
    ctx: Context,
    attempt: _Attempt,
    outcome: Literal["changed", "unchanged", "failed"],
    status: int | None,
    *,
    kind: str | None = None,
    reason: str | None = None,
    listed: int | None = None,
    new: int | None = None,
    bytes: int | None = None,
) -> Poll:
    seconds = float(ctx.now() - attempt.started)
    return Poll(attempt.started, outcome, seconds, status, kind, reason, listed, new, bytes)


def _succeeded(attempt: _Attempt, response: Response) -> FeedRow:
    """Returns the feed with what a good answer changes of it, whatever it says."""
    moved = moves.after_success(attempt.feed, response.moved_to, attempt.started)
    after = validators.kept(moved, response, attempt.started)
    if (after.failures, after.last_error, after.broken) == (0, None, None):
        return after
    return replace(after, failures=0, last_error=None, broken=None)


def _with_body(attempt: _Attempt, response: Response, fresh: Iterable[Entry]) -> FeedRow:
    """Returns the feed with what a new body changes of it."""
    feed, after = attempt.feed, _succeeded(attempt, response)
    if attempt.unconditional and feed.broken is None and validators.is_false_304(feed, response, fresh):
        after = validators.note_false_304(after, attempt.started)
    return replace(after, body_hash=_digest(response))


def _with_document(
    attempt: _Attempt, response: Response, document: FeedDocument, fresh: Iterable[Entry], now: int
) -> FeedRow:
    """Returns the feed with what a new document changes of it; that of an index may come with an answer of 304."""
    feed = attempt.feed
    after = _succeeded(attempt, response) if response.status == 304 else _with_body(attempt, response, fresh)
    return replace(
        after,
        parsed_at=now,
        format=document.format,
        link=absolute(document.link, response.url) if document.link else feed.link,
        hints=replace(document.hints, max_age=None, expires_in=None, retry_after=None),  # those are of one answer alone
        title=feed.options.title or document.title or feed.title,  # what the feed calls itself may change
        last_error=document.problem,
    )


def _unreadable(attempt: _Attempt, response: Response, reason: str) -> FeedRow:
    """Returns the feed after an answer that is no feed. It is known by its validators too, so that it is not asked for
    whole again and again."""
    after = validators.kept(attempt.feed, response, attempt.started)
    return replace(after, body_hash=_digest(response), broken=reason)


def _digest(response: Response) -> int:
    return hash64(response.body.decode("latin-1"))
