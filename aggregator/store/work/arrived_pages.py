"""Stores pages between the worker that fetched them and the one that reads them."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, delete, func, insert, select, update

from aggregator.articles.row import packed, unpacked
from aggregator.model import Response
from aggregator.store.polling import entries
from aggregator.store.schema import arrived_pages
from aggregator.times import DAY

_KEPT = 10 * DAY  # then nobody reads them: they are fetched again


@dataclass(frozen=True, slots=True)
class ArrivedPage:
    """A page that waits to be read. `entry_ids`: of the entries that list it; `tries`: to read it, cut off each."""

    id: int
    entry_ids: tuple[int, ...]
    response: Response
    tries: int


def add(conn: Connection, site: str, entry_ids: Sequence[int], tries: int, response: Response, now: int) -> None:
    """Keeps the answer of a page of these entries, which was asked for `tries` times; it is not asked for again."""
    answer = {name: getattr(response, name) for name in Response.__slots__ if name not in ("headers", "body")}
    answer["headers"] = dict(response.headers)
    row = {"site": site, "entries": orjson.dumps(list(entry_ids)).decode(), "answer": orjson.dumps(answer).decode()}
    conn.execute(insert(arrived_pages).values(**row, body=packed(response.body), arrived_at=now))
    entries.count_try(conn, entry_ids, tries, now + _KEPT)


def sites(conn: Connection) -> list[str]:
    """Returns the sites of which pages wait."""
    return list(conn.execute(select(arrived_pages.c.site).distinct()).scalars())


def count(conn: Connection) -> int:
    """Returns how many pages wait."""
    return int(conn.execute(select(func.count()).select_from(arrived_pages)).scalar_one())


def take(conn: Connection, site: str, limit: int) -> list[ArrivedPage]:
    """Returns the pages of a site that came first, and counts that they are being read. After a reader died they come
    one by one, so that the page that it died of takes no others with it."""
    columns = [arrived_pages.c[name] for name in ("id", "entries", "answer", "body", "tries")]
    mine = select(*columns).where(arrived_pages.c.site == site).order_by(arrived_pages.c.id)
    rows = conn.execute(mine.limit(limit)).all()
    rows = rows[:1] if rows and rows[0].tries else rows
    taken = arrived_pages.c.id.in_([row.id for row in rows])
    conn.execute(update(arrived_pages).where(taken).values(tries=arrived_pages.c.tries + 1))
    return [
        ArrivedPage(row.id, tuple(orjson.loads(row.entries)), _response(row.answer, row.body), row.tries)
        for row in rows
    ]


def drop(conn: Connection, page_id: int) -> None:
    """Forgets a page: it was read."""
    conn.execute(delete(arrived_pages).where(arrived_pages.c.id == page_id))


def _response(answer: str, body: bytes) -> Response:
    said = orjson.loads(answer)
    said["redirects"] = tuple((int(status), str(target)) for status, target in said["redirects"])
    return Response(**said, body=unpacked(body) or b"")
