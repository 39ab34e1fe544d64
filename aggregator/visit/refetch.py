"""Fetching the page of a stored article again: is it still there, and what does it say now?

304, or byte for byte the same -> nothing
another text -> read the page as it was served last once more, with what is known of the site today: if that gives the
same, only our reading changed (no revision); else the text did.
"""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row

from aggregator.articles import finish
from aggregator.articles.read_pages import Job, listed_of
from aggregator.articles.row import ArticleRow
from aggregator.errors import ExtractionError, FetchError
from aggregator.extraction.selectors import selectors_of
from aggregator.model import Response
from aggregator.revisions import compare
from aggregator.revisions.refetch_plan import after_failed_refetch, next_refetch
from aggregator.store import articles, feeds, refetches, texts
from aggregator.store.articles import Saved
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.visit import page as pages
from aggregator.visit import refetch_schedule
from aggregator.visit.context import Context, PageDone
from aggregator.visit.page_reader import Reader
from aggregator.visit.robots_policy import Manners

_CONFIRM_SECONDS = 86400  # a page that was gone at the plan's last look is looked at once more


@dataclass(frozen=True, slots=True)
class Look:
    """A page to be fetched again. `row`: of `refetches.due`; `entry`: of `refetches.listings`."""

    row: Row[Any]
    entry: Row[Any]
    options: dict[str, Any]
    steps: tuple[int, ...]

    @property
    def id(self) -> int:
        """The article's."""
        return int(self.row.article_id)

    def next(self, now: int) -> int | None:
        """The next time by the plan."""
        return next_refetch(self.steps, int(self.row.since), now)


async def due_pages(ctx: Context, site: str, limit: int) -> list[Look]:
    """The pages of a site that are to be fetched again now. Plans that no subscription wants any more end here."""
    now = ctx.now()
    looks: list[Look] = []

    def job(conn: Connection) -> None:
        while not looks and (rows := refetches.due(conn, site, now, ctx.scope, limit)):
            listings = refetches.listings(conn, [int(row.article_id) for row in rows])
            for row in rows:
                entry = listings.get(int(row.article_id))
                options = {} if entry is None else orjson.loads(entry.options)
                steps = refetch_schedule.steps(ctx, options)
                if entry is None or not steps:
                    refetches.looked(conn, int(row.article_id), {"next_at": None})
                else:
                    looks.append(Look(row, entry, options, steps))

    await ctx.writer.do(job)
    return looks


async def fetch_again(ctx: Context, look: Look, manners: Manners, reader: Reader) -> None:
    """Fetches a page again and stores what changed, or notes why it can't be had."""
    if ctx.stopping.is_set():
        return
    known = {name: getattr(look.row, name) for name in ("etag", "last_modified", "validated_url")}
    try:
        response = await pages.ask(ctx, look.entry, look.options, manners, known)
        if response.status == 304:
            await _settle(ctx, look, Saved(look.id, "unchanged"), None)
        else:
            await _read(ctx, look, response, reader)
    except FetchError as error:
        await _failed(ctx, look, error)
    except ExtractionError as error:
        await _settle(ctx, look, Saved(look.id, "unchanged", kept=str(error)), None)


async def _read(ctx: Context, look: Look, response: Response, reader: Reader) -> None:
    listed = listed_of(look.entry, look.options)
    keep = ctx.settings.keep_raw is None or bool(ctx.settings.keep_raw)
    selectors = selectors_of(look.options)
    before = await ctx.writer.do(lambda conn: refetches.page(conn, look.id))
    body = None if before is None else finish.unpacked(bytes(before.body))
    if body == response.body:
        await _settle(ctx, look, Saved(look.id, "unchanged"), response)
        return
    page = finish.Page(response.url, response.body, response.headers.get("content-type"), ctx.now())
    new = await reader.again(Job(page, listed, selectors, keep))
    if new is None:
        kept = Saved(look.id, "unchanged", kept="the page holds no article text now")
        await _settle(ctx, look, kept, response)
        return
    stored = await ctx.writer.do(lambda conn: texts.stored(conn, look.id))
    old = None
    if before is not None and body is not None and stored is not None and not compare.same(stored, texts.version(new)):
        page = finish.Page(before.url, body, before.content_type, int(before.fetched_at))
        old = await reader.again(Job(page, listed, selectors, keep_raw=False))
    await _store(ctx, look, response, new, old)


async def _store(ctx: Context, look: Look, response: Response, new: ArticleRow, old: ArticleRow | None) -> None:
    """`old`: what is found today on the page as it was served last, if that was worth asking."""
    only_read_otherwise = old is not None and compare.same(texts.version(old), texts.version(new))

    def job(conn: UnitOfWork) -> Saved:
        if only_read_otherwise:
            articles.reread(conn, look.id, new)
            return Saved(look.id, "unchanged")
        return articles.replace(conn, look.id, new)

    await _settle(ctx, look, await ctx.writer.do(job), response)


async def _settle(ctx: Context, look: Look, saved: Saved, response: Response | None) -> None:
    """Writes down a look that was answered. `response`: the answer with a body, whose validators count from now on."""
    now = ctx.now()
    same = 0 if saved.outcome == "updated" else int(look.row.same) + 1
    again = {"looked_at": now, "next_at": look.next(now), "same": same, "tries": 0, "note": saved.kept}
    again |= refetch_schedule.validators(response) if response is not None else {}

    def job(conn: Connection) -> None:
        if saved.kept is None:
            texts.mark_gone(conn, [look.id], None)
        refetches.looked(conn, look.id, again)

    await ctx.writer.do(job)
    ctx.report(PageDone(look.entry.url, saved.outcome, reason=saved.kept))


async def _failed(ctx: Context, look: Look, error: FetchError) -> None:
    now, whole_site = ctx.now(), look.options.get("cooldown", "site") == "site"
    until = now + int(error.retry_after) + 1 if error.retry_after else None
    if error.kind == "cooling" and not error.redirects:  # nothing was asked; the page waits for its site, or its feed
        if not whole_site:
            held = until or now + 1
            await ctx.writer.do(lambda conn: refetches.looked(conn, look.id, {"next_at": held}))
            await ctx.writer.do(lambda conn: feeds.hold_back(conn, int(look.entry.feed_id), held))
        return
    gone = error.status in pages.GONE
    tries = 0 if gone else int(look.row.tries) + 1
    at = look.next(now) if gone or error.kind == "refused" else after_failed_refetch(look.next(now), tries, now)
    if gone and at is None and look.row.gone_at is None:
        at = now + _CONFIRM_SECONDS
    at = at if at is None or until is None else max(at, until)
    again = {"looked_at": now, "next_at": at, "tries": tries, "note": error.reason}

    def job(conn: Connection) -> None:
        pages.push_back(conn, look.entry, error, until, whole_site=whole_site)
        if gone:
            texts.mark_gone(conn, [look.id], now)
        refetches.looked(conn, look.id, again)

    await ctx.writer.do(job)
    ctx.report(PageDone(look.entry.url, "gone" if gone else "failed", reason=error.reason))
