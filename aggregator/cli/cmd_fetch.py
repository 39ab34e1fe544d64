"""`aggregator fetch`: one run over what is due or named."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli import gc_tuning, global_options, output
from aggregator.cli.shared_options import AsJson

if TYPE_CHECKING:
    from aggregator.engines.fetch import Due, Summary, Waiting
    from aggregator.visit import Progress

MAX_PRINTED_FAILURES = 20


def fetch(
    ctx: typer.Context,
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FEED|URL…]", help="Feeds by URL or title; any other URL is fetched as an article."),
    ] = None,
    force: Annotated[bool, typer.Option("--all", help="All feeds, due or not.")] = False,
    json: AsJson = False,
) -> None:
    """Poll the feeds that are due, fetch their articles, store them, and print a summary.

    Exit code 0 when it ran, 1 when every feed (or page given) failed, 2 on bad configuration or usage.

    \b
    aggregator fetch
    aggregator fetch --all --json
    aggregator fetch https://example.org/news/1
    """
    from aggregator.cli.progress_bars import reporter
    from aggregator.engines.fetch import FetchRequest, Summary, run
    from aggregator.times import iso

    gc_tuning.tune_for_long_run()
    options = global_options.of(ctx)
    request = FetchRequest(options.config_path(), options.store_url(), tuple(targets or ()), force)
    so_far = Summary()
    try:
        with reporter(quiet=options.quiet or not sys.stderr.isatty()) as report:

            def tell(event: "Progress | Waiting | Due") -> None:
                so_far.add(event)
                report(event)

            summary = run(request, tell, os.environ)
    except KeyboardInterrupt:
        feeds, stored = so_far.feeds_polled, so_far.articles_new + so_far.articles_updated
        kept = f"{output.count(feeds, 'feed')} polled and {output.count(stored, 'article')} stored, which stay"
        print(f"aggregator: interrupted; {kept}; the next fetch goes on from there", file=sys.stderr)
        raise typer.Exit(130) from None
    if json:
        output.one(summary.as_dict())
    elif not options.quiet:
        print_summary(summary)
    if summary.offline is not None:
        print(f"aggregator: {summary.offline}", file=sys.stderr)
    elif summary.next_poll_at is not None and not json and not options.quiet:
        print(f"no feed was due; the next poll is at {(iso(summary.next_poll_at) or '')[:16].replace('T', ' ')} UTC")
    if not json:
        print_failures(summary)
    if summary.exit_code:
        raise typer.Exit(summary.exit_code)


def print_summary(summary: "Summary") -> None:
    """Prints what a fetch did, as a table."""
    feeds = [
        ("changed", summary.feeds_changed),
        ("unchanged", summary.feeds_unchanged),
        ("failed", summary.feeds_failed),
    ]
    articles = [
        ("new", summary.articles_new),
        ("updated", summary.articles_updated),
        ("unchanged", summary.articles_unchanged),
        ("failed", summary.articles_failed),
        ("gone", summary.articles_gone),
        ("copy" if summary.duplicates == 1 else "copies", summary.duplicates),
    ]
    rows = [
        ("feeds polled", summary.feeds_polled, _counts(feeds)),
        ("entries new", summary.entries_new, ""),
        ("articles", summary.articles_new + summary.articles_updated, _counts(articles)),
    ]
    if summary.alerts.delivered or summary.alerts.failures:
        told = [("delivered", summary.alerts.delivered), ("failed", len(summary.alerts.failures))]
        rows.append(("alerts", summary.alerts.delivered + len(summary.alerts.failures), _counts(told)))
    if summary.sites_held or summary.sites_quiet:
        sites = [("held by another fetch", summary.sites_held), ("asked to be left alone", summary.sites_quiet)]
        rows.append(("sites left out", summary.sites_held + summary.sites_quiet, _counts(sites)))
    output.table(
        [output.Column("what"), output.Column("count", right=True), output.Column("of them", flexible=1)], rows
    )
    print(f"took {summary.seconds:.1f} s")


def print_failures(summary: "Summary") -> None:
    """Prints on stderr what failed, and which feeds are in another state than before."""
    for change in summary.state_changes[:MAX_PRINTED_FAILURES]:
        _print_line(f"feed {change}")
    if len(summary.state_changes) > MAX_PRINTED_FAILURES:
        _print_line(
            f"and {len(summary.state_changes) - MAX_PRINTED_FAILURES} feeds more; `aggregator feeds list` shows all"
        )
    for alert, reason in summary.alerts.failures:
        _print_line(f"alert {alert} failed: {reason}")
    for name, failures in (("feed", summary.feed_failures), ("page", summary.page_failures)):
        for url, reason in failures[:MAX_PRINTED_FAILURES]:
            _print_line(f"{name} failed: {_with_url(url, reason)}")
        if len(failures) > MAX_PRINTED_FAILURES:
            _print_line(f"and {len(failures) - MAX_PRINTED_FAILURES} {name}s more; --json prints all")


def _print_line(text: str) -> None:
    print(output.cell(text), file=sys.stderr)


def _counts(parts: list[tuple[str, int]]) -> str:
    return ", ".join(f"{count} {name}" for name, count in parts if count)


def _with_url(url: str, reason: str) -> str:
    """Most reasons begin with their URL already."""
    return reason if reason.startswith(url) else f"{url}: {reason}"
