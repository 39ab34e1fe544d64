"""`aggregator alerts …`: saved searches that tell."""

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli import global_options, output
from aggregator.cli.help import Command
from aggregator.cli.shared_options import AsJson, Format, ListFormat, chosen
from aggregator.errors import UsageError

if TYPE_CHECKING:
    from aggregator.alerts.manage import ListedSearch
    from aggregator.model import Json
    from aggregator.store.alerting.saved_searches import Channel

Name = Annotated[str, typer.Argument(metavar="NAME", help="As `aggregator alerts list` prints it.")]

commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@commands.callback()
def alerts() -> None:
    """Saved searches that tell of each new story, by webhook, mail or command; more in docs/alerts.md.

    \b
    aggregator alerts add ferries --query 'ferry OR tram' --webhook https://example.org/hook
    aggregator alerts add floods --query 'flood lang:en' --mail you@example.org --daily
    aggregator alerts test ferries          deliver a sample now
    aggregator alerts list                  what they tell, what waits, what failed
    """


@commands.command(cls=Command)
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Letters, digits and - _ . make a name.")],
    query: Annotated[
        str | None, typer.Option(metavar="Q", help="What is looked for; default: the search saved as NAME.")
    ] = None,
    webhook: Annotated[str | None, typer.Option(metavar="URL", help="Post it there, as signed JSON.")] = None,
    mail: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Mail it there.")] = None,
    command: Annotated[
        str | None, typer.Option(metavar="CMD", help="Run this by /bin/sh, with the JSON on its standard input.")
    ] = None,
    daily: Annotated[bool, typer.Option("--daily", help="One digest a day, not a message after each fetch.")] = False,
) -> None:
    """Tell somebody of each new story that matches a query: once, however many articles and copies of it come.

    \b
    aggregator alerts add ferries --query 'ferry OR tram' --webhook https://example.org/hook
    aggregator alerts add ferries --mail you@example.org         what `search --save ferries …` has kept
    aggregator alerts add floods --query flood --daily --command 'jq -r .markdown >> floods.md'

    What was stored before is not told of. The secret that a webhook is signed with is printed once, on stdout.
    """
    from aggregator.alerts import manage

    targets: dict[Channel, str | None] = {"webhook": webhook, "mail": mail, "command": command}
    given: list[tuple[Channel, str]] = [(channel, value) for channel, value in targets.items() if value is not None]
    if len(given) != 1:
        raise UsageError("give one of --webhook URL, --mail ADDRESS and --command 'CMD'; an alert tells one of them")
    options = global_options.of(ctx)
    settings = options.load_config().settings
    with options.open_store() as store:
        made = manage.add(store, name, query, *given[0], settings, daily=daily)
    options.say(f"{name} tells {_target(made.channel, made.target)} {_when(made.daily)}; it looks for: {made.query}")
    if made.secret is not None:
        print(f"secret: {made.secret}")


@commands.command("list", cls=Command)
def list_(ctx: typer.Context, form: ListFormat = Format.TABLE, json: AsJson = False) -> None:
    """List alerts and other saved searches: what they look for, whom they tell, what waits, what failed.

    \b
    aggregator alerts list
    aggregator alerts list --json
    """
    from aggregator.alerts import manage

    form = chosen(ctx, form, json)
    with global_options.of(ctx).existing_store() as store:
        found = manage.listing(store)
    if form is Format.TEXT:
        for one in found:
            print(f"{one.search.name}: {one.search.query}")
    elif form is not Format.TABLE:
        output.objects(map(_record, found), form)
    elif not found:
        print("no alerts and no saved searches; `aggregator alerts add --help` shows how to make one")
    else:
        columns = [output.Column(title) for title in ("name", "waiting", "delivered (UTC)")]
        columns.append(output.Column("query, whom it tells, problem", flexible=1))
        output.table(columns, map(_row, found))


@commands.command(cls=Command)
def remove(ctx: typer.Context, name: Name) -> None:
    """Remove an alert or another saved search, with what it was still to tell.

    \b
    aggregator alerts remove ferries
    """
    from aggregator.alerts import manage

    options = global_options.of(ctx)
    with options.existing_store() as store:
        manage.remove(store, name)
    options.say(f"{name} is removed")


@commands.command(cls=Command)
def test(ctx: typer.Context, name: Name) -> None:
    """Deliver a sample now, the newest article that matches, and say what came of it; exit 1 if it did not arrive.

    \b
    aggregator alerts test ferries
    """
    import time

    from aggregator.alerts import deliver
    from aggregator.errors import DeliveryError, FetchError

    options = global_options.of(ctx)
    settings = options.load_config().settings
    with options.existing_store() as store:
        try:
            said = deliver.deliver_sample(store, settings, name, time.time)
        except (DeliveryError, FetchError) as error:
            error.args = (f"{name}: not delivered: {error}",)
            raise
    options.say(f"{name}: delivered: {said}")


def _target(channel: str | None, target: str | None) -> str:
    from aggregator.urls import without_login

    if channel is None or target is None:
        return "nobody"
    return f"{channel} {without_login(target) if channel == 'webhook' else target}"


def _when(daily: bool) -> str:
    return "once a day" if daily else "after each fetch"


def _record(one: "ListedSearch") -> "Json":
    from aggregator.times import iso
    from aggregator.urls import without_login

    search, waiting = one.search, one.waiting
    return {
        "name": search.name,
        "query": search.query,
        "channel": search.channel,
        "target": without_login(search.target) if search.channel == "webhook" and search.target else search.target,
        "daily": search.daily,
        "added_at": iso(search.added_at),
        "delivered_at": iso(search.delivered_at),
        "waiting": waiting.deliveries,
        "waiting_for_digest": waiting.stories,
        "given_up": waiting.given_up,
        "next_try_at": iso(waiting.next_try_at),
        "problem": one.problem,
    }


def _row(one: "ListedSearch") -> tuple[object, ...]:
    from aggregator.times import iso

    search, waiting = one.search, one.waiting
    counts = [
        output.count(waiting.deliveries, "delivery", "deliveries") if waiting.deliveries else "",
        f"{output.count(waiting.stories, 'story', 'stories')} for the digest" if waiting.stories else "",
        f"{waiting.given_up} given up" if waiting.given_up else "",
    ]
    told = f"tells {_target(search.channel, search.target)}" + (f" {_when(search.daily)}" if search.channel else "")
    lines = [search.query, told]
    if one.problem:
        again = f"; tried again {output.utc(iso(waiting.next_try_at))}" if waiting.deliveries else ""
        lines.append(f"FAILS: {one.problem}{again}")
    return search.name, "\n".join(filter(None, counts)), output.day_time(iso(search.delivered_at)), "\n".join(lines)
