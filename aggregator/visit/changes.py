"""What a feed's document says anew of entries that are known: times of a change, and texts of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from aggregator.articles.from_entry import Prepared, digest, prepare
from aggregator.model import Entry
from aggregator.store import articles, entries, texts
from aggregator.store.articles import Saved
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.visit import page, refetch_schedule
from aggregator.visit.context import Context


@dataclass(frozen=True, slots=True)
class Changes:
    """Entries (rows of `entries.known`): those whose page is to be fetched again, with the time of their change, and
    those whose article is made from their own text, with the new one."""

    moved: Sequence[tuple[Any, int]]
    reworded: Sequence[tuple[Any, Prepared]]
    now: int

    def save(self, conn: UnitOfWork) -> list[Saved]:
        """Stores the new texts and plans the looks, in the caller's transaction."""
        refetch_schedule.look_soon(conn, self.moved, self.now)
        saved = []
        for row, item in self.reworded:
            said = {name: item.row[name] for name in ("title", "updated_at", "digest")}
            entries.say_anew(conn, int(row.id), said)
            if item.article is not None:
                saved.append(articles.save(conn, item.article))
        return saved


async def changed_entries(
    ctx: Context, row: Row[Any], options: dict[str, Any], known: Mapping[str, Any], listed: Sequence[Entry]
) -> Changes:
    """What a document of the feed `row` says anew of the entries that are `known` by their keys."""
    moved = refetch_schedule.moved_on(known, listed) if refetch_schedule.steps(ctx, options) else []
    own = [(known[entry.key], entry) for entry in listed if entry.key in known]
    new = [(before, entry) for before, entry in own if _is_own(before) and before.digest != digest(entry)]
    ready = await ctx.pool.run(prepare, [e for _, e in new], row.url, row.id, options, ctx.now()) if new else []
    reworded = [(before, item) for (before, _), item in zip(new, ready, strict=True)]
    return Changes([pair for pair in moved if not _is_own(pair[0])], reworded, ctx.now())


def note_gone(conn: Connection, row: Row[Any], status: int | None, now: int) -> None:
    """The article of a page that is polled itself is gone if its server says so, and there if it answers."""
    if row.kind == "page" and status in (*page.GONE, 200, 304):
        texts.mark_gone(conn, entries.articles_of(conn, int(row.id)), now if status in page.GONE else None)


def _is_own(row: Any) -> bool:
    """True if an entry's article is made from the entry itself."""
    return row.article_id is not None and row.site is None
