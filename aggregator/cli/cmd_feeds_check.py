"""`aggregator feeds check`: which subscriptions need a person."""

from dataclasses import asdict
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli import global_options, output
from aggregator.cli.shared_options import AsJson, Format, Report, ReportFormat, chosen

if TYPE_CHECKING:
    from aggregator.feeds.candidates import FeedCandidate
    from aggregator.subscriptions.check import Health


def check(
    ctx: typer.Context,
    feed: Annotated[str | None, typer.Argument(metavar="[FEED]", help="Its URL or title; default: all.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Look for no feed that is lost.")] = False,
    form: ReportFormat = Report.TABLE,
    json: AsJson = False,
) -> None:
    """Tell which subscriptions need a person; exit 1 if any does.

    A subscription needs one when its state is blocked, gone, failing or moved, when none of its last pages gave an
    article, or when a selector of feeds.yaml matches on none of the last five pages that were kept of it. The database
    knows all that; the network is asked only for the feeds whose address is lost (gone, not found, no host, or a page
    instead of a feed): their site is searched for the feed that it has now, and the command that puts it in their place
    is printed. Nothing is changed by itself.

    \b
    aggregator feeds check
    aggregator feeds check https://example.org/feed.xml --json
    """
    from aggregator.subscriptions.check import check as examine
    from aggregator.subscriptions.check import find_replacements

    options = global_options.of(ctx)
    config = options.load_config()
    with options.feeds_store() as store:
        found = examine(store, config, feed)
    offers = {} if offline else find_replacements(found, config, options.print_request)
    if chosen(ctx, form, json) is Report.JSON:
        from aggregator.cli import print_candidates

        commands = {one.url: {"command": _command(one, offer)} for one in found if (offer := offers.get(one.url))}
        records = {url: print_candidates.record(offer) | commands[url] for url, offer in offers.items()}
        output.objects((asdict(one) | {"offer": records.get(one.url)} for one in found), Format.JSON)
    else:
        _print(found, offers, quiet=options.quiet)
    if any(one.problems for one in found):
        raise typer.Exit(1)


def _command(one: "Health", offer: "FeedCandidate") -> str:
    return f"aggregator feeds add {quote(offer.url)} --replace {quote(one.url)}"


def _print(found: "list[Health]", offers: "dict[str, FeedCandidate]", *, quiet: bool) -> None:
    if not found:
        print("no feeds yet; `aggregator feeds add URL` subscribes")
        return
    if not quiet:
        _print_table(found)
    for one in found:  # whole lines, below the table: they are searched for, and mailed by cron
        for said in (*one.problems, *(f"{note} (may be fine)" for note in one.notes)):
            print(output.cell(f"{one.url}: {said}"))
        if offer := offers.get(one.url):
            from aggregator.cli.print_candidates import described

            print(output.cell(f"{one.url}: its site has {offer.url} ({described(offer)})"))
            print(f"    to follow it: {_command(one, offer)}")
    bad = sum(bool(one.problems) for one in found)
    if not quiet:
        print(f"{len(found)} checked, " + (f"{bad} in need of a person" if bad else "nothing wrong"))


def _print_table(found: "list[Health]") -> None:
    columns = [output.Column("feed", flexible=3), output.Column("last poll (UTC)"), output.Column("state", flexible=2)]
    rows = [(one.title or one.url, output.day_time(one.last_poll_at), _state(one)) for one in found]
    output.table(columns, rows)


def _state(one: "Health") -> output.Cell:
    style = output.STATE_STYLES.get(one.state, "")
    if one.last_poll_at is None:
        return output.Cell("not polled yet")
    said = f"{one.state}, its selectors match" if one.selectors and not one.problems else one.state
    return output.Cell(f"{said}; needs a person" if one.problems else said, style)
