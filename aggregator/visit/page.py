"""Fetching the pages of entries."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson
from sqlalchemy import Connection, Row

from aggregator.articles import finish
from aggregator.articles.read_pages import Job, listed_of
from aggregator.articles.row import ArticleRow
from aggregator.errors import ExtractionError, FetchError
from aggregator.extraction.selectors import selectors_of
from aggregator.model import Response
from aggregator.net.request import PAGE_TYPES, Request
from aggregator.store import articles, entries, feeds, leases, refetches, texts
from aggregator.store.articles import Saved
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.visit import refetch_schedule
from aggregator.visit.context import Context, PageDone
from aggregator.visit.page_reader import Reader
from aggregator.visit.robots_policy import Manners

# Seconds until the next try, by how many there were; after the last the page is given up.
_WAITS = (600, 3600, 6 * 3600, 86400, 3 * 86400)
# What a second look will hardly mend gets two tries; the guard's and robots' word is final.
GONE = (404, 410)
_STUBBORN = {401, 402, 404, 406, 410, 451}


@dataclass(slots=True)
class Wanted:
    """One page and the entries that want it."""

    rows: list[Row[Any]] = field(default_factory=list)


async def fetch_page(ctx: Context, wanted: Wanted, manners: Manners, reader: Reader) -> None:
    """Fetches one page, extracts and stores its article, or notes why not and when to try again."""
    if ctx.stopping.is_set():
        return
    row = wanted.rows[0]
    ids, options = [int(r.id) for r in wanted.rows], orjson.loads(row.options)
    try:
        response = await ask(ctx, row, options, manners)
        finished = await read_page(ctx, reader, response, listed_of(row, options), options)
    except FetchError as error:
        await _failed(ctx, row, ids, error)
        return
    except ExtractionError as error:
        await _give_up(ctx, row, ids, str(error))
        return
    if finished is None:
        await _give_up(ctx, row, ids, "no article text on the page")
        return

    def job(conn: UnitOfWork) -> Saved:
        saved = articles.save(conn, finished, ids)
        if row.kind == "feed" and refetch_schedule.steps(ctx, options):
            refetches.begin(conn, saved.id, refetch_schedule.first(ctx, row, options, response, saved, finished))
        return saved

    saved: Saved = await ctx.writer.do(job)
    ctx.report(PageDone(row.url, saved.outcome, copy=saved.copy))


async def read_page(
    ctx: Context, reader: Reader, response: Response, listed: finish.EntryFacts, options: dict[str, Any]
) -> ArticleRow | None:
    """The article of an answer. Raises ExtractionError if it can't be read."""
    page = finish.Page(response.url, response.body, response.headers.get("content-type"), ctx.now())
    keep = ctx.settings.keep_raw is None or bool(ctx.settings.keep_raw)
    return await reader.read(Job(page, listed, selectors_of(options), keep))


def allowed_networks(options: dict[str, Any]) -> bool | tuple[str, ...] | None:
    """A feed's own word on private addresses."""
    said = options.get("allow_private_networks")
    return tuple(said) if isinstance(said, list) else said


def wants_robots(ctx: Context, options: dict[str, Any]) -> bool:
    """Whether robots.txt counts for this feed."""
    own = options.get("robots")
    return ctx.settings.respect_robots if own is None else bool(own)


def cooldown(options: dict[str, Any], feed_id: int) -> str:
    """What a Retry-After stops, as net.Request has it."""
    return f"feed {feed_id}" if options.get("cooldown") == "feed" else "site"


async def ask(
    ctx: Context, row: Row[Any], options: dict[str, Any], manners: Manners, validators: dict[str, Any] | None = None
) -> Response:
    """The answer of the page of an entry (a row of `work.due_entries`). Raises FetchError.

    `validators`: etag, last_modified and validated_url of an earlier answer; then this one may be 304.
    """
    private = allowed_networks(options)
    permit = manners.permit(row.url, private) if wants_robots(ctx, options) else None
    if permit is not None:
        await permit(row.url)
    request = Request(
        row.url,
        site=row.site,
        accept=PAGE_TYPES,
        headers=_headers(row, options),
        allow_private_networks=private,
        cooldown=cooldown(options, int(row.feed_id)),
        permit=permit,
        **(validators or {}),
    )
    response = await ctx.net.fetch(request)
    refuse_front_page(row.url, response)
    return response


def refuse_front_page(url: str, response: Response) -> None:
    """Raises FetchError if a page leads to the front page: it is gone."""
    if response.redirects and urlsplit(response.url).path in ("", "/") and urlsplit(url).path not in ("", "/"):
        raise FetchError("status", url, "redirected to the front page: the article is gone", status=404)


def _headers(row: Row[Any], options: dict[str, Any]) -> dict[str, str]:
    """A feed's headers may hold a secret: they go to the feed's own host alone."""
    same = urlsplit(row.feed_url or "").netloc == urlsplit(row.url).netloc
    return dict(options.get("headers") or {}) if same else {}


async def _failed(ctx: Context, row: Row[Any], ids: list[int], error: FetchError) -> None:
    now, whole_site = ctx.now(), orjson.loads(row.options).get("cooldown", "site") == "site"
    if error.kind == "cooling" and not error.redirects:  # nothing was asked; the page waits for its site, or its feed
        if not whole_site:
            held = now + int(error.retry_after or 0) + 1
            await ctx.writer.do(lambda conn: feeds.hold_back(conn, int(row.feed_id), held))
        return
    until = now + int(error.retry_after) + 1 if error.retry_after else None
    wait = _wait(error, int(row.tries))
    at = None if wait is None else max(now + wait, until or 0)

    def job(conn: Connection) -> None:
        push_back(conn, row, error, until, whole_site=whole_site)
        if error.status in GONE and row.article_id is not None:
            texts.mark_gone(conn, [int(row.article_id)], now)
        entries.postpone(conn, ids, error.reason, at)

    await ctx.writer.do(job)
    ctx.report(PageDone(row.url, "failed", reason=error.reason))


def push_back(conn: Connection, row: Row[Any], error: FetchError, until: int | None, *, whole_site: bool) -> None:
    """Leaves the site of an entry, or its feed, alone until the time that an answer named, if it named one."""
    if until is not None and error.status and whole_site:
        leases.quieten(conn, error.site or row.site, until)
    elif until is not None and error.status:
        feeds.hold_back(conn, int(row.feed_id), until)


def _wait(error: FetchError, tries: int) -> int | None:
    if error.kind == "refused" or tries >= len(_WAITS):
        return None
    if error.status in _STUBBORN and tries >= 1:
        return None
    return _WAITS[tries]


async def _give_up(ctx: Context, row: Row[Any], ids: list[int], reason: str) -> None:
    await ctx.writer.do(lambda conn: entries.postpone(conn, ids, reason, None))
    ctx.report(PageDone(row.url, "failed", reason=reason))
