"""One poll: a conditional request of a feed, and what came of it."""

import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from aggregator.articles import finish
from aggregator.articles.from_entry import Prepared, entry_row, passed_over, prepare
from aggregator.errors import ExtractionError, FeedError, FetchError
from aggregator.feeds import parse_feed
from aggregator.feeds.hints import from_headers
from aggregator.model import Entry, FeedDocument, Hints, Response, moved_to
from aggregator.net.request import FEED_TYPES, PAGE_TYPES, Request
from aggregator.schedule import Rhythm, health
from aggregator.store import articles, entries, feeds, leases
from aggregator.store.articles import Saved
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.text import hash64
from aggregator.urls import absolute, normalise
from aggregator.visit import after_poll, moves, page, sitemap_index, validators
from aggregator.visit.after_poll import After, Outcome
from aggregator.visit.changes import changed_entries, note_gone
from aggregator.visit.context import PARSE_SECONDS, Context, PageDone, Polled
from aggregator.visit.page_reader import Reader
from aggregator.visit.robots_policy import Manners
from aggregator.visit.sitemap_index import Listing

_log = logging.getLogger(__name__)
_REMEMBERED_HINTS = ("ttl", "update_period", "skip_hours", "skip_days")


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A poll that is under way. `whole`: it asks for the feed without conditions."""

    row: Row[Any]
    options: dict[str, Any]
    started: int
    whole: bool


async def poll(ctx: Context, row: Row[Any], manners: Manners, reader: Reader) -> None:
    """Polls one subscription and stores what it lists, before any article of it is fetched."""
    if ctx.stopping.is_set():
        return
    now, response = ctx.now(), None
    attempt = _Attempt(row, orjson.loads(row.options), now, validators.wants_whole(row, now))
    try:
        response = await _ask(ctx, attempt, manners)
        if row.kind == "page":
            page.refuse_front_page(row.url, response)
        same = response.status == 304 or _digest(response) == row.body_hash
        if row.kind == "page" and not same:
            await _page_changed(ctx, attempt, response, reader)
            return
        document = None if same else await _parsed(ctx, attempt, response)
        listing = await sitemap_index.listing(ctx, row, attempt.options, manners, document)
        if listing is None:
            await _unchanged(ctx, attempt, response)
        else:
            await _feed_changed(ctx, attempt, response, listing)
    except FetchError as error:
        await _not_had(ctx, attempt, error, response)
    except FeedError as error:
        reason = str(error).removeprefix(f"{response.url}: " if response else "")
        state = {} if response is None else _broken(attempt, response, reason)
        kind = "wall" if response is not None and health.is_block_page(response.body) else "feed"
        await _failed(ctx, attempt, FetchError("protocol", row.url, reason), kind, state)
    except ExtractionError as error:
        state = {"whole_at": now} if attempt.whole else {}
        await _failed(ctx, attempt, FetchError("protocol", row.url, str(error)), "feed", state)


async def _parsed(ctx: Context, attempt: _Attempt, response: Response) -> FeedDocument:
    links = attempt.options.get("links")
    headers = dict(response.headers)
    return await ctx.pool.run_within(PARSE_SECONDS, parse_feed.parse, response.body, headers, response.url, links)


async def _ask(ctx: Context, attempt: _Attempt, manners: Manners) -> Response:
    row, options = attempt.row, attempt.options
    url, private = moves.address(row), page.allowed_networks(options)
    allowed = manners.permit(url, private) if page.wants_robots(ctx, options) else None
    if allowed is not None:
        await allowed(url)

    async def permit(target: str) -> None:
        if await ctx.writer.do(lambda conn: feeds.polls_elsewhere(conn, target, int(row.id))):
            raise FetchError("elsewhere", row.url, f"redirected to {target}, which is a subscription of its own")
        if allowed is not None:
            await allowed(target)

    return await ctx.net.fetch(
        Request(
            url,
            site=row.site,
            headers=options.get("headers") or {},
            **validators.to_send(row, attempt.whole),
            accept=FEED_TYPES if row.kind == "feed" else PAGE_TYPES,
            allow_private_networks=private,
            cooldown=page.cooldown(options, int(row.id)),
            permit=permit,
        )
    )


def _broken(attempt: _Attempt, response: Response, reason: str) -> dict[str, Any]:
    """An answer that is no feed is known by its validators too, so that it is not asked for whole again and again."""
    kept = validators.to_keep(attempt.row, response, attempt.started)
    return kept | {"body_hash": _digest(response), "broken": reason}


def _digest(response: Response) -> int:
    return hash64(response.body.decode("latin-1"))


async def _unchanged(ctx: Context, attempt: _Attempt, response: Response) -> None:
    if attempt.row.broken is not None:  # what can't be read is there still
        error = FetchError("protocol", attempt.row.url, attempt.row.broken)
        kept = validators.to_keep(attempt.row, response, attempt.started)
        await _failed(ctx, attempt, error, "wall" if attempt.row.health == "blocked" else "feed", kept)
        return
    hints = _merged(_kept_hints(attempt.row), from_headers(response.headers))
    poll = _poll_row(ctx, attempt, "unchanged", status=response.status, listed=0, new=0)
    state = _succeeded(attempt, response)
    after = _after(ctx, attempt, poll, hints, state, response)

    def job(conn: Connection) -> None:
        feeds.record_poll(conn, attempt.row.id, poll, after.columns)
        note_gone(conn, attempt.row, response.status, attempt.started)

    await ctx.writer.do(job)
    _tell(ctx, Polled(attempt.row.url, "unchanged"), after)


async def _not_had(ctx: Context, attempt: _Attempt, error: FetchError, response: Response | None) -> None:
    """The network had no answer, or a bad one. `response`: the feed's own; then it was of a part of it (a sitemap)."""
    if error.kind == "cooling" and not error.redirects:
        if page.cooldown(attempt.options, 0) != "site":
            until = ctx.now() + int(error.retry_after or 0) + 1
            await ctx.writer.do(lambda conn: feeds.hold_back(conn, int(attempt.row.id), until))
        return  # nothing was asked; it stays due, and its site is visited when it may be
    row = attempt.row
    if error.kind == "elsewhere":  # its entries come by the other subscription
        moved = moves.after_success(row, moved_to(error.redirects), attempt.options.get("site"), attempt.started)
        poll = _poll_row(ctx, attempt, "unchanged", status=error.redirects[0][0], listed=0, new=0, reason=error.reason)
        state = moved | {"failures": 0, "last_error": None}
        after = _after(ctx, attempt, poll, Hints(), state)
        await ctx.writer.do(lambda conn: feeds.record_poll(conn, row.id, poll, after.columns))
        _tell(ctx, Polled(row.url, "unchanged"), after)
        return
    own = attempt.options.get("site")
    state = moves.after_failure(row, error, own, attempt.started) if response is None else {}
    if attempt.whole:  # the next try is conditional again
        state["whole_at"] = attempt.started
    await _failed(ctx, attempt, error, error.kind, state)


async def _failed(ctx: Context, attempt: _Attempt, error: FetchError, kind: str, state: dict[str, Any]) -> None:
    row, now = attempt.row, ctx.now()
    poll = _poll_row(ctx, attempt, "failed", status=error.status, kind=kind, reason=error.reason)
    state = state | {"failures": row.failures + 1, "last_error": error.reason}
    hints = Hints(retry_after=error.retry_after)
    after = _after(ctx, attempt, poll, hints, state)
    quiet = error.retry_after if error.status and attempt.options.get("cooldown", "site") == "site" else None

    def job(conn: Connection) -> None:
        if quiet:
            leases.quieten(conn, error.site or row.site, now + int(quiet) + 1)
        elif error.status and error.retry_after:
            feeds.hold_back(conn, int(row.id), now + int(error.retry_after) + 1)
        feeds.record_poll(conn, row.id, poll, after.columns)
        note_gone(conn, row, error.status, now)

    await ctx.writer.do(job)
    _tell(ctx, Polled(row.url, "failed", reason=error.reason), after)


async def _page_changed(ctx: Context, attempt: _Attempt, response: Response, reader: Reader) -> None:
    """A page that is polled itself: its one entry is the page."""
    row, now = attempt.row, ctx.now()
    listed = finish.EntryFacts(row.url, row.url, row.title, lang=row.lang, tags=tuple(attempt.options.get("tags", ())))
    finished = await page.read_page(ctx, reader, response, listed, attempt.options)
    if finished is None:
        raise FeedError("no article text on the page")
    poll = _poll_row(ctx, attempt, "changed", status=response.status, listed=1, new=0, bytes=len(response.body))
    state = _changed(attempt, response) | {"parsed_at": now}
    after = _after(ctx, attempt, poll, from_headers(response.headers), state, response)

    def job(conn: UnitOfWork) -> Saved:
        known = entries.known(conn, row.id, [row.url])
        entry = entry_row(row.id, Entry(key=row.url, url=row.url, title=row.title), now) | {"state": "none"}
        ids = [known[row.url].id] if known else entries.add(conn, [entry])
        entries.seen(conn, row.id, [row.url], now, None)
        saved = articles.save(conn, finished, ids)
        feeds.record_poll(conn, row.id, poll | {"new": int(saved.outcome == "new")}, after.columns)
        return saved

    saved = await ctx.writer.do(job)
    _tell(ctx, Polled(row.url, "changed", new=int(saved.outcome == "new")), after)
    ctx.report(PageDone(row.url, saved.outcome, copy=saved.copy))


async def _feed_changed(ctx: Context, attempt: _Attempt, response: Response, listing: Listing) -> None:
    row, now, document = attempt.row, ctx.now(), listing.document
    keys = [entry.key for entry in document.entries]
    known = await ctx.writer.do(lambda conn: entries.known(conn, row.id, keys))
    unknown = [entry for entry in document.entries if entry.key not in known]
    fresh = [entry for entry in unknown if entry.key not in listing.old]
    prepared = await ctx.pool.run(prepare, fresh, row.url, row.id, attempt.options, now) if fresh else []
    prepared += [passed_over(entry, row.id, now) for entry in unknown if entry.key in listing.old]
    changes = await changed_entries(ctx, row, attempt.options, known, document.entries)
    counts = {"listed": len(keys), "new": len(fresh), "bytes": len(response.body)}
    poll = _poll_row(ctx, attempt, "changed", status=response.status, **counts)
    state = _succeeded(attempt, response) if response.status == 304 else _changed(attempt, response, fresh)
    state |= {"parsed_at": now, "format": document.format}
    state |= {"link": absolute(document.link, response.url)} if document.link else {}
    state |= {"hints": _dump_hints(document.hints)} | ({"title": document.title} if not row.title else {})
    rhythm = after_poll.taught(row, document, fresh, now)
    if rhythm.lost:
        poll["reason"] = after_poll.gap_reason(row, len(keys))
        _log.warning("%s: %s", row.url, poll["reason"])
    after = _after(ctx, attempt, poll, document.hints, state, response, rhythm)

    def job(conn: UnitOfWork) -> list[Saved]:
        saved = _store(conn, prepared) + changes.save(conn)
        listing.save(conn)
        entries.seen(conn, row.id, [key for key in keys if key in known], now, listing.before(row.parsed_at))
        feeds.record_poll(conn, row.id, poll, after.columns)
        return saved

    saved = await ctx.writer.do(job)
    _tell(ctx, Polled(row.url, "changed", new=len(fresh)), after)
    for item in saved:
        ctx.report(PageDone(row.url, item.outcome, copy=item.copy, from_feed=True))


def _store(conn: UnitOfWork, prepared: list[Prepared]) -> list[Saved]:
    """Stores new entries; those whose page is stored already get that article and no request."""
    own = [None if item.article is None else articles.save(conn, item.article) for item in prepared]
    wanted = {normalise(item.row["url"]) for item in prepared if item.row["state"] == "waiting"}
    there = articles.at_urls(conn, wanted)
    entries.add(conn, [_with_article(item.row, saved, there) for item, saved in zip(prepared, own, strict=True)])
    return [saved for saved in own if saved is not None]


def _with_article(row: dict[str, Any], own: Saved | None, there: dict[str, int]) -> dict[str, Any]:
    found = there.get(normalise(row["url"])) if row["state"] == "waiting" else own and own.id
    return row if found is None else row | {"state": "done", "article_id": found, "next_try_at": None}


def _poll_row(ctx: Context, attempt: _Attempt, outcome: str, **more: Any) -> dict[str, Any]:
    return {"at": attempt.started, "outcome": outcome, "seconds": float(ctx.now() - attempt.started), **more}


def _succeeded(attempt: _Attempt, response: Response) -> dict[str, Any]:
    """What a good answer changes of a feed, whatever it says."""
    row, now = attempt.row, attempt.started
    moved = moves.after_success(row, response.moved_to, attempt.options.get("site"), now)
    success = {"failures": 0, "last_error": None, "broken": None}
    return success | moved | validators.to_keep(row, response, now)


def _changed(attempt: _Attempt, response: Response, fresh: Iterable[Entry] = ()) -> dict[str, Any]:
    """What a new body changes of a feed."""
    row, state = attempt.row, _succeeded(attempt, response)
    if attempt.whole and row.broken is None and validators.caught_lying(row, response, fresh):
        state |= validators.remember_lie(row, attempt.started)
    return state | {"body_hash": _digest(response)}


def _after(
    ctx: Context,
    attempt: _Attempt,
    poll: dict[str, Any],
    hints: Hints,
    state: dict[str, Any],
    response: Response | None = None,
    rhythm: Rhythm | None = None,
) -> After:
    outcome = Outcome(poll, state, hints, response)
    return after_poll.after(attempt.row, attempt.options, ctx.settings, outcome, rhythm, ctx.now())


def _tell(ctx: Context, event: Polled, after: After) -> None:
    ctx.report(event)
    if after.change is not None:
        ctx.report(after.change)


def _dump_hints(hints: Hints) -> str:
    said = asdict(hints)
    return orjson.dumps({name: said[name] for name in _REMEMBERED_HINTS if said[name]}, default=sorted).decode()


def _kept_hints(row: Row[Any]) -> dict[str, Any]:
    kept = orjson.loads(row.hints) if row.hints else {}
    return {name: frozenset(value) if isinstance(value, list) else value for name, value in kept.items()}


def _merged(kept: dict[str, Any], server: Hints) -> Hints:
    return Hints(**kept, max_age=server.max_age, expires_in=server.expires_in, retry_after=server.retry_after)
