"""`aggregator feeds list`: subscriptions and how they fare, what needs a person first."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from aggregator.cli import bars, global_options, output
from aggregator.cli.shared_options import AsJson, Format, ListFormat, chosen

if TYPE_CHECKING:
    from aggregator.subscriptions.overview import FeedOverview


def list_feeds(ctx: typer.Context, form: ListFormat = Format.TABLE, json: AsJson = False) -> None:
    """List the subscriptions of feeds.yaml and how they fare, those that need a person first.

    States: blocked, gone, failing, moved, silent, slow, new, healthy. `aggregator feeds explain FEED` says more of one.

    \b
    aggregator feeds list
    aggregator feeds list --format csv > feeds.csv
    """
    from aggregator.subscriptions.overview import overview

    options = global_options.of(ctx)
    config = options.load_config()
    with options.feeds_store() as store:
        feeds = overview(store, config, int(datetime.now(UTC).timestamp()))
    form = chosen(ctx, form, json)
    if form is Format.TEXT:
        for feed in feeds:
            print(feed.url)
    elif form is not Format.TABLE:
        output.objects(map(asdict, feeds), form)
    elif feeds:
        _print_table(feeds)
    else:
        print("no feeds yet; `aggregator feeds add URL` subscribes")


def _print_table(feeds: "list[FeedOverview]") -> None:
    from aggregator.schedule.health import NEEDS_A_PERSON, STATES

    columns = [
        output.Column("feed", flexible=3),
        output.Column("state"),
        output.Column("since"),
        output.Column("articles", right=True),
        output.Column("14 days"),
        output.Column("why", flexible=4),
    ]
    rows = [
        (
            feed.title or feed.url,
            output.Cell(feed.state, output.STATE_STYLES.get(feed.state, "")),
            (feed.state_since or "")[:10],
            feed.articles,
            bars.sparkline(feed.new_by_day) if bars.wanted() else "",
            _why(feed),
        )
        for feed in feeds
    ]
    output.table(columns, rows)
    for feed in feeds:  # whole lines, below the table: they are searched for, and mailed by cron
        if feed.state in NEEDS_A_PERSON:
            print(output.cell(f"{feed.url}: {feed.advice}"))
    counts = {state: sum(feed.state == state for feed in feeds) for state in STATES}
    print(
        f"{len(feeds)} feed{'s' if len(feeds) != 1 else ''}: "
        + ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    )


def _why(feed: "FeedOverview") -> str:
    """Why it is in its state; of a healthy one what is waited for."""
    if feed.last_poll_at is None:
        return "not polled yet"
    if feed.state == "healthy" and not feed.failures and not feed.last_error:
        return f"{feed.waiting} pages wait" if feed.waiting else ""
    return feed.state_why or ""
