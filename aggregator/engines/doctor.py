"""Checks whether all that a fetch or a daemon needs is in order: configuration, database, network and clock."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from aggregator import __version__
from aggregator.alerts import mail, manage
from aggregator.alerts.manage import ListedSearch
from aggregator.config import load_config, paths
from aggregator.errors import AggregatorError, DeliveryError
from aggregator.model import Response
from aggregator.net.download import download
from aggregator.store import engine, locks
from aggregator.store.engine import Store
from aggregator.store.upkeep import maintenance
from aggregator.times import http_date

MAX_CLOCK_ERROR = 120
"""Seconds. A clock that is wrong by more makes dates and next polls wrong."""

MAX_MAIL_SECONDS = 20.0
"""How long the server that takes mail is waited for."""

Finding = tuple[Literal["ok", "note", "FAIL"], str]


def examine(config: str | None, database: str | None, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yields what is found, as it is found, with what to do about it. `config` and `database` as the options name them.

    The network is asked for the first feed of feeds.yaml, and the date of its answer compared with the clock; the
    server that takes mail is logged in to, if there is one.
    """

    def path() -> Path | None:
        return paths.find_config(config, environ)

    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        lambda: _configuration(path(), environ),
        lambda: _database(
            paths.database_url(database, path(), environ),
            path(),
            environ,
            named=paths.database_is_named(database, environ),
        ),
        lambda: _network(path(), environ),
        lambda: _mail(path(), environ),
    )
    faults: set[str] = set()  # a mistake in the configuration stops the check of the network too: told once
    for check in checks:
        try:
            for kind, text in check():
                faults |= {text} if kind == "FAIL" else set()
                yield kind, text
        except AggregatorError as error:
            if str(error) not in faults:
                faults.add(str(error))
                yield "FAIL", str(error)


def _configuration(path: Path | None, environ: Mapping[str, str]) -> Iterator[Finding]:
    yield "ok", f"aggregator {__version__}, Python {sys.version.split()[0]}"
    if path is None:
        yield "note", "no feeds.yaml: an empty configuration; `aggregator feeds add URL` makes one"
        return
    config = load_config.load(path, environ)
    yield "ok", f"{path}: {len(config.feeds)} feeds, {len(config.articles)} pages"
    if config.settings.contact is None:
        why = "with it a publisher can write to you instead of blocking you"
        yield "note", f"{path}: settings.contact is not set; {why}"


def _database(url: str, path: Path | None, environ: Mapping[str, str], *, named: bool) -> Iterator[Finding]:
    if not paths.database_exists(url):
        if named:
            raise paths.no_database(url)
        yield "note", f"{url}: not there yet; the first fetch makes it"
        yield from _folder(url)
        return
    with closing(engine.open(url)) as store:
        problems = list(maintenance.check(store))
        yield from _writing(store)
        with store.read() as conn:
            counted = maintenance.stats(conn)
        alerts = [one for one in manage.listing(store) if one.search.channel]
    for problem in problems:
        yield "FAIL", f"{url}: {problem}"
    yield from _alerts(alerts)
    if any(one.search.channel == "mail" for one in alerts):
        mail.server(load_config.load(path, environ).settings)  # raises where the settings lack something
    if not problems:
        yield "ok", f"database ({store.dialect}): {counted['articles']} articles, {counted['waiting']} pages wait"


def _alerts(alerts: Sequence[ListedSearch]) -> Iterator[Finding]:
    for one in alerts:
        name, given_up = one.search.name, one.waiting.given_up
        if one.problem:
            yield "FAIL", f"alert {name}: {one.problem}; `aggregator alerts test {name}` tries it now"
        if given_up:
            yield "note", f"alert {name}: deliveries that never arrived and were given up: {given_up}"
    if alerts:
        yield "ok", f"alerts: {len(alerts)}, {sum(one.waiting.deliveries for one in alerts)} deliveries wait"


def _folder(url: str) -> Iterator[Finding]:
    file = paths.database_file(url)
    if file is not None and not os.access(file.parent, os.W_OK | os.X_OK):
        yield "FAIL", f"{file.parent.resolve()}: no file can be made in this folder; check who owns it"


def _writing(store: Store) -> Iterator[Finding]:
    """Does what a fetch does before it asks for anything: takes its lock, and begins to write."""
    with locks.hold(store, "fetch") as held:
        if not held:
            yield "note", "a fetch is running"
    with store.write():
        pass


def _network(path: Path | None, environ: Mapping[str, str]) -> Iterator[Finding]:
    config = load_config.load(path, environ)
    if not config.feeds:
        yield "note", "network: not tried, as there are no feeds"
        return
    first = config.feeds[0]
    response = download(first.url, config.settings, first.allow_private_networks)
    yield "ok", f"network: {first.url} answered {response.status} in {response.elapsed:.1f} s"
    yield from _clock(response)


def _mail(path: Path | None, environ: Mapping[str, str]) -> Iterator[Finding]:
    settings = load_config.load(path, environ).settings
    if settings.smtp_host is None:
        return
    smtp = mail.server(settings)
    try:
        mail.check(smtp, MAX_MAIL_SECONDS)
    except DeliveryError as error:
        yield "FAIL", f"mail can't be sent: {error}"
        return
    yield "ok", f"mail: {smtp.host}:{smtp.port} answers" + (f", {smtp.user} may log in" if smtp.user else "")


def _clock(response: Response) -> Iterator[Finding]:
    theirs = http_date(response.headers.get("date"))
    if theirs is None:
        return
    off = abs((datetime.now(UTC) - theirs).total_seconds())
    said = f"clock: {off:.0f} s away from the server's"
    yield ("ok", said) if off <= MAX_CLOCK_ERROR else ("FAIL", f"{said}; set it, best by NTP")
