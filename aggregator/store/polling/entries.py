"""Stores and reads what feeds listed."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, insert, or_, select, update

from aggregator.articles.entry_facts import EntryDetails, EntryFacts, EntryRow, EntryState
from aggregator.config.feed_options import Options, decode
from aggregator.model import Enclosure
from aggregator.store.polling.feeds import Source, count_entries
from aggregator.store.schema import articles, entries, feeds
from aggregator.store.sql import Values, portions


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """An entry that is stored already, as far as a new document of its feed is compared with it."""

    id: int
    key: str
    state: EntryState
    article_id: int | None
    updated_at: int | None
    site: str | None
    digest: int | None
    url: str | None
    title: str | None
    published_at: int | None
    address: int | None

    @property
    def has_own_text(self) -> bool:
        """Tells whether its article is made from the entry itself."""
        return self.article_id is not None and self.site is None


@dataclass(frozen=True, slots=True)
class ListedPage:
    """An entry whose page is fetched: where it lies, the subscription that lists it, and what that says of it.

    `site`: the key of politeness; `tries`: failures in a row; `article_id`: of a page that was fetched before.
    """

    id: int
    url: str
    site: str
    tries: int
    article_id: int | None
    source: Source
    facts: EntryFacts


@dataclass(frozen=True, slots=True)
class EntryOutcome:
    """What came of an entry's page; `error` says why there is no article."""

    state: EntryState
    error: str | None


def known(conn: Connection, feed_id: int, keys: Collection[str]) -> dict[str, KnownEntry]:
    """Returns those of the named entries of a feed that are stored already, by key."""
    columns = [entries.c[name] for name in KnownEntry.__slots__]
    query = select(*columns).where(entries.c.feed_id == feed_id)
    found: dict[str, KnownEntry] = {}
    for some in portions(keys):
        found.update({row.key: KnownEntry(*row) for row in conn.execute(query.where(entries.c.key.in_(some)))})
    return found


def at_addresses(conn: Connection, feed_id: int, addresses: Collection[int]) -> list[KnownEntry]:
    """Returns the stored entries of a feed whose links lead to these addresses, newest first."""
    columns = [entries.c[name] for name in KnownEntry.__slots__]
    query = select(*columns).where(entries.c.feed_id == feed_id).order_by(entries.c.id.desc())
    return [
        KnownEntry(*row)
        for some in portions(addresses)
        for row in conn.execute(query.where(entries.c.address.in_(some)))
    ]


def has_other_title(conn: Connection, feed_id: int, article_id: int, title: str | None) -> bool:
    """Tells whether an article is that of an entry of this feed with another title."""
    mine = (entries.c.feed_id == feed_id, entries.c.article_id == article_id)
    return (
        conn.execute(select(entries.c.id).where(*mine, entries.c.title != (title or "")).limit(1)).first() is not None
    )


def facts_from_feeds(conn: Connection, article_ids: Collection[int]) -> dict[int, EntryRow]:
    """Returns the newest entry of a feed that lists each of these articles."""
    columns = [entries.c[name] for name in EntryRow.__slots__]
    query = select(*columns).join(feeds, feeds.c.id == entries.c.feed_id).order_by(entries.c.id)
    query = query.where(entries.c.article_id.in_(article_ids), feeds.c.kind == "feed")
    found = [EntryRow(**row._mapping) for row in conn.execute(query)]
    return {one.article_id: replace(one, details=_details(one.details)) for one in found if one.article_id is not None}


def add(conn: Connection, rows: Sequence[EntryRow]) -> list[int]:
    """Stores new entries; returns their ids in the order of the rows."""
    if not rows:
        return []
    count_entries(conn, Counter(row.feed_id for row in rows))
    added = insert(entries).returning(entries.c.id, sort_by_parameter_order=True)
    return [int(i) for i in conn.execute(added, list(map(_columns, rows))).scalars()]


def mark_seen(conn: Connection, feed_id: int, ids: Collection[int], now: int, before: int | None) -> None:
    """Marks entries as listed `now`; those listed `before` and no longer were seen until just now."""
    mine = entries.c.feed_id == feed_id
    if before is not None:
        conn.execute(update(entries).where(mine, entries.c.last_seen_at == before).values(last_seen_at=now - 1))
    for some in portions(ids):
        conn.execute(update(entries).where(entries.c.id.in_(some)).values(last_seen_at=now))


def reword(conn: Connection, entry_id: int, row: EntryRow) -> None:
    """Stores what a known entry says of itself now."""
    said: Values = {"title": row.title, "updated_at": row.updated_at, "digest": row.digest}
    if row.state == "waiting":
        said["summary"] = row.summary
    conn.execute(update(entries).where(entries.c.id == entry_id).values(**said))


def readdress(conn: Connection, entry_id: int, key: str, url: str | None, address: int | None) -> None:
    """Stores by which key and link a known entry is listed now."""
    conn.execute(update(entries).where(entries.c.id == entry_id).values(key=key, url=url, address=address))


def note_update(conn: Connection, entry_id: int, updated_at: int) -> None:
    """Stores when a known entry says that it changed."""
    conn.execute(update(entries).where(entries.c.id == entry_id).values(updated_at=updated_at))


def finish(conn: Connection, ids: Collection[int], article_id: int) -> None:
    """Gives these entries their article."""
    state = {"state": "done", "article_id": article_id, "next_try_at": None, "error": None}
    conn.execute(update(entries).where(entries.c.id.in_(ids)).values(**state))


def give_article(conn: Connection, entry_id: int, article_id: int) -> None:
    """Gives an entry an article for as long as it waits for its page."""
    conn.execute(update(entries).where(entries.c.id == entry_id).values(article_id=article_id))


def count_try(conn: Connection, ids: Collection[int], tries: int, next_try_at: int) -> None:
    """Notes that the page of these entries is being asked for, the `tries`-th time in a row, and when it is again if
    nothing is ever heard of that."""
    conn.execute(update(entries).where(entries.c.id.in_(ids)).values(tries=tries, next_try_at=next_try_at))


def postpone(conn: Connection, ids: Collection[int], tries: int, error: str, next_try_at: int | None) -> None:
    """Notes that the page of these entries failed, the `tries`-th time in a row, to be tried again at `next_try_at`, or
    never (None): then those that have an article keep it."""
    over = case((entries.c.article_id.is_(None), "failed"), else_="done")
    state = {"state": over if next_try_at is None else "waiting", "next_try_at": next_try_at, "error": error}
    conn.execute(update(entries).where(entries.c.id.in_(ids)).values(tries=tries, **state))


def wait(conn: Connection, ids: Collection[int], at: int, site: str | None = None) -> None:
    """Has the pages of these entries fetched (again) at `at`. `site`: where they lie now, if that is another one."""
    state: Values = {"state": "waiting", "next_try_at": at, "tries": 0, "error": None}
    if site is not None:
        state["site"] = site
    conn.execute(update(entries).where(entries.c.id.in_(ids)).values(**state))


def articles_of(conn: Connection, feed_id: int) -> list[int]:
    """Returns the ids of the articles that a feed lists."""
    query = select(entries.c.article_id).where(entries.c.feed_id == feed_id, entries.c.article_id.is_not(None))
    return [int(i) for i in conn.execute(query).scalars()]


def outcomes(conn: Connection, feed_id: int, limit: int) -> list[EntryOutcome]:
    """Returns what came of the pages of a feed that were asked for last, newest entry first."""
    asked = or_(entries.c.state.in_(("done", "failed")), and_(entries.c.state == "waiting", entries.c.tries > 0))
    query = select(entries.c.state, entries.c.error).where(entries.c.feed_id == feed_id, asked)
    return [EntryOutcome(*row) for row in conn.execute(query.order_by(entries.c.id.desc()).limit(limit))]


def waiting(conn: Connection, due: ColumnElement[bool], limit: int) -> list[ListedPage]:
    """Returns the entries of which `due` is true, newest first."""
    query = _listed_pages().where(due).order_by(entries.c.published_at.desc(), entries.c.id)
    return [_page(row) for row in conn.execute(query.limit(limit))]


def of_ids(conn: Connection, ids: Collection[int]) -> list[ListedPage]:
    """Returns those of these entries that are still there."""
    return [_page(row) for row in conn.execute(_listed_pages().where(entries.c.id.in_(ids)).order_by(entries.c.id))]


def listing(
    conn: Connection, article_ids: Collection[int], *, subscribed: bool, options: Mapping[str, Options] | None = None
) -> dict[int, ListedPage]:
    """Returns of each article the entry that it was made for: of the feed which the article names, else the first.

    `subscribed`: only entries with a page, of feeds that are subscribed now. `options`: by the feeds' URLs, of today's
    configuration; they count instead of the stored ones.
    """
    query = _listed_pages().join(articles, articles.c.id == entries.c.article_id)
    query = query.where(entries.c.article_id.in_(article_ids))
    if subscribed:
        query = query.where(entries.c.url.is_not(None), feeds.c.kind == "feed", feeds.c.retired_at.is_(None))
    named_first = (feeds.c.url == func.coalesce(articles.c.feed, "")).desc()
    found: dict[int, ListedPage] = {}
    for row in conn.execute(query.order_by(named_first, entries.c.id)):
        found.setdefault(int(row.article_id), _page(row, (options or {}).get(row.feed_url)))
    return found


def pages_of(conn: Connection, article_id: int) -> list[ListedPage]:
    """Returns all entries that have an article."""
    return [_page(row) for row in conn.execute(_listed_pages().where(entries.c.article_id == article_id))]


def _listed_pages() -> Select[Any]:
    listed = select(entries, feeds.c.url.label("feed_url"), feeds.c.kind, feeds.c.options)
    return listed.join(feeds, feeds.c.id == entries.c.feed_id)


def _page(row: Any, options: Options | None = None) -> ListedPage:
    source = Source(row.feed_id, row.feed_url, row.kind, options or decode(row.kind, row.options))
    facts = _facts(row, source.options)
    return ListedPage(row.id, row.url or "", row.site or "", row.tries, row.article_id, source, facts)


def _facts(row: Any, options: Options) -> EntryFacts:
    details = _details(row.details)
    return EntryFacts(
        url=row.url,
        feed=row.feed_url or None,
        title=row.title,
        authors=details.authors,
        published_at=row.published_at,
        updated_at=row.updated_at,
        summary=row.summary,
        lang=options.lang,
        tags=tuple(dict.fromkeys((*details.tags, *options.tags))),
        image=details.image,
    )


def _details(kept: Any) -> EntryDetails:
    values = orjson.loads(kept) if kept else {}
    enclosures = tuple(Enclosure(**one) for one in values.pop("enclosures", ()))
    for name in ("authors", "tags"):
        values[name] = tuple(values.get(name, ()))
    return EntryDetails(**values, enclosures=enclosures)


def _columns(row: EntryRow) -> Values:
    said = {name: value for name in EntryDetails.__slots__ if (value := getattr(row.details, name))}
    columns = {name: getattr(row, name) for name in EntryRow.__slots__}
    return columns | {"details": orjson.dumps(said).decode() if said else None, "tries": 0}
