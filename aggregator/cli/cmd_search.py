"""`aggregator search`: articles that match a query."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli import global_options, output
from aggregator.cli.shared_options import (
    AsJson,
    Feed,
    Format,
    Lang,
    ListFormat,
    Since,
    Site,
    Until,
    since_time,
    until_time,
)

if TYPE_CHECKING:
    from aggregator.archive.search import Hits
    from aggregator.model import Json


class Sort(StrEnum):
    """Names the orders of hits."""

    RELEVANCE = "relevance"
    DATE = "date"


def search(
    ctx: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", help='Words, "phrases", AND OR NOT, title:word, word*.')],
    since: Since = None,
    until: Until = None,
    feed: Feed = None,
    site: Site = None,
    lang: Lang = None,
    sort: Annotated[Sort, typer.Option(help="What comes first.")] = Sort.RELEVANCE,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="Leave out so many first.")] = 0,
    stories: Annotated[bool, typer.Option("--stories", help="One hit a story, as the table always shows.")] = False,
    form: ListFormat = Format.TABLE,
    json: AsJson = False,
) -> None:
    """Search the archive: title, lead and text of every article.

    \b
    aggregator search 'ferry AND timetable'
    aggregator search '"harbour council" -football' --since 7d --lang en
    aggregator search 'title:election' --sort date --format jsonl
    aggregator search 'revised:true -gone:true' --since 3d
    """
    from aggregator.archive.search import Search
    from aggregator.archive.search import search as find

    now = datetime.now(UTC)
    form = Format.JSON if json else form
    asked = Search(
        query=query,
        since=since_time(since, now),
        until=until_time(until, now),
        feed=feed,
        site=site,
        lang=lang,
        sort=sort.value,
        limit=limit,
        offset=offset,
        stories=stories or form is Format.TABLE,
    )
    with global_options.of(ctx).open_store() as store:
        found = find(store, asked)
    if form is Format.TABLE:
        _print_hits(found)
    elif form is Format.TEXT:
        print("\n".join(_as_text(hit.record) for hit in found.hits), end="")
    else:
        output.objects((hit.record for hit in found.hits), form)


def _print_hits(found: "Hits") -> None:
    if not found.hits:
        print("nothing found")
        return
    columns = [
        output.Column("id", right=True),
        output.Column("published"),
        output.Column("site", most=22),
        output.Column("title and text", flexible=7),
        output.Column("more", right=True),
    ]
    rows = [
        (
            hit.record["id"],
            output.day_time(hit.record["published_at"] or hit.record["fetched_at"]),
            hit.record["site"],
            f"{output.cell(hit.record['title'] or hit.record['url'])}\n{hit.snippet}",
            f"+{hit.others}" if hit.others else "",
        )
        for hit in found.hits
    ]
    output.table(columns, rows)
    more = f"{len(found.hits)} of {found.total} shown" if found.total > len(found.hits) else f"{found.total} found"
    print(f"{more}; `aggregator show ID` prints an article")


def _as_text(record: "Json") -> str:
    head = f"[{record['id']}] {output.day_time(record['published_at'])} {record['url']}"
    return output.parts(head, record["title"], record["lead"], record["text"])
