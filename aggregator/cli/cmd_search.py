"""`aggregator search` and `show`: asking the archive."""

import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli import global_options, output
from aggregator.cli.options import (
    Feed,
    Form,
    Format,
    Json,
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
    from aggregator.archive.show import Shown


class Sort(StrEnum):
    """What comes first."""

    RELEVANCE = "relevance"
    DATE = "date"


def register(app: typer.Typer) -> None:
    app.command("search")(search)
    app.command("show")(show)


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
    json: Json = False,
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


def _as_text(record: dict[str, Any]) -> str:
    head = f"[{record['id']}] {output.day_time(record['published_at'])} {record['url']}"
    return output.parts(head, record["title"], record["lead"], record["text"])


def show(
    ctx: typer.Context,
    article: Annotated[int, typer.Argument(metavar="ID", help="As search prints it.")],
    form: Annotated[Form, typer.Option("--format", help="How to print it.")] = Form.TEXT,
    json: Json = False,
    revisions: Annotated[bool, typer.Option("--revisions", help="List the versions of its text.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what the last change of its text was.")] = False,
    version: Annotated[int | None, typer.Option(min=1, help="With --diff: what this version changed.")] = None,
    copies: Annotated[
        bool, typer.Option("--copies", help="The articles with the same text: score and what differs.")
    ] = False,
) -> None:
    """Print one article, the versions of its text, or its copies.

    --diff marks words that were taken away [-so-] and new ones {+so+}, in colour on a terminal.

    \b
    aggregator show 42
    aggregator show 42 --format markdown
    aggregator show 42 --revisions
    aggregator show 42 --diff
    aggregator show 42 --diff --version 2 --json
    aggregator show 42 --copies
    """
    from aggregator.archive.show import show as look_up

    form = Form.JSON if json else form
    if copies:
        _show_copies(ctx, article, form)
        return
    if revisions or diff or version is not None:
        _show_versions(ctx, article, form, diff=not revisions, version=version)
        return
    with global_options.of(ctx).open_store() as store:
        shown = look_up(store, article)
    _print_article(shown, form)
    if shown.gone_at and form is Form.TEXT:  # beside the text, which scripts read as it stands
        print(f"note: its page is gone since {output.day_time(shown.gone_at)}", file=sys.stderr)


def _show_versions(ctx: typer.Context, article: int, form: Form, *, diff: bool, version: int | None) -> None:
    from aggregator.archive.history import change, history
    from aggregator.cli.print_revisions import print_change, print_versions

    with global_options.of(ctx).open_store() as store:
        found = history(store, article)
    if diff:
        print_change(change(found.versions, version), form)
    else:
        print_versions(found, form)


def _print_article(shown: "Shown", form: Form) -> None:
    record = shown.record
    if form is Form.JSON:
        output.one(record)
    elif form is Form.HTML:
        print(shown.html)
    elif form is Form.MARKDOWN:
        from aggregator.extraction.body.markdown import from_html

        heading = f"# {record['title']}" if record["title"] else None
        sys.stdout.write(output.parts(heading, record["lead"], from_html(shown.html)))
    else:
        sys.stdout.write(output.parts(record["title"], record["lead"], record["text"]))


def _show_copies(ctx: typer.Context, article: int, form: Form) -> None:
    from aggregator.archive.copies import copies
    from aggregator.revisions.word_diff import mark_changes

    with global_options.of(ctx).open_store() as store:
        found = copies(store, article)
    if form is Form.JSON:
        told = ({"score": one.score, "diff": [[p.kind, p.text] for p in one.changes]} for one in found)
        output.objects([one.record | more for one, more in zip(found, told, strict=True)], Format.JSON)
        return
    if not found:
        print("no other article has this text")
        return
    for one in found:
        record, changes = one.record, mark_changes(one.changes)
        head = ", the head" if record["copy_of"] is None else ""
        print(
            f"[{record['id']}] {output.day_time(record['published_at'])} {record['site']}, score {one.score:.2f}{head}"
        )
        print(output.cell(record["title"] or record["url"]), output.cell(record["url"]), sep="\n")
        print(output.cell(changes) if changes else "word for word the same", end="\n\n")
