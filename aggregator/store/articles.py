"""Storing articles: identity, revisions, story, search index, all in the caller's transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, insert, select, text, update

from aggregator.articles.row import ArticleRow
from aggregator.revisions import compare
from aggregator.store import entries as entry_rows
from aggregator.store import stories as story_rows
from aggregator.store import texts
from aggregator.store.schema import articles, bodies, entries, feeds, raw_pages, revisions
from aggregator.store.statements import run
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.store.upsert import insert as upsert
from aggregator.stories import decide
from aggregator.text import index_form

Outcome = Literal["new", "updated", "unchanged"]
_RENEWED = (
    *("title", "authors", "published_at", "modified_at", "lang", "lead", "text", "image", "tags"),
    *("word_count", "is_article", "paywalled"),
)
_NEW = ", ".join(f":{column.name}" for column in articles.c if column.name not in ("id", "revisions", "gone_at"))
# As text, because a statement that SQLAlchemy puts together at each call costs as much as the rest of storing an article.
_IS_STORED = text("SELECT id FROM articles WHERE canonical_url = :url")
_STORED = text(
    "SELECT id, at, fetched_at, feed, title, lead, text, summary, body_from, word_count, text_hash, revisions, gone_at,"
    " is_article, paywalled FROM articles WHERE canonical_url = :url"
)
_ADD = text(f"INSERT INTO articles ({_NEW.replace(':', '')}) VALUES ({_NEW}) RETURNING id")
_ADD_AS = text(f"INSERT INTO articles (id, {_NEW.replace(':', '')}) VALUES (:id, {_NEW}) RETURNING id")
_AS_THEY_ARE = (
    *(
        "site",
        "body_from",
        "title",
        "published_at",
        "modified_at",
        "fetched_at",
        "lang",
        "lead",
        "text",
        "summary",
        "image",
    ),
    *("word_count", "text_hash", "is_article", "paywalled", "extractor_version"),
)


@dataclass(frozen=True, slots=True)
class Saved:
    """Where an article went, and what that did. `kept`: why a text that was found stays out, and the one before stays."""

    id: int
    outcome: Outcome
    copy: bool = False
    kept: str | None = None


def save(unit: UnitOfWork, new: ArticleRow, entry_ids: Collection[int] = (), *, article_id: int | None = None) -> Saved:
    """Stores an article, or brings the one it is up to date, and gives it to its entries.

    `article_id`: a free id that a new one takes, else the database gives it one.
    """
    found = _existing(unit, new, entry_ids)
    saved = _insert(unit, new, article_id) if found is None else _update(unit, found, new)
    if new.raw is not None and saved.kept is None:
        _keep_raw(unit, saved.id, new)
    if entry_ids:
        entry_rows.finish(unit, entry_ids, saved.id)
    return saved


def replace(unit: UnitOfWork, article_id: int, new: ArticleRow) -> Saved:
    """Brings an article to what its page holds now, wherever the page has moved to."""
    row = texts.held(unit, article_id)
    if row is None:
        return Saved(article_id, "unchanged", kept="the article is no longer stored")
    other = at_urls(unit, [new.own_url]).get(new.own_url, article_id)
    if other != article_id:
        return Saved(article_id, "unchanged", kept=f"its address leads to article {other} now")
    if compare.unrelated(texts.version(row), texts.version(new)):
        return Saved(article_id, "unchanged", kept="the page holds another article now")
    saved = _update(unit, row, new)
    if new.raw is not None and saved.kept is None:
        _keep_raw(unit, article_id, new)
    return saved


def reread(unit: UnitOfWork, article_id: int, new: ArticleRow) -> None:
    """Brings an article to what is found today on a page that did not change: no revision."""
    row = texts.held(unit, article_id)
    if row is None or compare.poorer(texts.version(row), texts.version(new)):
        return
    renew(unit, row, new)
    texts.mark_gone(unit, [article_id], None)
    if new.raw is not None:
        _keep_raw(unit, article_id, new)


def renew(unit: UnitOfWork, row: Row[Any], new: ArticleRow) -> tuple[str, ...]:
    """Brings an article to what another extractor found on the same page; the names of the fields that changed.

    `row`: of `articles`, read in this transaction. The page did not change, so this makes no revision; id, URLs, feed,
    the feed's summary, story and time of fetching stay.
    """
    changed = renewed(unit, row, new)
    if not changed and row.extractor_version == new.extractor_version:
        return ()
    values = _columns(new)
    kept: dict[str, Any] = {name: values[name] for name in changed if name in _RENEWED}
    kept |= {"text_hash": new.text_hash, "extractor_version": new.extractor_version, "at": _renewed_at(row, new)}
    reworded = {"title", "lead", "text"} & set(changed)
    if reworded:
        _unindex(unit, row)
    unit.execute(update(articles).where(articles.c.id == row.id).values(**kept))
    if reworded:
        unit.search_index.add(int(row.id), new.terms)
    if row.text_hash != new.text_hash or row.at != kept["at"]:
        story_rows.revise(unit, int(row.id), at=kept["at"], fingerprint=new.fingerprint)
    if row.at != kept["at"]:
        story_rows.respan(unit, int(row.story_id))
    if "html" in changed:
        _keep_body(unit, int(row.id), new.html)
    return changed


def renewed(conn: Connection, row: Row[Any], new: ArticleRow) -> tuple[str, ...]:
    """The names of the fields that `renew` would change; `html` is the body beside the text."""
    values = _columns(new)
    changed = [name for name in _RENEWED if getattr(row, name) != values[name]]
    body = conn.execute(select(bodies.c.html).where(bodies.c.article_id == row.id)).scalar()
    return (*changed, *(["html"] if (None if body is None else bytes(body)) != new.html else []))


def _renewed_at(row: Row[Any], new: ArticleRow) -> int:
    if row.published_at == new.published_at:
        return int(row.at)
    return int(row.fetched_at if new.published_at is None else min(new.published_at, row.fetched_at))


def at_urls(conn: Connection, urls: Collection[str]) -> dict[str, int]:
    """Ids of the articles stored under these normalised URLs."""
    some, found = list(urls), {}
    for start in range(0, len(some), 900):
        query = select(articles.c.canonical_url, articles.c.id).where(
            articles.c.canonical_url.in_(some[start : start + 900])
        )
        found.update({row.canonical_url: int(row.id) for row in conn.execute(query)})
    return found


def remove(unit: UnitOfWork, article_id: int) -> None:
    """Deletes an article with all that hangs on it; its entries become tombstones, its copies get another head."""
    row = unit.execute(select(articles).where(articles.c.id == article_id)).first()
    if row is None:
        return
    emptied = story_rows.leave(unit, article_id)
    _unindex(unit, row)
    unit.execute(update(entries).where(entries.c.article_id == article_id).values(state="pruned", article_id=None))
    unit.execute(delete(articles).where(articles.c.id == article_id))
    story_rows.drop_empty(unit, [emptied])


def _existing(conn: Connection, new: ArticleRow, entry_ids: Collection[int]) -> Row[Any] | None:
    for url in dict.fromkeys((new.claimed_url or new.own_url, new.own_url)):
        if not run(conn, _IS_STORED, {"url": url}):
            continue
        row = conn.execute(_STORED, {"url": url}).one()
        if url == new.own_url or not _claimed_by_others(conn, int(row.id), entry_ids):
            return row
    return None


def _claimed_by_others(conn: Connection, article_id: int, entry_ids: Collection[int]) -> bool:
    """True if another entry of the same feed, with another title, has this article: the claim is a template's mistake."""
    if not entry_ids:
        return False
    mine = select(entries.c.feed_id, entries.c.title).where(entries.c.id.in_(entry_ids)).subquery()
    query = (
        select(entries.c.id)
        .join(feeds, feeds.c.id == entries.c.feed_id)
        .join(mine, mine.c.feed_id == entries.c.feed_id)
        .where(entries.c.article_id == article_id, entries.c.id.not_in(entry_ids), entries.c.title != mine.c.title)
        .where(feeds.c.kind == "feed")
    )
    return conn.execute(query.limit(1)).first() is not None


def _insert(unit: UnitOfWork, new: ArticleRow, wish: int | None) -> Saved:
    canonical = new.claimed_url or new.own_url
    if canonical != new.own_url and at_urls(unit, [canonical]):
        canonical = new.own_url  # claimed by others: see `_existing`
    placed = story_rows.assign(
        unit,
        site=new.site,
        at=new.at,
        title=new.title,
        text_hash=new.text_hash,
        fingerprint=new.fingerprint,
        decide=decide,
    )
    copy = placed.copy_of is not None or placed.takes_from is not None  # one more copy, whoever the head is from now on
    return Saved(put(unit, new, canonical, placed, wish), "new", copy=copy)


def put(unit: UnitOfWork, new: ArticleRow, canonical_url: str, placed: story_rows.Placed, wish: int | None) -> int:
    """Stores a new article where it was placed, with the id wished for, if any; its id."""
    values = _columns(new) | {
        "url": new.url,
        "canonical_url": canonical_url,
        "feed": new.feed,
        "story_id": placed.story_id,
        "copy_of": placed.copy_of,
        "at": new.at,
    }
    added = run(unit, _ADD, values) if wish is None else run(unit, _ADD_AS, values | {"id": wish})
    article_id = int(added[0][0])
    story_rows.record(unit, article_id, placed)
    unit.search_index.add(article_id, new.terms)
    if new.html is not None:
        _keep_body(unit, article_id, new.html)
    return article_id


def _update(unit: UnitOfWork, row: Row[Any], new: ArticleRow) -> Saved:
    article_id, now = int(row.id), new.fetched_at
    if _says_less(row, new):
        return Saved(article_id, "unchanged")
    kept = compare.poorer(texts.version(row), texts.version(new))
    if kept is not None:
        return Saved(article_id, "unchanged", kept=kept)
    if row.gone_at is not None:
        texts.mark_gone(unit, [article_id], None)
    if compare.same(texts.version(row), texts.version(new)):
        return Saved(article_id, "unchanged")
    if texts.flaps(unit, row, new):
        return Saved(article_id, "unchanged", kept="the page goes to and fro between texts that are kept")
    earlier = {"article_id": article_id, "fetched_at": row.fetched_at, "replaced_at": now}
    unit.execute(insert(revisions).values(**earlier, title=row.title, lead=row.lead, text=row.text))
    _unindex(unit, row)
    if row.text_hash != new.text_hash:
        story_rows.revise(unit, article_id, at=row.at, fingerprint=new.fingerprint)
    values = _columns(new) | {"revisions": row.revisions + 1, "summary": new.summary or row.summary}
    unit.execute(update(articles).where(articles.c.id == article_id).values(**values))
    unit.search_index.add(article_id, new.terms)
    _keep_body(unit, article_id, new.html)
    return Saved(article_id, "updated")


def _says_less(row: Row[Any], new: ArticleRow) -> bool:
    """A page says more than a feed's entry does; the entry of a second feed must not undo that."""
    second = row.feed != new.feed
    return new.body_from == "feed" and (row.body_from == "page" or (second and new.word_count < row.word_count))


def _columns(new: ArticleRow) -> dict[str, Any]:
    return {name: getattr(new, name) for name in _AS_THEY_ARE} | {
        "authors": _json(new.authors),
        "tags": _json(new.tags),
    }


def _json(items: tuple[str, ...]) -> str | None:
    import orjson

    return orjson.dumps(items).decode() if items else None


def _keep_body(conn: Connection, article_id: int, html: bytes | None) -> None:
    if html is None:
        conn.execute(delete(bodies).where(bodies.c.article_id == article_id))
        return
    row = upsert(conn, bodies).values(article_id=article_id, html=html)
    conn.execute(row.on_conflict_do_update(index_elements=["article_id"], set_={"html": html}))


def _keep_raw(conn: Connection, article_id: int, new: ArticleRow) -> None:
    assert new.raw is not None
    values = {
        "url": new.raw.url,
        "content_type": new.raw.content_type,
        "fetched_at": new.fetched_at,
        "body": new.raw.body,
    }
    row = upsert(conn, raw_pages).values(article_id=article_id, **values)
    conn.execute(row.on_conflict_do_update(index_elements=["article_id"], set_=values))


def _unindex(unit: UnitOfWork, row: Row[Any]) -> None:
    unit.search_index.remove(
        int(row.id), (index_form(row.title or ""), index_form(row.lead or ""), index_form(row.text))
    )
