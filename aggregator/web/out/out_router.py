"""Answers searches, stories, feeds and categories as feeds, and the subscriptions as OPML."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from aggregator.archive import feed_items
from aggregator.archive.feed_items import Listed, ListedArticle
from aggregator.archive.search import Search
from aggregator.articles.safe_html import shown_html
from aggregator.errors import UsageError
from aggregator.subscriptions.opml_file import export_opml
from aggregator.web.conditional import modified
from aggregator.web.guard import peer
from aggregator.web.out import atom_writer, json_writer, rss_writer
from aggregator.web.out.feed_document import FeedDocument, FeedItem
from aggregator.web.problem_answers import REFUSALS
from aggregator.web.root_path import root_of
from aggregator.web.server_state import Served, ServerState

router = APIRouter(prefix="/out", tags=["feeds out"], responses=REFUSALS)


class Kind(StrEnum):
    """Names what a feed is made of."""

    SEARCH = "search"
    STORY = "story"
    FEED = "feed"
    CATEGORY = "category"


class Form(StrEnum):
    """Names what a feed is written as."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"


_WRITERS = {Form.RSS: rss_writer, Form.ATOM: atom_writer, Form.JSON: json_writer}
_DOCUMENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            one.MEDIA_TYPE: {"schema": {"type": "object" if form is Form.JSON else "string"}}
            for form, one in _WRITERS.items()
        }
    }
}
_NEVER = datetime.fromisoformat("1970-01-01T00:00:00Z")
_OPML: dict[int | str, dict[str, Any]] = {200: {"content": {"text/x-opml": {"schema": {"type": "string"}}}}}


@router.get("/subscriptions.opml", operation_id="export_opml", response_class=Response, responses=_OPML)
def opml(served: Served) -> Response:
    """Read the subscriptions as OPML, which other feed readers read."""
    return Response(export_opml(served.store, served.config()), media_type="text/x-opml")


@router.get("/{kind}.{form}", operation_id="get_feed_out", response_class=Response, responses=_DOCUMENTS)
def feed_out(
    request: Request,
    served: Served,
    kind: Kind,
    form: Form,
    q: Annotated[str, Query(max_length=10_000, description="A query, of a search, a feed or a category")] = "",
    id: Annotated[int | None, Query(ge=1, lt=2**63, description="Of a story, a feed or a category")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    stories: Annotated[bool, Query(description="One item a story")] = False,
    key: Annotated[str | None, Query(description="A token that is good for /out/")] = None,
) -> Response:
    """Read articles as a feed, with their full text: of a search; of a story, or of the latest stories (without `id`);
    of a feed; of a category."""
    listed = _listed(served, kind, id, Search(q, sort="date", limit=limit, stories=stories))
    writer, base = _WRITERS[form], peer(request).origin + root_of(request.scope)
    asked = urlencode([(name, value) for name, value in request.query_params.multi_items() if name != "key"])
    document = _document(listed, base, f"/out/{kind}.{form}" + (f"?{asked}" if asked else ""))
    latest = max((one.article.fetched_at for one in listed.articles), default=None)
    headers = {} if latest is None else modified(int(latest.timestamp()))
    return Response(writer.write(document), media_type=writer.MEDIA_TYPE, headers=headers)


def _listed(served: ServerState, kind: Kind, number: int | None, asked: Search) -> Listed:
    if kind is Kind.SEARCH:
        return feed_items.of_search(served.store, asked, asked.query or "All articles")
    if kind is Kind.STORY:
        if number is None:
            return feed_items.of_stories(served.store, asked.limit)
        return feed_items.of_story(served.store, number, asked.limit)
    if number is None:
        raise UsageError(f"id is missing: of which {kind}? /api/v1/feeds and /api/v1/categories list them")
    of = feed_items.of_feed if kind is Kind.FEED else feed_items.of_category
    return of(served.store, number, asked)


def _document(listed: Listed, base: str, own: str) -> FeedDocument:
    items = tuple(_item(one) for one in listed.articles)
    updated = max((one.updated_at for one in items), default=_NEVER)
    return FeedDocument(listed.title, base + own, f"{base}/", updated, items)


def _item(one: ListedArticle) -> FeedItem:
    article = one.article
    published = article.published_at or article.fetched_at
    return FeedItem(
        id=f"urn:aggregator:story:{article.story_id}" if one.story else article.canonical_url,
        url=article.url,
        title=article.title or article.url,
        html=shown_html(one.html),
        summary=article.lead or article.summary,
        authors=article.authors,
        published_at=published,
        updated_at=max(published, article.modified_at or published),
        tags=article.tags,
        image=article.image,
        lang=article.lang,
    )
