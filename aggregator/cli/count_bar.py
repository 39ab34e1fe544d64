"""Shows on a terminal how far work has come whose end is known."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aggregator.cli import output

if TYPE_CHECKING:
    from aggregator.model import Tell


@contextmanager
def bar(*, quiet: bool) -> "Iterator[Tell | None]":
    """Yields what is told what is done, how much of it and of how much; None where no bar is shown, for `quiet` and
    where stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=output.console(sys.stderr), transient=True) as bars:
        task = bars.add_task("", total=None)
        yield lambda what, done, total: bars.update(task, description=what, completed=done, total=total)
