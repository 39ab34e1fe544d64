"""The page that searches the archive."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from starlette.responses import Response

from aggregator.archive.histogram import Bin, Histogram, histogram
from aggregator.archive.marking import marks_of
from aggregator.archive.result_pages import result_page
from aggregator.archive.search import Search
from aggregator.archive.search_facets import search_facets
from aggregator.errors import AggregatorError, SearchTooLong
from aggregator.store.engine import Store
from aggregator.store.searching.facets import Facets
from aggregator.store.searching.ranking import Sort
from aggregator.subscriptions.source_names import source_names
from aggregator.web.api.parameters import span
from aggregator.web.pages.templated import page
from aggregator.web.problem_answers import status_of
from aggregator.web.server_state import Served

router = APIRouter()
_PAGE = 20
_CHARTED = 20_000  # matches of words that are looked at for the chart
_NARROWING = ("site", "lang", "feed", "since", "until")


@router.get("/search")
def search_page(
    request: Request,
    served: Served,
    q: Annotated[str, Query(max_length=10_000)] = "",
    since: str | None = None,
    until: str | None = None,
    feed: str | None = None,
    site: str | None = None,
    lang: str | None = None,
    sort: Sort = "relevance",
    stories: bool = False,
    cursor: str | None = None,
) -> Response:
    """Searches the articles; without a query it lists all of them, newest first."""
    asked_for = {"q": q, "since": since, "until": until, "feed": feed, "site": site, "lang": lang}
    asked_for |= {"sort": "" if sort == "relevance" else sort, "stories": "1" if stories else ""}
    given = {name: value for name, value in asked_for.items() if value}
    shown: dict[str, Any] = {"given": given, "q": q, "sort": sort, "stories": stories, "link": _linker(given)}
    shown["narrowed"] = [(name, given[name]) for name in _NARROWING if name in given]
    shown["query"] = _as_query(q, given)
    try:
        start, end = span(since or None, until or None)
        asked = Search(q, start, end, feed or None, site or None, lang or None, sort, _PAGE, stories=stories)
        found = result_page(served.store, asked, cursor)
        is_narrow = bool(q.strip() or shown["narrowed"])
        counted = _counted(served.store, asked) if is_narrow and found.results.total else None
    except AggregatorError as error:
        return page(request, "search.html", status_of(error), **shown, problem=str(error), results=None)
    return page(
        request,
        "search.html",
        **shown,
        problem=None,
        results=found.results,
        next_cursor=found.next_cursor,
        is_first=cursor is None,
        hits=[(hit, Markup(hit.marked())) for hit in found.results],
        names=source_names(served.store),
        marks=marks_of(served.store, [hit.article.id for hit in found.results]),
        facets=counted and counted[0],
        chart=counted and counted[1],
        spans=[_span(counted[1], one) for one in counted[1].bins] if counted else [],
    )


def _counted(store: Store, asked: Search) -> tuple[Facets, Histogram] | None:
    """Counts all that matches; None where that takes too long: the page does without."""
    try:
        return search_facets(store, asked), histogram(store, asked, _CHARTED)
    except SearchTooLong:
        return None


def _linker(given: dict[str, str]) -> Callable[..., str]:
    """Returns what writes the address of this search with some parameters changed, None: without it."""

    def link(**changes: str | None) -> str:
        values = {name: value for name, value in (given | changes).items() if value}
        return "/search?" + urlencode(values) if values else "/search"

    return link


def _as_query(q: str, given: dict[str, str]) -> str:
    """Returns the query with what narrows it, as it is saved."""
    narrowing = [f'{name}:"{given[name].replace(chr(34), " ")}"' for name in ("site", "lang", "feed") if name in given]
    if "since" in given or "until" in given:
        narrowing.append(f"published:[{given.get('since') or '*'} TO {given.get('until') or '*'}]")
    return " ".join(([f"({q})"] if q.strip() and narrowing else [q.strip()]) + narrowing).strip()


def _span(chart: Histogram, one: Bin) -> str:
    """Returns the day, month or year of a bar as a query has it."""
    day: date = one.start
    return {"day": f"{day:%Y-%m-%d}", "month": f"{day:%Y-%m}", "year": f"{day:%Y}"}[chart.unit]
