"""`aggregator feeds explain`: why a feed is polled when it is."""

import os
import shutil
import sys
import textwrap
import time
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli import global_options, output
from aggregator.cli.shared_options import AsJson, Report, ReportFormat, chosen

if TYPE_CHECKING:
    from aggregator.subscriptions.explain import Explanation, SiteStatus

_LABEL_COLUMNS = 13


def explain(
    ctx: typer.Context,
    feed: Annotated[str, typer.Argument(metavar="FEED", help="Its URL or title.")],
    form: ReportFormat = Report.TABLE,
    json: AsJson = False,
) -> None:
    """Tell why a feed was polled when it was and will be when it will be, how it fares, and what would change that.

    \b
    aggregator feeds explain https://example.org/feed.xml
    aggregator feeds explain Example --json
    """
    from dataclasses import asdict

    from aggregator.subscriptions.explain import explain as tell

    options = global_options.of(ctx)
    config, now = options.load_config(), int(time.time())
    with options.feeds_store() as store:
        found = tell(store, config, feed, now)
    if chosen(ctx, form, json) is Report.JSON:
        output.one(asdict(found))
    else:
        _print(found)


def _print(found: "Explanation") -> None:
    if found.title:
        print(output.cell(found.title))
    print(output.cell(found.url), end="\n\n")
    since = f" since {output.utc(found.state_since)}" if found.state_since else ""
    _say("state", f"{found.state}{since}", found.state_why, found.advice and f"what to do: {found.advice}")
    if found.last_poll_at:
        _say("last poll", output.utc(found.last_poll_at), *found.last_poll)
    _say("next poll", output.utc(found.next_poll_at), *found.next_poll)
    _say("rhythm", *found.rhythm)
    if found.site is not None:
        _say("site", *_site(found.site))
    _say("to change it", *found.changes)
    if found.polls:
        print()
        _print_polls(found)


def _site(site: "SiteStatus") -> list[str]:
    gap = f"at least {site.gap:g} s between two requests, {site.connections} connections at most"
    said = [site.name, gap]
    if site.latency is not None:
        said.append(f"it answers within {site.latency:.2g} s, lately")
    if site.busy_until:
        said.append(f"it is being visited just now (until {output.utc(site.busy_until)} at most)")
    cooling = f"it asked to be left alone until {output.utc(site.quiet_until)}" if site.quiet_until else None
    return [*said, cooling or "no cool-down", site.robots]


def _say(label: str, *sentences: str | None) -> None:
    """Prints a label, and beside it a line or more for each sentence."""
    shown = [output.cell(sentence) for sentence in sentences if sentence]
    rest = " " * _LABEL_COLUMNS
    for number, sentence in enumerate(shown):
        first = label.ljust(_LABEL_COLUMNS) if number == 0 else rest
        fill = textwrap.TextWrapper(_width(), first, rest, break_long_words=False, break_on_hyphens=False)
        print(fill.fill(sentence))


def _width() -> int:
    wide = shutil.get_terminal_size().columns if sys.stdout.isatty() or os.environ.get("COLUMNS") else 0
    return wide or output.WIDTH_OF_FILES


def _print_polls(found: "Explanation") -> None:
    from aggregator.times import humanize

    columns = [
        output.Column("polled (UTC)"),
        output.Column("after", right=True),
        output.Column("outcome"),
        output.Column("listed", right=True),
        output.Column("new", right=True),
        output.Column("why", flexible=1),
    ]
    rows = [
        (
            output.day_time(poll.at),
            None if poll.after is None else humanize(poll.after),
            f"{poll.outcome} {poll.status or ''}",
            poll.listed,
            poll.new,
            poll.reason,
        )
        for poll in found.polls
    ]
    output.table(columns, rows)
