"""Fetches the page of a stored article again: is it still there, and what does it say now?

304, or byte for byte the same -> nothing
another text -> read the page as it was served last once more, with what is known of the site today: if that gives the
same, only our reading changed (no revision); else the text did.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from aggregator.articles.row import ArticleRow, ServedPage, unpacked
from aggregator.errors import ExtractionError, FetchError
from aggregator.model import Response
from aggregator.revisions import compare
from aggregator.revisions.refetch_times import after_failed_refetch, next_refetch
from aggregator.store.content import raw_pages, save_article, stored_articles
from aggregator.store.content.save_article import Saved
from aggregator.store.polling import entries, refetches
from aggregator.store.polling.entries import ListedPage
from aggregator.store.polling.refetches import DueRefetch, Refetch
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.times import DAY
from aggregator.visit import plan_refetches
from aggregator.visit.context import Context
from aggregator.visit.page import GONE_STATUSES, page_job, request
from aggregator.visit.page_reader import PageReader
from aggregator.visit.progress import PageDone
from aggregator.visit.requests import Requests, pause

_CONFIRM_GONE_SECONDS = DAY  # a page that was gone at the plan's last refetch is asked for once more


@dataclass(frozen=True, slots=True)
class DuePage:
    """A page that is to be fetched again: its plan, its entry, and the plan's steps (seconds)."""

    due: DueRefetch
    page: ListedPage
    steps: tuple[int, ...]

    @property
    def plan(self) -> Refetch:
        """Returns the plan as it is stored."""
        return self.due.refetch

    @property
    def id(self) -> int:
        """Returns the article's id."""
        return self.plan.article_id

    def next(self, now: int) -> int | None:
        """Returns the next time by the plan."""
        return next_refetch(self.steps, self.due.since, now)


async def due_pages(ctx: Context, site: str, limit: int) -> list[DuePage]:
    """Returns the pages of a site that are to be fetched again now. Plans that no subscription wants any more end."""
    now = ctx.now()
    while rows := await ctx.read(lambda conn: _due(ctx, conn, site, now, limit)):
        pages = [one for one in rows if isinstance(one, DuePage)]
        unwanted = [one for one in rows if isinstance(one, int)]
        if unwanted:
            await ctx.writer.do(lambda conn: refetches.end(conn, unwanted))  # noqa: B023
        if pages:
            return pages
    return []


def _due(ctx: Context, conn: Connection, site: str, now: int, limit: int) -> list[DuePage | int]:
    """Returns what is due; of a plan that no subscription wants any more, the article's id."""
    due = refetches.due(conn, site, now, ctx.scope, limit)
    listed = entries.listing(conn, [one.refetch.article_id for one in due], subscribed=True) if due else {}
    found: list[DuePage | int] = []
    for one in due:
        page = listed.get(one.refetch.article_id)
        steps = plan_refetches.steps(ctx.settings, page.source.options) if page is not None else ()
        found.append(DuePage(one, page, steps) if page is not None and steps else one.refetch.article_id)
    return found


async def refetch(ctx: Context, due: DuePage, requests: Requests, reader: PageReader) -> None:
    """Fetches a page again and stores what changed, or notes why it can't be had."""
    if ctx.stopping.is_set():
        return
    try:
        response = await request(requests, due.page, due.plan.validators)
        if response.status == 304:
            await _settle(ctx, due, Saved(due.id, "unchanged"), None)
        else:
            await _read(ctx, due, response, reader)
    except FetchError as error:
        await _failed(ctx, due, requests, error)
    except ExtractionError as error:
        await _settle(ctx, due, Saved(due.id, "unchanged", kept=str(error)), None)


async def _read(ctx: Context, due: DuePage, response: Response, reader: PageReader) -> None:
    before = await ctx.read(lambda conn: raw_pages.page(conn, due.id))
    body = None if before is None else unpacked(before.body)
    if body == response.body:
        await _settle(ctx, due, Saved(due.id, "unchanged"), response)
        return
    job = page_job(ctx.settings, response, due.page.facts, due.page.source.options, ctx.now())
    new = await reader.read_again(job)
    if new is None:
        await _settle(ctx, due, Saved(due.id, "unchanged", kept="the page holds no article text now"), response)
        return
    stored, old = await ctx.read(lambda conn: stored_articles.by_id(conn, due.id)), None
    if (
        before is not None
        and body is not None
        and stored is not None
        and not compare.same(stored.compared, new.compared)
    ):
        page = ServedPage(before.url, body, before.content_type, before.fetched_at)
        old = await reader.read_again(replace(job, page=page, keep_raw=False))
    await _store(ctx, due, response, new, old)


async def _store(ctx: Context, due: DuePage, response: Response, new: ArticleRow, old: ArticleRow | None) -> None:
    """Stores what the page says now. `old`: what is found today on the page as it was served last, if asked."""
    only_read_otherwise = old is not None and compare.same(old.compared, new.compared)

    def job(conn: UnitOfWork) -> Saved:
        if only_read_otherwise:
            save_article.reread(conn, due.id, new)
            return Saved(due.id, "unchanged")
        return save_article.replace(conn, due.id, new)

    await _settle(ctx, due, await ctx.writer.do(job), response)


async def _settle(ctx: Context, due: DuePage, saved: Saved, response: Response | None) -> None:
    """Writes down a refetch that was answered. `response`: an answer with a body; its validators count from now on."""
    now = ctx.now()
    plan = replace(
        due.plan,
        looked_at=now,
        next_at=due.next(now),
        same=0 if saved.outcome == "updated" else due.plan.same + 1,
        tries=0,
        note=saved.kept,
        validators=due.plan.validators if response is None else response.validators,
    )

    def job(conn: UnitOfWork) -> None:
        if saved.kept is None:
            save_article.mark_gone(conn, [due.id], None)
        refetches.update_plan(conn, plan)

    await ctx.writer.do(job)
    ctx.report(PageDone(due.page.url, saved.outcome, reason=saved.kept))


async def _failed(ctx: Context, due: DuePage, requests: Requests, error: FetchError) -> None:
    now, source = ctx.now(), due.page.source
    until = now + int(error.retry_after) + 1 if error.retry_after else None
    if await requests.is_on_hold(source, error):
        if source.options.cooldown == "feed":
            await ctx.writer.do(lambda conn: refetches.postpone(conn, due.id, until or now + 1))
        return
    if ctx.excuses(due.page.site, error):
        return
    gone = error.status in GONE_STATUSES
    tries = 0 if gone else due.plan.tries + 1
    at = due.next(now) if gone or error.kind == "refused" else after_failed_refetch(due.next(now), tries, now)
    if gone and at is None and due.due.gone_at is None:
        at = now + _CONFIRM_GONE_SECONDS
    at = at if at is None or until is None else max(at, until)
    plan = replace(due.plan, looked_at=now, next_at=at, tries=tries, note=error.reason)

    def job(conn: UnitOfWork) -> None:
        pause(conn, source, due.page.site, error, now)
        if gone:
            save_article.mark_gone(conn, [due.id], now)
        refetches.update_plan(conn, plan)

    await ctx.writer.do(job)
    known = gone and due.due.gone_at is not None  # and was told of
    ctx.report(PageDone(due.page.url, "unchanged" if known else "gone" if gone else "failed", reason=error.reason))
