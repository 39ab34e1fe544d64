"""Reads articles as they are stored, and what is kept beside them: bodies, earlier texts, copies."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, or_, select, text

from aggregator.articles.row import ArticleFields
from aggregator.errors import NotFound
from aggregator.store.schema import JSON_LIST, articles, bodies, entries, revisions
from aggregator.store.sql import listed, portions, run, run_list

LISTS = frozenset(str(column.name) for column in articles.c if column.info is JSON_LIST)
MAX_ID = 2**63 - 1  # that a column holds
_NAMES = tuple(map(str, articles.c.keys()))
_AT_URLS = {
    "sqlite": text(
        "SELECT a.canonical_url, a.id FROM json_each(:urls) j CROSS JOIN articles a WHERE a.canonical_url = j.value"
    ),
    "postgresql": text("SELECT canonical_url, id FROM articles WHERE canonical_url = ANY(CAST(:urls AS TEXT[]))"),
}
_BY_ID = select(articles).where(articles.c.id == bindparam("id"))
_BY_URL = select(articles).where(articles.c.canonical_url == bindparam("url"))
_COPIES = (
    select(articles)
    .where(or_(articles.c.id == bindparam("head"), articles.c.copy_of == bindparam("head")))
    .where(articles.c.id != bindparam("own"))
    .order_by(articles.c.at, articles.c.id)
)
_BODY = text("SELECT html FROM bodies WHERE article_id = :id")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle(ArticleFields):
    """An article of the database. `at`: what it is put in order by; `copy_of`: its head, if it is a copy; `revisions`:
    how many earlier texts are kept; `gone_at`: since when its page is gone. Times: seconds UTC."""

    id: int
    canonical_url: str
    at: int
    story_id: int
    copy_of: int | None
    revisions: int
    gone_at: int | None


@dataclass(frozen=True, slots=True)
class Revision:
    """An earlier text of an article, when it was fetched, and when the next one took its place (seconds UTC)."""

    fetched_at: int
    replaced_at: int
    title: str | None
    lead: str | None
    text: str


def from_row(row: Sequence[Any]) -> StoredArticle:
    """Returns the article of a row that begins with the columns of `articles`."""
    values = dict(zip(_NAMES, row, strict=False))
    for name in LISTS:
        values[name] = tuple(orjson.loads(values[name])) if values[name] else ()
    return StoredArticle(**values)


def by_id(conn: Connection, article_id: int) -> StoredArticle | None:
    """Returns the article of this id; None if there is none."""
    row = conn.execute(_BY_ID, {"id": article_id}).first() if 0 <= article_id <= MAX_ID else None
    return None if row is None else from_row(row)


def get(conn: Connection, article_id: int) -> StoredArticle:
    """Returns the article of this id. Raises NotFound if there is none."""
    article = by_id(conn, article_id)
    if article is None:
        raise NotFound(f"no article {article_id} in this database; `aggregator search` prints the ids there are")
    return article


def by_ids(conn: Connection, article_ids: Sequence[int]) -> dict[int, StoredArticle]:
    """Returns those of these articles that there are, by their ids."""
    found = conn.execute(select(articles).where(articles.c.id.in_(listed(conn, article_ids))))
    return {row.id: from_row(row) for row in found}


def held(conn: Connection, article_id: int) -> StoredArticle | None:
    """Returns the article of this id, held for this transaction; None if there is none."""
    row = conn.execute(_BY_ID.with_for_update(), {"id": article_id}).first()
    return None if row is None else from_row(row)


def by_url(conn: Connection, url: str) -> StoredArticle | None:
    """Returns the article stored under a normalised URL; None if there is none."""
    row = conn.execute(_BY_URL, {"url": url}).first()
    return None if row is None else from_row(row)


def at_urls(conn: Connection, urls: Collection[str]) -> dict[str, int]:
    """Returns the ids of the articles stored under these normalised URLs."""
    return {url: int(number) for url, number in run_list(conn, _AT_URLS, "urls", list(urls))} if urls else {}


def asked_at(conn: Connection, url: str) -> int | None:
    """Returns the id of the article that was first asked for at that URL, or that an entry of that URL has."""
    first = select(articles.c.id).where(articles.c.url == url)
    listed = select(entries.c.article_id).where(entries.c.url == url, entries.c.article_id.is_not(None))
    for query in (first, listed):
        if (found := conn.execute(query.limit(1)).scalar()) is not None:
            return int(found)
    return None


def of_text(conn: Connection, text_hash: int, most: int = 20) -> list[tuple[int, str]]:
    """Returns ids and canonical URLs of articles of exactly this text that were made from a page."""
    query = select(articles.c.id, articles.c.canonical_url).where(articles.c.text_hash == text_hash)
    return [(int(i), url) for i, url in conn.execute(query.where(articles.c.body_from == "page").limit(most))]


def body(conn: Connection, article_id: int) -> bytes | None:
    """Returns an article's sanitised HTML, zstd; None where the text says it all."""
    found = run(conn, _BODY, {"id": article_id})
    return bytes(found[0][0]) if found else None


def bodies_of(conn: Connection, article_ids: Sequence[int]) -> dict[int, bytes]:
    """Returns the `body` of those of the articles that have one."""
    query = select(bodies.c.article_id, bodies.c.html).where(bodies.c.article_id.in_(listed(conn, article_ids)))
    return {int(i): bytes(html) for i, html in conn.execute(query)}


def revisions_of(conn: Connection, article_id: int) -> list[Revision]:
    """Returns an article's earlier texts, oldest first."""
    columns = (revisions.c[name] for name in Revision.__slots__)
    rows = conn.execute(select(*columns).where(revisions.c.article_id == article_id).order_by(revisions.c.id))
    return [Revision(*row) for row in rows]


def of_stories(conn: Connection, story_ids: Collection[int]) -> dict[int, list[StoredArticle]]:
    """Returns the articles of each of these stories, oldest first."""
    found: dict[int, list[StoredArticle]] = {}
    for some in portions(story_ids):
        query = select(articles).where(articles.c.story_id.in_(some)).order_by(articles.c.at, articles.c.id)
        for row in conn.execute(query):
            found.setdefault(row.story_id, []).append(from_row(row))
    return found


def latest_revisions(conn: Connection, article_id: int, most: int) -> list[Revision]:
    """Returns the latest `most` of an article's earlier texts, latest first."""
    columns = (revisions.c[name] for name in Revision.__slots__)
    of_article = select(*columns).where(revisions.c.article_id == article_id)
    rows = conn.execute(of_article.order_by(revisions.c.id.desc()).limit(most))
    return [Revision(*row) for row in rows]


def copies_of(conn: Connection, article: StoredArticle) -> list[StoredArticle]:
    """Returns the other articles that are the same text, oldest first: the copies of an article, or its head and the
    head's other copies."""
    head = article.id if article.copy_of is None else article.copy_of
    return [from_row(row) for row in conn.execute(_COPIES, {"head": head, "own": article.id})]
