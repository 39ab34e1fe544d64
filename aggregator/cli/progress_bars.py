"""Shows progress on a terminal: a bar for the feeds, one for the pages. rich is imported where there are bars."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aggregator.cli.output import console
from aggregator.engines.fetch import Due, PageDone, PagesFound, Polled, Report, Waiting
from aggregator.visit import Progress as Event

if TYPE_CHECKING:
    from rich.progress import Progress


@contextmanager
def reporter(*, quiet: bool) -> Iterator[Report]:
    """Yields what a fetch reports to. `quiet`: no bars; only that it waits for another fetch is told."""
    if quiet:
        yield _tell_waiting
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(sys.stderr), transient=True) as bars:
        yield _Bars(bars)


def _tell_waiting(event: Event | Waiting | Due) -> None:
    if isinstance(event, Waiting):
        print(f"another fetch is running; waiting for it, at most {event.seconds} s", file=sys.stderr)


class _Bars:
    """Moves the bars."""

    def __init__(self, bars: "Progress") -> None:
        self._bars = bars
        self._feeds = bars.add_task("feeds polled", total=None)
        self._pages = bars.add_task("pages fetched", total=0)
        self._found = 0

    def __call__(self, event: Event | Waiting | Due) -> None:
        if isinstance(event, Waiting):
            self._bars.console.print(f"another fetch is running; waiting for it, at most {event.seconds} s")
        elif isinstance(event, Due):
            self._bars.update(self._feeds, total=event.feeds)
        elif isinstance(event, Polled):
            self._bars.advance(self._feeds)
        elif isinstance(event, PagesFound):
            self._found += event.count
            self._bars.update(self._pages, total=self._found)
        elif isinstance(event, PageDone) and not event.from_feed:
            self._bars.advance(self._pages)
