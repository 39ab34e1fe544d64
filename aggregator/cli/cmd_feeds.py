"""`aggregator feeds …`: subscriptions. feeds.yaml is the truth; the database knows how they fare."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli import cmd_feeds_add, cmd_feeds_explain, cmd_feeds_list, global_options, output
from aggregator.cli.options import Format, Json, Report, ReportFormat
from aggregator.errors import AggregatorError, UsageError

if TYPE_CHECKING:
    from aggregator.config.models import Config
    from aggregator.feeds.candidates import FeedCandidate
    from aggregator.subscriptions.check import Health

commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Subscriptions: discover, add, list, check, remove, OPML."
)


def register(app: typer.Typer) -> None:
    app.add_typer(commands, name="feeds")


commands.command("list")(cmd_feeds_list.list_feeds)
commands.command("explain")(cmd_feeds_explain.explain)


@commands.command()
def check(
    ctx: typer.Context,
    feed: Annotated[str | None, typer.Argument(metavar="FEED", help="Its URL or title; default: all.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Look for no feed that is lost.")] = False,
    form: ReportFormat = Report.TABLE,
    json: Json = False,
) -> None:
    """Tell which subscriptions need a person; exit 1 if any does.

    A subscription needs one when its state is blocked, gone, failing or moved, when none of its last pages gave an article, or when
    a selector of feeds.yaml matches on none of the last five pages that were kept of it. The database knows all that;
    the network is asked only for the feeds whose address is lost (gone, not found, no host, or a page instead of a
    feed): their site is searched for the feed that it has now, and the command that puts it in their place is printed.
    Nothing is changed by itself.

    \b
    aggregator feeds check
    aggregator feeds check https://example.org/feed.xml --json
    """
    from aggregator.subscriptions.check import check as look

    options = global_options.of(ctx)
    config = options.load_config()
    if options.database_exists():
        with options.open_store() as store:
            found = look(store, config, feed)
    else:
        found = look(None, config, feed)
    offers = {} if offline else _offers(options, config, found)
    if json or form is Report.JSON:
        from dataclasses import asdict

        records = [asdict(one) | {"offer": _offer(one, offers.get(one.url))} for one in found]
        output.objects(records, Format.JSON)
    else:
        _print_health(found, offers)
    if any(one.problems for one in found):
        raise typer.Exit(1)


def _offers(options: global_options.Globals, config: "Config", found: "list[Health]") -> "dict[str, FeedCandidate]":
    """The feed that the site of each lost one has now, by the lost one's address; none that is subscribed already."""
    lost = [one for one in found if one.lost]
    if not lost:
        return {}
    from aggregator.subscriptions.discover import Lost, rediscover

    known = {item.url for item in config.feeds}
    sought = [Lost(one.url, one.title, one.link) for one in lost]
    there = rediscover(sought, config.settings, cmd_feeds_add.teller(options))
    new = {url: [one for one in some if one.url not in known] for url, some in there.items()}
    return {url: some[0] for url, some in new.items() if some}


def _offer(one: "Health", offer: "FeedCandidate | None") -> dict[str, Any] | None:
    if offer is None:
        return None
    return cmd_feeds_add.record(offer) | {"command": _replacing(one, offer)}


def _replacing(one: "Health", offer: "FeedCandidate") -> str:
    from shlex import quote

    return f"aggregator feeds add {quote(offer.url)} --replace {quote(one.url)}"


def _print_health(found: "list[Health]", offers: "dict[str, FeedCandidate]") -> None:
    if not found:
        print("no feeds yet; `aggregator feeds add URL` subscribes")
        return
    columns = [output.Column("feed", flexible=3), output.Column("last poll"), output.Column("state", flexible=2)]
    rows = [(one.title or one.url, output.day_time(one.last_poll_at), _verdict(one)) for one in found]
    output.table(columns, rows)
    for one in found:  # whole lines, below the table: they are searched for, and mailed by cron
        for said in (*one.problems, *(f"{note} (may be fine)" for note in one.notes)):
            print(output.cell(f"{one.url}: {said}"))
        if offer := offers.get(one.url):
            print(output.cell(f"{one.url}: its site has {offer.url} ({cmd_feeds_add.described(offer)})"))
            print(f"    to follow it: {_replacing(one, offer)}")
    bad = sum(bool(one.problems) for one in found)
    print(f"{len(found)} checked, " + (f"{bad} in need of a person" if bad else "nothing wrong"))


def _verdict(one: "Health") -> str:
    if one.last_poll_at is None:
        return "not polled yet"
    said = f"{one.state}, its selectors match" if one.selectors and not one.problems else one.state
    return f"{said}; needs a person" if one.problems else said


commands.command("discover")(cmd_feeds_add.discover)
commands.command("add")(cmd_feeds_add.add)


@commands.command()
def remove(ctx: typer.Context, url: Annotated[str, typer.Argument(metavar="URL")]) -> None:
    """Unsubscribe: take a feed out of feeds.yaml. Its articles stay in the archive.

    \b
    aggregator feeds remove https://example.org/feed.xml
    """
    from aggregator.config import edit

    path = global_options.of(ctx).config_path()
    if path is None:
        raise UsageError("no feeds.yaml here; name it with --config before the command")
    edit.remove_feed(path, url)
    print(f"{path}: removed {url}; its articles stay")


@commands.command("import")
def import_opml(
    ctx: typer.Context, file: Annotated[str, typer.Argument(metavar="FILE", help="An OPML file; - is standard input.")]
) -> None:
    """Subscribe to what an OPML file lists and is not subscribed yet.

    Folders become categories; folders within folders are joined, as World/Asia. What can be read of a broken file is
    taken, with a warning.

    \b
    aggregator feeds import subscriptions.opml
    """
    from aggregator.config import edit, load_config
    from aggregator.config.models import Config
    from aggregator.feeds import opml

    options = global_options.of(ctx)
    path = options.editable_config()
    there = load_config.load(path, {}) if path.exists() else Config()
    known = {item.url for item in (*there.feeds, *there.articles)}
    try:
        listed = opml.read(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes())
    except OSError as error:
        raise AggregatorError(f"{file}: {error.strerror or error}; name an OPML file") from None
    except AggregatorError as error:
        raise AggregatorError(f"{file}: {error}") from None
    if listed.problem:
        print(output.cell(f"aggregator: {file}: {listed.problem}; what could be read was taken"), file=sys.stderr)
    new = [outline for outline in listed.outlines if outline.url not in known]
    names = ("url", "title", "category", "lang", "links")
    edit.add_feeds(path, [{name: getattr(outline, name) for name in names} for outline in new])
    skipped = f", {len(listed.skipped)} skipped that have no http address" if listed.skipped else ""
    print(f"{path}: {len(new)} feeds added, {len(listed.outlines) - len(new)} known already{skipped}")


@commands.command("export")
def export_opml(
    ctx: typer.Context, file: Annotated[str, typer.Argument(metavar="FILE", help="Default: standard output.")] = "-"
) -> None:
    """Write the subscriptions as OPML, which other feed readers read. A category such as World/Asia is two folders.

    \b
    aggregator feeds export subscriptions.opml
    """
    from aggregator.feeds import opml

    options = global_options.of(ctx)
    feeds, known = options.load_config().feeds, cmd_feeds_list.rows_by_url(options)
    outlines = []
    for feed in feeds:
        row = known.get(feed.url, {})
        title, link = feed.title or row.get("title"), row.get("link")
        outlines.append(opml.Outline(feed.url, title, feed.category, feed.lang, link, feed.links))
    text = opml.write(outlines, "Subscriptions")
    if file == "-":
        sys.stdout.write(text)
        return
    try:
        Path(file).write_text(text, "utf-8")
    except OSError as error:
        raise AggregatorError(f"{file}: can't be written: {error.strerror or error}") from None
    print(f"{file}: {len(feeds)} feeds")
