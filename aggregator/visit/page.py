"""Fetches the pages of entries."""

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from aggregator.articles.entry_facts import EntryFacts
from aggregator.articles.read_pages import PageJob
from aggregator.articles.row import ArticleRow, ServedPage
from aggregator.config.feed_options import Options
from aggregator.config.models import Settings
from aggregator.errors import ExtractionError, FetchError
from aggregator.extraction import served_type
from aggregator.extraction.selectors import selectors_of
from aggregator.model import NO_VALIDATORS, Response, Validators
from aggregator.net.request import PAGE_TYPES
from aggregator.store.content import save_article
from aggregator.store.content.save_article import Saved
from aggregator.store.polling import entries, refetches
from aggregator.store.polling.entries import ListedPage
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.store.work import arrived_pages
from aggregator.times import DAY, HOUR, MINUTE
from aggregator.visit import interstitial, plan_refetches, save_new
from aggregator.visit.context import Context
from aggregator.visit.page_reader import PageReader
from aggregator.visit.progress import PageDone
from aggregator.visit.requests import Requests, pause

GONE_STATUSES = (404, 410)
_WAITS = (10 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY)  # until the next try, by how many there were; then it is given up
_FREE_TRIES = 4  # that were cut off, by a kill or a crash, until the next one has to wait
MAX_TRIES = 10
_LASTING_STATUSES = {401, 402, 404, 406, 410, 451}  # what a second try will hardly mend gets no third one


async def fetch_page(ctx: Context, pages: Sequence[ListedPage], requests: Requests, reader: PageReader) -> None:
    """Fetches one page, extracts and stores its article, or notes why not and when to try again.

    `pages`: the entries that list it, of one feed or several.
    """
    if ctx.stopping.is_set():
        return
    page, ids = pages[0], [one.id for one in pages]
    if page.tries >= MAX_TRIES:
        await give_up(
            ctx, page, ids, f"asked for {page.tries} times, and each time it ended before an answer was stored"
        )
        return

    async def count() -> None:  # before it is asked for, so that no kill has a page asked for without end
        if ctx.net.gap(page.site):  # a server of one's own is asked as quickly as it can be read
            await ctx.backlog.ask(page.id)
        wait = 0 if page.tries < _FREE_TRIES else _WAITS[min(page.tries, len(_WAITS)) - 1]
        await ctx.writer.do(lambda conn: entries.count_try(conn, ids, page.tries + 1, ctx.now() + wait))

    try:
        response = await request(requests, page, starting=count)
    except FetchError as error:
        await _failed(ctx, page, ids, requests, error)
        return
    finally:
        ctx.backlog.answered(page.id)
    if ctx.hands_over:
        now = ctx.now()
        await ctx.writer.do(lambda conn: arrived_pages.add(conn, page.site, ids, page.tries + 1, response, now))
        return
    with ctx.backlog.reading():
        await read_and_store(ctx, pages, response, reader)


async def read_and_store(ctx: Context, pages: Sequence[ListedPage], response: Response, reader: PageReader) -> None:
    """Extracts and stores the article of a page that was fetched, or notes why there is none."""
    page, ids = pages[0], [one.id for one in pages]
    options = page.source.options
    try:
        finished = await read_page(ctx, reader, response, page.facts, options)
    except ExtractionError as error:
        await give_up(ctx, page, ids, str(error))
        return
    if finished is None:
        await give_up(ctx, page, ids, "no article text on the page")
        return
    plan = plan_refetches.steps(ctx.settings, options) if page.source.kind == "feed" else ()
    now = ctx.now()

    def job(conn: UnitOfWork) -> Saved | list[ListedPage]:
        before = interstitial.held_up(conn, page, response, finished)
        if before is not None:
            at = now + _WAITS[min(page.tries, len(_WAITS) - 1)]
            held_up = [*ids, *(one.id for one in before)]
            entries.postpone(
                conn, held_up, page.tries + 1, interstitial.REASON, at if page.tries < len(_WAITS) else None
            )
            return before
        had = next((one.article_id for one in pages if one.article_id is not None), None)
        saved = save_new.save(conn, finished, ids, had=had)
        if plan:
            refetches.put(conn, plan_refetches.first(plan, saved, finished.at, page.site, response, now))
        return saved

    saved = await ctx.writer.do(job)
    if isinstance(saved, Saved):
        ctx.report(PageDone(page.url, saved.outcome, copy=saved.copy))
        return
    without = [one for one in pages if one.article_id is None]
    await interstitial.keep_own_words(ctx, [*without, *saved])
    ctx.report(PageDone(page.url, "failed", reason=interstitial.REASON))


async def request(
    requests: Requests,
    page: ListedPage,
    validators: Validators = NO_VALIDATORS,
    starting: Callable[[], Awaitable[None]] | None = None,
) -> Response:
    """Returns the answer of the page of an entry. Raises FetchError. With `validators` it may be 304. `starting` is
    called when it is the page's turn, before it is asked for."""
    response = await requests.get(
        page.source, page.url, site=page.site, accept=PAGE_TYPES, validators=validators, starting=starting
    )
    refuse_no_page(page.url, response)
    return response


async def read_page(
    ctx: Context, reader: PageReader, response: Response, facts: EntryFacts, options: Options
) -> ArticleRow | None:
    """Returns the article of an answer; None if it has no text. Raises ExtractionError if it can't be read."""
    return await reader.read(page_job(ctx.settings, response, facts, options, ctx.now()))


def page_job(settings: Settings, response: Response, facts: EntryFacts, options: Options, now: int) -> PageJob:
    """Returns the job of reading an answer that came `now`."""
    page = ServedPage(response.url, response.body, response.headers.get("content-type"), now)
    keep_raw = settings.keep_raw is None or bool(settings.keep_raw)
    return PageJob(page, facts, selectors_of(options.selectors), keep_raw)


def refuse_no_page(url: str, response: Response) -> None:
    """Raises FetchError if a page leads to the front page, for then it is gone, or to what is no page at all."""
    if response.redirects and urlsplit(response.url).path in ("", "/") and urlsplit(url).path not in ("", "/"):
        raise FetchError("status", url, "redirected to the front page: the article is gone", status=404)
    kind = None if response.status == 304 else served_type.no_page(response.body, response.headers.get("content-type"))
    if kind is not None:
        raise FetchError("type", url, served_type.sentence(kind, response.url))


async def _failed(ctx: Context, page: ListedPage, ids: list[int], requests: Requests, error: FetchError) -> None:
    if await requests.is_on_hold(page.source, error) or ctx.excuses(page.site, error):
        return
    now, wait = ctx.now(), _wait(error, page.tries)
    asked_to_wait = int(error.retry_after) + 1 if error.retry_after else 0
    at = None if wait is None else now + max(wait, asked_to_wait)

    def job(conn: UnitOfWork) -> None:
        pause(conn, page.source, page.site, error, now)
        if error.status in GONE_STATUSES and page.article_id is not None:
            save_article.mark_gone(conn, [page.article_id], now)
        entries.postpone(conn, ids, page.tries + 1, error.reason, at)

    await ctx.writer.do(job)
    ctx.report(PageDone(page.url, "failed", reason=error.reason))


def _wait(error: FetchError, tries: int) -> int | None:
    if error.kind in ("refused", "type") or tries >= len(_WAITS):
        return None
    if error.status in _LASTING_STATUSES and tries >= 1:
        return None
    return _WAITS[tries]


async def give_up(ctx: Context, page: ListedPage, ids: list[int], reason: str) -> None:
    """Notes that no article comes of a page."""
    await ctx.writer.do(lambda conn: entries.postpone(conn, ids, page.tries + 1, reason, None))
    ctx.report(PageDone(page.url, "failed", reason=reason))
