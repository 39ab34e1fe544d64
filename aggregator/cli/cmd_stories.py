"""`aggregator stories …`: the stories of a time span, and editing them by hand."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli import bars, global_options, output
from aggregator.cli.help import Command
from aggregator.cli.shared_options import AsJson, Format, ListFormat, Since, Until, chosen, since_time, until_time

if TYPE_CHECKING:
    from aggregator.archive.list_stories import StoryArticles
    from aggregator.model import Json
    from aggregator.store.grouping.story_list import StoryRow

MAX_TITLE_CHARACTERS = 110  # in a table
BAR = 8  # characters
MAX_NAMED_SITES = 4  # that a table names

commands = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


@commands.callback()
def stories(
    ctx: typer.Context,
    since: Since = "24h",
    until: Until = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most so many.")] = 20,
    with_muted: Annotated[bool, typer.Option("--all", help="Those that `mute` leaves out, too.")] = False,
    form: ListFormat = Format.TABLE,
    json: AsJson = False,
) -> None:
    """List the stories of a time span, biggest first; show one with its articles; split and merge them.

    \b
    aggregator stories
    aggregator stories --since 7d --limit 50 --format json
    aggregator stories show 12              one story with its articles
    aggregator stories split 12 345         article 345 and its copies are another story
    aggregator stories merge 12 17          both are one story

    The article that leads a story is the first one published of those that are about as complete as the longest.
    """
    if ctx.invoked_subcommand is not None:
        return
    from aggregator.archive.list_stories import list_stories

    now = datetime.now(UTC)
    end = until_time(until, now) or now + timedelta(seconds=1)
    with global_options.of(ctx).existing_store() as store:
        found = list_stories(store, since_time(since, now), end, limit, with_muted=with_muted)
    _print(found, chosen(ctx, form, json))


@commands.command(cls=Command)
def show(
    ctx: typer.Context,
    story: Annotated[int, typer.Argument(metavar="STORY", help="As `aggregator stories` prints it.")],
    form: ListFormat = Format.TABLE,
    json: AsJson = False,
) -> None:
    """Show one story with all its articles, the oldest first.

    \b
    aggregator stories show 12
    aggregator stories show 12 --json
    """
    from aggregator.archive.list_stories import show_story

    with global_options.of(ctx).existing_store() as store:
        found = show_story(store, story)
    form = chosen(ctx, form, json)
    if form is Format.JSON:
        output.one(_record(found.story) | {"articles": list(found.articles)})
    elif form is Format.TABLE:
        _print_articles(found)
    elif form is Format.TEXT:
        for article in found.articles:
            print(f"[{article['id']}] {article['title'] or article['url']} ({_role(article)})")
    else:
        output.objects(found.articles, form)


@commands.command(cls=Command)
def split(
    ctx: typer.Context,
    story: Annotated[int, typer.Argument(metavar="STORY", help="As `aggregator stories` prints it.")],
    articles: Annotated[list[int] | None, typer.Argument(metavar="[ARTICLE…]", help="Those that go.")] = None,
    form: ListFormat = Format.TABLE,
    json: AsJson = False,
) -> None:
    """Make a new story of some articles of a story; with none named, of each of its reports. Copies follow their heads.

    \b
    aggregator stories split 12 345 350
    aggregator stories split 12

    It is remembered, and the program never puts them together again.
    """
    from aggregator.archive import edit_stories

    with global_options.of(ctx).existing_store() as store:
        found = edit_stories.split(store, story, articles or (), int(datetime.now(UTC).timestamp()))
    _print(found, chosen(ctx, form, json))


@commands.command(cls=Command)
def merge(
    ctx: typer.Context,
    story: Annotated[int, typer.Argument(metavar="STORY", help="The story that stays.")],
    other: Annotated[int, typer.Argument(metavar="OTHER", help="The story whose articles it takes.")],
    form: ListFormat = Format.TABLE,
    json: AsJson = False,
) -> None:
    """Put the articles of another story into a story.

    \b
    aggregator stories merge 12 17

    It is remembered, and the program never takes them apart.
    """
    from aggregator.archive import edit_stories

    with global_options.of(ctx).existing_store() as store:
        found = edit_stories.merge(store, story, other, int(datetime.now(UTC).timestamp()))
    _print([found], chosen(ctx, form, json))


def _print(found: list["StoryRow"], form: Format) -> None:
    if form is Format.TABLE:
        _print_table(found)
    elif form is Format.TEXT:
        for story in found:
            counts = f"{output.count(story.reports, 'report')}, {output.count(story.copies, 'copy', 'copies')}"
            print(f"[{story.id}] {story.title or ''} ({counts})")
    else:
        output.objects([_record(story) for story in found], form)


def _record(story: "StoryRow") -> "Json":
    from aggregator.times import iso

    return asdict(story) | {"first_at": iso(story.first_at), "last_at": iso(story.last_at)}


def _print_table(found: list["StoryRow"]) -> None:
    if not found:
        print("no stories in that time")
        return
    columns = [
        output.Column("story", right=True),
        output.Column("reports", right=True),
        output.Column("copies", right=True),
        output.Column("sources"),
        output.Column("first, last (UTC)"),
        output.Column("title, sources, lead", flexible=1),
    ]
    most = max(len(story.sites) for story in found)
    output.table(columns, (_row(story, most) for story in found))


def _print_articles(found: "StoryArticles") -> None:
    columns = [
        output.Column("id", right=True),
        output.Column("published (UTC)"),
        output.Column("site", most=30),
        output.Column("title", flexible=1),
        output.Column("it is"),
    ]
    rows = [
        (
            article["id"],
            output.day_time(article["published_at"] or article["fetched_at"]),
            article["site"],
            article["title"] or article["url"],
            _role(article),
        )
        for article in found.articles
    ]
    story = found.story
    output.table(columns, rows)
    counts = f"{output.count(story.reports, 'report')}, {output.count(story.copies, 'copy', 'copies')}"
    print(f"story {story.id}: {counts}", end="")
    print(f"; lead: {story.article_id}, {story.lead_reason}" if story.reports > 1 else "")


def _role(article: "Json") -> str:
    return "a report" if article["copy_of"] is None else f"a copy of {article['copy_of']}"


def _row(story: "StoryRow", most: int) -> tuple[object, ...]:
    """Returns the row of a table; `most`: the most sources of a story in it."""
    from aggregator.text import squeeze
    from aggregator.times import iso

    first, last = (output.day_time(iso(at)) for at in (story.first_at, story.last_at))
    when = first if first == last else f"{first}\n{last}"
    told = [_short(squeeze(story.title or "(no title)")), _sources(story.sites)]
    if story.reports > 1:
        told.append(f"lead: {story.article_id}, {story.lead_reason}")
    sources = bars.bar(len(story.sites), most, BAR) if bars.wanted() else ""
    return story.id, story.reports, story.copies, sources, when, "\n".join(told)


def _short(title: str) -> str:
    return title if len(title) <= MAX_TITLE_CHARACTERS else title[: MAX_TITLE_CHARACTERS - 1].rstrip() + "…"


def _sources(sites: tuple[str, ...]) -> str:
    named = output.cell(sites[:MAX_NAMED_SITES])
    return named if len(sites) <= MAX_NAMED_SITES else f"{named} and {len(sites) - MAX_NAMED_SITES} more"
