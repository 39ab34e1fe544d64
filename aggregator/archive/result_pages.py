"""Gives what a search found in pages that follow one another, whatever is stored in between."""

import re
from dataclasses import dataclass, replace

from aggregator.archive.search import Results, Search, search
from aggregator.errors import UsageError
from aggregator.store.engine import Store

_CURSOR = re.compile(r"(\d{1,9})-(\d{1,18})")


@dataclass(frozen=True, slots=True)
class ResultPage:
    """A page of results, and the cursor of the one that follows it (None: it is the last)."""

    results: Results
    next_cursor: str | None


def result_page(store: Store, asked: Search, cursor: str | None) -> ResultPage:
    """Returns the page that a cursor names, of what was stored when the first page (None) was asked for. Raises as
    `search` does, and UsageError for what is no cursor."""
    if cursor is not None:
        found = _CURSOR.fullmatch(cursor)
        if found is None:
            raise UsageError(f"{cursor!r} is no cursor; give the next_cursor of an earlier page as it stands")
        asked = replace(asked, offset=int(found[1]), stored_until=int(found[2]))
    results = search(store, asked)
    newest = asked.stored_until or int(results.cursor.partition("-")[0])
    reached = asked.offset + len(results)
    more = len(results) == asked.limit and reached < results.total
    return ResultPage(results, f"{reached}-{newest}" if more else None)
