"""Stores articles: identity, revisions, story, search index, all in the caller's transaction."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from dataclasses import replace as changed_to
from typing import Literal

import orjson
from sqlalchemy import Connection, TextClause, bindparam, delete, select, text, update

from aggregator.articles.row import ArticleContent, ArticleFields, ArticleRow
from aggregator.revisions import compare
from aggregator.search_facts import Facts, facts
from aggregator.search_words import SearchTerms, search_terms
from aggregator.store import sql
from aggregator.store.content.stored_articles import LISTS, StoredArticle, at_urls, by_url, held, latest_revisions
from aggregator.store.grouping import near_copies
from aggregator.store.grouping import stories as story_rows
from aggregator.store.grouping.stories import Assignment
from aggregator.store.polling import entries as entry_rows
from aggregator.store.schema import articles, bodies, entries, feeds, raw_pages, revisions
from aggregator.store.sql import Values
from aggregator.store.unit_of_work import UnitOfWork

Outcome = Literal["new", "updated", "unchanged"]
_CONTENT = tuple(field.name for field in fields(ArticleContent))
_WRITTEN = tuple(field.name for field in fields(ArticleFields) if field.name not in ("url", "feed"))
_INDEXED = frozenset(("title", "lead", "text", "lang", "authors", "tags"))  # of them, what an article is found by
_COMPARED_REVISIONS = 20  # a page that goes to and fro comes back sooner; one that always changes must not cost more
_GIVEN = tuple(column.name for column in articles.c if column.name not in ("id", "revisions", "gone_at"))


def _insertion(*names: str) -> TextClause:
    return text(f"INSERT INTO articles ({', '.join(names)}) VALUES (:{', :'.join(names)}) RETURNING id")


# As text: a statement that SQLAlchemy puts together at each call costs as much as the rest of storing an article.
_IS_STORED = text("SELECT id FROM articles WHERE canonical_url = :url")
_INSERT = _insertion(*_GIVEN)
_INSERT_WITH_ID = _insertion("id", *_GIVEN)
_HOLD = select(articles.c.id).where(articles.c.id == bindparam("id")).with_for_update()


@dataclass(frozen=True, slots=True)
class Saved:
    """Says where an article went, and what that did. `kept`: why the text before stays instead."""

    id: int
    outcome: Outcome
    copy: bool = False
    kept: str | None = None


def save(
    unit: UnitOfWork,
    new: ArticleRow,
    entry_ids: Collection[int] = (),
    *,
    article_id: int | None = None,
    had: int | None = None,
) -> Saved:
    """Stores an article, or brings the one it is up to date, and gives it to its entries.

    `article_id`: a free id that a new one takes, else the database gives it one; `had`: the article that its entries
    have already, which goes along where they go.
    """
    story_rows.serialise(unit)  # before it is looked up: another process may be storing the same page
    stored = _had(unit, new, had) or _existing(unit, new, entry_ids)
    if stored is not None and stored.id == had and stored.url != new.url:
        stored = _readdress(unit, stored, new)
    saved = _add(unit, new, article_id) if stored is None else _update(unit, stored, new)
    _keep_raw(unit, saved, new)
    if entry_ids:
        entry_rows.finish(unit, entry_ids, saved.id)
    return saved


def replace(unit: UnitOfWork, article_id: int, new: ArticleRow) -> Saved:
    """Brings an article to what its page holds now, wherever the page has moved to."""
    stored = held(unit, article_id)
    if stored is None:
        return Saved(article_id, "unchanged", kept="the article is no longer stored")
    other = at_urls(unit, [new.own_url]).get(new.own_url, article_id)
    if other != article_id:
        return Saved(article_id, "unchanged", kept=f"its address leads to article {other} now")
    if compare.unrelated(stored.compared, new.compared):
        return Saved(article_id, "unchanged", kept="the page holds another article now")
    saved = _update(unit, stored, new)
    _keep_raw(unit, saved, new)
    return saved


def reread(unit: UnitOfWork, article_id: int, new: ArticleRow) -> None:
    """Brings an article to what is found today on a page that did not change: no revision."""
    stored = held(unit, article_id)
    if stored is None or compare.poorer(stored.compared, new.compared):
        return
    renew(unit, stored, new)
    mark_gone(unit, [article_id], None)
    _keep_raw(unit, Saved(article_id, "updated"), new)


def renew(unit: UnitOfWork, stored: StoredArticle, new: ArticleRow) -> tuple[str, ...]:
    """Brings an article to what another extractor found on the same page; returns the fields that changed.

    `stored` was read in this transaction. The page did not change, so this makes no revision; id, URLs, feed, the
    feed's summary, story and time of fetching stay.
    """
    changed = changed_fields(unit, stored, new)
    if not changed and stored.extractor_version == new.extractor_version:
        return ()
    at = _renewed_at(stored, new)
    values = {name: value for name, value in _columns(new).items() if name in changed}
    values |= {"text_hash": new.text_hash, "extractor_version": new.extractor_version, "at": at}
    found_by_others = not _INDEXED.isdisjoint(changed)
    if found_by_others:
        _unindex(unit, stored)
    unit.execute(update(articles).where(articles.c.id == stored.id).values(**values))
    if found_by_others:
        unit.search_index.add(stored.id, new.terms, _facts(new, stored.site, stored.canonical_url), new.lang)
    if stored.text_hash != new.text_hash or stored.at != at:
        near_copies.replace(unit, stored.id, at, new.fingerprint)
    if stored.at != at:
        story_rows.update_times(unit, stored.story_id)
    if "html" in changed:
        _keep_body(unit, stored.id, new.html)
    return changed


def changed_fields(conn: Connection, stored: StoredArticle, new: ArticleRow) -> tuple[str, ...]:
    """Returns the names of the fields that `renew` would change; `html` is the body beside the text."""
    changed = [name for name in _CONTENT if getattr(stored, name) != getattr(new, name)]
    body = conn.execute(select(bodies.c.html).where(bodies.c.article_id == stored.id)).scalar()
    return (*changed, *(["html"] if (None if body is None else bytes(body)) != new.html else []))


def _renewed_at(stored: StoredArticle, new: ArticleRow) -> int:
    if stored.published_at == new.published_at:
        return stored.at
    return stored.fetched_at if new.published_at is None else min(new.published_at, stored.fetched_at)


def mark_gone(conn: Connection, article_ids: Collection[int], at: int | None) -> None:
    """Notes that the pages of articles are gone, since `at` unless that was known, or are there again (None)."""
    which = articles.c.id.in_(article_ids)
    other = articles.c.gone_at.is_not(None) if at is None else articles.c.gone_at.is_(None)
    conn.execute(update(articles).where(which, other).values(gone_at=at))


def remove(unit: UnitOfWork, article_id: int) -> None:
    """Deletes an article with all that hangs on it; its entries become tombstones, its copies get another head."""
    stored = held(unit, article_id)
    if stored is None:
        return
    emptied = story_rows.leave(unit, article_id)
    _unindex(unit, stored)
    unit.execute(update(entries).where(entries.c.article_id == article_id).values(state="pruned", article_id=None))
    unit.execute(delete(articles).where(articles.c.id == article_id))
    story_rows.drop_empty(unit, [emptied])


def insert(
    unit: UnitOfWork, new: ArticleRow, canonical_url: str, assignment: Assignment, article_id: int | None
) -> int:
    """Stores a new article where it was assigned, with the id wished for, if any; returns its id."""
    values = _columns(new) | {
        "url": new.url,
        "canonical_url": canonical_url,
        "feed": new.feed,
        "story_id": assignment.story_id,
        "copy_of": assignment.copy_of,
        "at": new.at,
    }
    with_id = (_INSERT, values) if article_id is None else (_INSERT_WITH_ID, values | {"id": article_id})
    made = int(sql.run(unit, *with_id)[0][0])
    story_rows.record(unit, made, assignment)
    unit.search_index.add(made, new.terms, _facts(new, new.site, canonical_url), new.lang)
    if new.html is not None:
        _keep_body(unit, made, new.html)
    return made


def _had(unit: UnitOfWork, new: ArticleRow, article_id: int | None) -> StoredArticle | None:
    """Returns the article that an entry has already, if `new` is what it says now: the entry's own text is, wherever it
    leads; a page is if it is not known itself, and no other article."""
    stored = None if article_id is None else held(unit, article_id)
    if stored is None or new.body_from == "feed":
        return stored
    known = at_urls(unit, {new.own_url, new.claimed_url or new.own_url})
    if known.keys() and article_id not in known.values():
        return None
    other = stored.body_from == "page" and compare.unrelated(stored.compared, new.compared)
    return None if other else stored


def _readdress(unit: UnitOfWork, stored: StoredArticle, new: ArticleRow) -> StoredArticle:
    """Brings an article to the address that its entry has now, unless another entry leads to the one before; returns
    the article as it is then."""
    there = select(entries.c.id).where(entries.c.article_id == stored.id, entries.c.url == stored.url)
    if unit.execute(there.limit(1)).first() is not None:
        return stored
    canonical = new.claimed_url or new.own_url
    if at_urls(unit, [canonical]):
        canonical = stored.canonical_url
    moved = changed_to(stored, url=new.url, site=new.site, canonical_url=canonical)
    values = {"url": moved.url, "site": moved.site, "canonical_url": moved.canonical_url}
    unit.execute(update(articles).where(articles.c.id == stored.id).values(**values))
    terms = _unindex(unit, stored)
    unit.search_index.add(stored.id, terms, _facts(moved, moved.site, moved.canonical_url), moved.lang)
    return moved


def _existing(unit: UnitOfWork, new: ArticleRow, entry_ids: Collection[int]) -> StoredArticle | None:
    for url in dict.fromkeys((new.claimed_url or new.own_url, new.own_url)):
        if not sql.run(unit, _IS_STORED, {"url": url}):
            continue
        stored = by_url(unit, url)
        if stored is not None and (url == new.own_url or not _claimed_by_others(unit, stored.id, entry_ids)):
            return stored
    return None


def _claimed_by_others(conn: Connection, article_id: int, entry_ids: Collection[int]) -> bool:
    """Tells whether another entry of the same feed, with another title, has this article: then the claim of a canonical
    URL is a template's mistake."""
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


def _add(unit: UnitOfWork, new: ArticleRow, article_id: int | None) -> Saved:
    canonical = new.claimed_url or new.own_url
    if canonical != new.own_url and at_urls(unit, [canonical]):
        canonical = new.own_url  # claimed by others: see `_existing`
    assignment = story_rows.assign(
        unit, site=new.site, at=new.at, title=new.title, text_hash=new.text_hash, fingerprint=new.fingerprint
    )
    # One more copy, whoever the head is from now on.
    copy = assignment.copy_of is not None or assignment.takes_from is not None
    return Saved(insert(unit, new, canonical, assignment, article_id), "new", copy=copy)


def _update(unit: UnitOfWork, stored: StoredArticle, new: ArticleRow) -> Saved:
    if _says_less(stored, new):
        return Saved(stored.id, "unchanged")
    kept = compare.poorer(stored.compared, new.compared)
    if kept is not None:
        return Saved(stored.id, "unchanged", kept=kept)
    if stored.gone_at is not None:
        mark_gone(unit, [stored.id], None)
    if compare.same(stored.compared, new.compared):
        return Saved(stored.id, "unchanged")
    if _flaps(unit, stored, new):
        return Saved(stored.id, "unchanged", kept="the page goes to and fro between texts that are kept")
    times = {"fetched_at": stored.fetched_at, "replaced_at": new.fetched_at}
    earlier = {"article_id": stored.id, "title": stored.title, "lead": stored.lead, "text": stored.text}
    unit.execute(revisions.insert().values(earlier | times))
    _unindex(unit, stored)
    if stored.text_hash != new.text_hash:
        near_copies.replace(unit, stored.id, stored.at, new.fingerprint)
    values = _columns(new) | {"revisions": stored.revisions + 1, "summary": new.summary or stored.summary}
    unit.execute(update(articles).where(articles.c.id == stored.id).values(**values))
    unit.search_index.add(stored.id, new.terms, _facts(new, new.site, stored.canonical_url), new.lang)
    _keep_body(unit, stored.id, new.html)
    return Saved(stored.id, "updated")


def _says_less(stored: StoredArticle, new: ArticleRow) -> bool:
    """Tells whether an entry's own text stays out: a page says more, and a second feed's entry must not undo that."""
    second = stored.feed != new.feed
    return new.body_from == "feed" and (stored.body_from == "page" or (second and new.word_count < stored.word_count))


def _flaps(conn: Connection, stored: StoredArticle, new: ArticleRow) -> bool:
    """Tells whether the stored text and the next one were both replaced before: the page goes to and fro, and would
    make a revision at every refetch. The first return to an earlier text is a revision like others."""
    if stored.revisions < 2:
        return False
    latest = latest_revisions(conn, stored.id, _COMPARED_REVISIONS)
    earlier = [compare.ComparedText(one.title, one.lead, one.text) for one in latest]
    return all(any(compare.same(one, now) for one in earlier) for now in (stored.compared, new.compared))


def _columns(new: ArticleRow) -> Values:
    values = {name: getattr(new, name) for name in _WRITTEN}
    for name in LISTS:
        values[name] = orjson.dumps(values[name]).decode() if values[name] else None
    return values


def _keep_body(conn: Connection, article_id: int, html: bytes | None) -> None:
    if html is None:
        conn.execute(delete(bodies).where(bodies.c.article_id == article_id))
        return
    row = sql.insert(conn, bodies).values(article_id=article_id, html=html)
    conn.execute(row.on_conflict_do_update(index_elements=["article_id"], set_={"html": html}))


def _keep_raw(conn: Connection, saved: Saved, new: ArticleRow) -> None:
    """Keeps the page as it was served, where that is asked for and its text is the one that is stored."""
    if new.raw is None or saved.kept is not None:
        return
    if saved.outcome != "new":  # one that was stored just now has no page, and nobody else knows it
        conn.execute(_HOLD, {"id": saved.id})  # on PostgreSQL no key keeps two transactions from storing one each
        conn.execute(delete(raw_pages).where(raw_pages.c.article_id == saved.id))
    raw, at = new.raw, new.fetched_at
    page: Values = {"url": raw.url, "content_type": raw.content_type, "fetched_at": at, "body": raw.body}
    conn.execute(raw_pages.insert().values(article_id=saved.id, **page))


def _unindex(unit: UnitOfWork, stored: StoredArticle) -> SearchTerms:
    """Takes an article out of the search index; returns the words by which its texts were found there."""
    terms = search_terms(stored.title, stored.lead, stored.text, stored.lang)
    unit.search_index.remove(stored.id, terms, _facts(stored, stored.site, stored.canonical_url))
    return terms


def _facts(of: ArticleContent, site: str, canonical_url: str) -> Facts:
    return facts(site, canonical_url, of.lang, of.authors, of.tags)
