"""The plan by which an article's page is fetched again: what of it is written after each fetch, and when a feed's word counts."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row

from aggregator.articles.row import ArticleRow
from aggregator.config.values import parse_duration
from aggregator.model import Entry, Response
from aggregator.revisions.refetch_plan import after_entry_update, next_refetch
from aggregator.store import entries, refetches
from aggregator.store.articles import Saved
from aggregator.visit.context import Context


def steps(ctx: Context, options: Mapping[str, Any]) -> tuple[int, ...]:
    """A feed's plan, in seconds after an article came out; empty if its pages are not fetched again."""
    said = options.get("refetch")
    if said is None:
        return tuple(int(step.total_seconds()) for step in ctx.settings.refetch)
    return () if said == "never" else tuple(int(parse_duration(step).total_seconds()) for step in said)


def first(
    ctx: Context, row: Row[Any], options: dict[str, Any], response: Response, saved: Saved, found: ArticleRow
) -> dict[str, Any]:
    """Columns of `refetches` after the page of an entry was fetched and `found` was saved."""
    now = ctx.now()
    plan = next_refetch(steps(ctx, options), found.at, now)
    again = {"looked_at": now, "next_at": plan, "same": 0, "tries": 0, "note": saved.kept}
    return {"site": row.site} | again | validators(response)


def validators(response: Response) -> dict[str, Any]:
    """The validators of an answer that has a body, as columns."""
    etag, modified = response.headers.get("etag"), response.headers.get("last-modified")
    return {"etag": etag, "last_modified": modified, "validated_url": response.url}


def moved_on(known: Mapping[str, Any], listed: Iterable[Entry]) -> list[tuple[Any, int]]:
    """The entries of a document, of those `known` by their keys, that say that they changed: row, and when."""
    found = []
    for entry in listed:
        row = known.get(entry.key)
        at = None if entry.updated_at is None else int(entry.updated_at.timestamp())
        if row is not None and row.updated_at is not None and at is not None and at > row.updated_at:
            found.append((row, at))
    return found


def look_soon(conn: Connection, moved: Iterable[tuple[Any, int]], now: int) -> None:
    """Has the pages of these entries fetched again soon."""
    sites: dict[int, str] = {}
    for row, at in moved:
        entries.say_anew(conn, int(row.id), {"updated_at": at})
        if row.article_id is not None and row.site is not None:
            sites[int(row.article_id)] = row.site
    for one in refetches.known(conn, list(sites)):
        looked = int(one.fetched_at if one.looked_at is None else one.looked_at)
        soon = after_entry_update(looked, int(one.same or 0), now)
        at = soon if one.next_at is None else min(soon, int(one.next_at))
        refetches.begin(conn, int(one.id), {"site": sites[int(one.id)], "looked_at": looked, "next_at": at})
