"""`aggregator search`, `show`, `stories`: asking the archive."""

import sys
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli import context, output
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
    from aggregator.store.stories import StoryRow


class Sort(StrEnum):
    """What comes first."""

    RELEVANCE = "relevance"
    DATE = "date"


def register(app: typer.Typer) -> None:
    app.command("search")(search)
    app.command("show")(show)
    app.command("stories")(stories)


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
    with context.of(ctx).open_store() as store:
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
    revisions: Annotated[bool, typer.Option("--revisions", help="List the earlier texts.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what changed from text to text.")] = False,
    copies: Annotated[bool, typer.Option("--copies", help="List the articles with the same text.")] = False,
) -> None:
    """Print one article, its earlier texts, or its copies.

    \b
    aggregator show 42
    aggregator show 42 --format markdown
    aggregator show 42 --diff
    """
    from aggregator.archive.show import show as look_up

    with context.of(ctx).open_store() as store:
        shown = look_up(store, article)
    form = Form.JSON if json else form
    if copies:
        _print_copies(shown, form)
    elif revisions:
        _print_revisions(shown, form)
    elif diff:
        _print_diff(shown)
    else:
        _print_article(shown, form)


def _print_article(shown: "Shown", form: Form) -> None:
    record = shown.record
    if form is Form.JSON:
        output.one(record)
    elif form is Form.HTML:
        print(shown.html)
    elif form is Form.MARKDOWN:
        from aggregator.markdown import from_html

        heading = f"# {record['title']}" if record["title"] else None
        sys.stdout.write(output.parts(heading, record["lead"], from_html(shown.html)))
    else:
        sys.stdout.write(output.parts(record["title"], record["lead"], record["text"]))


def _print_copies(shown: "Shown", form: Form) -> None:
    if form is Form.JSON:
        output.objects(shown.copies, Format.JSON)
    elif not shown.copies:
        print("no other article has this text")
    else:
        columns = [output.Column("id", right=True), output.Column("published"), output.Column("title", flexible=1)]
        rows = [(c["id"], output.day_time(c["published_at"]), f"{c['title'] or ''}\n{c['url']}") for c in shown.copies]
        output.table(columns, rows)


def _print_revisions(shown: "Shown", form: Form) -> None:
    from dataclasses import asdict

    if form is Form.JSON:
        output.objects([asdict(one) for one in shown.revisions], Format.JSON)
        return
    for one in shown.revisions:
        print(f"--- {one.fetched_at} to {one.replaced_at}")
        sys.stdout.write(output.parts(one.title, one.lead, one.text))
    if not shown.revisions:
        print("its text never changed")


def _print_diff(shown: "Shown") -> None:
    from difflib import unified_diff

    now = shown.record
    texts = [(one.fetched_at, output.parts(one.title, one.lead, one.text)) for one in shown.revisions]
    texts.append((now["fetched_at"], output.parts(now["title"], now["lead"], now["text"])))
    for (before, old), (after, new) in pairwise(texts):
        sys.stdout.writelines(
            line if line.endswith("\n") else line + "\n"
            for line in unified_diff(old.splitlines(), new.splitlines(), str(before), str(after), lineterm="")
        )
    if len(texts) == 1:
        print("its text never changed")


def stories(
    ctx: typer.Context,
    since: Since = "24h",
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    form: ListFormat = Format.TABLE,
    json: Json = False,
) -> None:
    """List the stories of a time span, biggest first.

    \b
    aggregator stories
    aggregator stories --since 7d --limit 50 --format json
    """
    from aggregator.store.stories import listing

    now = datetime.now(UTC)
    start, end = since_time(since, now), until_time(until, now) or now + timedelta(seconds=1)
    begin = int(start.timestamp()) if start else 0
    with context.of(ctx).open_store() as store, store.read() as conn:
        found = listing(conn, begin, int(end.timestamp()), limit)
    form = Format.JSON if json else form
    if form is Format.TABLE:
        _print_stories(found)
    elif form is Format.TEXT:
        for story in found:
            print(f"[{story.id}] {story.title or ''} ({story.articles} articles, {story.copies} copies)")
    else:
        output.objects([_story(story) for story in found], form)


def _story(story: "StoryRow") -> dict[str, Any]:
    return {
        "id": story.id,
        "title": story.title,
        "article_id": story.article_id,
        "articles": story.articles,
        "copies": story.copies,
        "sites": list(story.sites),
        "first_at": output.iso(story.first_at),
        "last_at": output.iso(story.last_at),
    }


def _print_stories(found: list["StoryRow"]) -> None:
    if not found:
        print("no stories in that time")
        return
    columns = [
        output.Column("story", right=True),
        output.Column("articles", right=True),
        output.Column("copies", right=True),
        output.Column("last"),
        output.Column("title", flexible=5),
        output.Column("sites", flexible=3),
    ]
    rows = [(s.id, s.articles, s.copies, output.moment(s.last_at), s.title, s.sites) for s in found]
    output.table(columns, rows)
