"""`aggregator doctor`: looks at everything the program needs, and says what to do."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import typer

from aggregator.cli import global_options
from aggregator.errors import AggregatorError

if TYPE_CHECKING:
    from aggregator.model import Response

CLOCK_SECONDS = 120  # a clock that is wrong by more makes dates and next polls wrong
Finding = tuple[Literal["ok", "note", "FAIL"], str]


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(ctx: typer.Context) -> None:
    """Check configuration, database, network and clock; exit 1 if something is wrong.

    The network is asked for the first feed of feeds.yaml, and its answer's date is compared with the clock.

    \b
    aggregator doctor
    """
    options = global_options.of(ctx)
    wrong: set[str] = set()  # a mistake in the configuration stops the check of the network too: said once
    for check in (_configuration, _database, _network):
        for verdict, text in _careful(check(options)):
            if text not in wrong:
                print(f"{verdict:<6}{text}")
            wrong |= {text} if verdict == "FAIL" else set()
    if wrong:
        raise typer.Exit(1)


def _careful(findings: Iterator[Finding]) -> Iterator[Finding]:
    try:
        yield from findings
    except AggregatorError as error:
        yield "FAIL", str(error)


def _configuration(options: global_options.Globals) -> Iterator[Finding]:
    from aggregator import __version__

    yield "ok", f"aggregator {__version__}, Python {sys.version.split()[0]}"
    path = options.config_path()
    if path is None:
        yield "note", "no feeds.yaml: an empty configuration; `aggregator feeds add URL` makes one"
        return
    config = options.load_config()
    yield "ok", f"{path}: {len(config.feeds)} feeds, {len(config.articles)} pages"
    if config.settings.contact is None:
        yield (
            "note",
            f"{path}: settings.contact is not set; with it a publisher can write to you instead of blocking you",
        )


def _database(options: global_options.Globals) -> Iterator[Finding]:
    url = options.store_url()
    if not options.database_exists():
        yield "note", f"{url}: not there yet; the first fetch makes it"
        return
    from aggregator.store import maintenance

    with options.open_store() as store:
        problems = list(maintenance.check(store))
        with store.read() as conn:
            counted = maintenance.stats(conn)
    for problem in problems:
        yield "FAIL", f"{url}: {problem.what}"
    if not problems:
        yield "ok", f"database ({store.dialect}): {counted['articles']} articles, {counted['waiting']} pages wait"


def _network(options: global_options.Globals) -> Iterator[Finding]:
    config = options.load_config()
    if not config.feeds:
        yield "note", "network: not tried, as there are no feeds"
        return
    from aggregator.cli.download import download

    first = config.feeds[0]
    response = download(first.url, config.settings, first.allow_private_networks)
    yield "ok", f"network: {first.url} answered {response.status} in {response.elapsed:.1f} s"
    yield from _clock(response)


def _clock(response: "Response") -> Iterator[Finding]:
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        theirs = parsedate_to_datetime(response.headers["date"])
        off = (datetime.now(UTC) - theirs).total_seconds()
    except (KeyError, ValueError, TypeError):
        return
    good = abs(off) <= CLOCK_SECONDS
    yield (
        "ok" if good else "FAIL",
        f"clock: {abs(off):.0f} s away from the server's" + ("" if good else "; set it, best by NTP"),
    )
