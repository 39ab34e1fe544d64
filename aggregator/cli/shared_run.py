"""Prepares what a command has the workers of a cluster do."""

import sys
from typing import TYPE_CHECKING

from aggregator.cli.global_options import Globals
from aggregator.errors import needing

if TYPE_CHECKING:
    from aggregator.engines.batch_run import Run
    from aggregator.model import Tell
    from aggregator.store.engine import Store


def of(options: Globals, store: "Store", progress: "Tell | None") -> "Run":
    """Returns a command's run on PostgreSQL. Raises UsageError where the packages of workers are not installed."""
    with needing("postgres", "procrastinate", "PostgreSQL"):
        from aggregator.engines.batch_run import Run

    def say(words: str) -> None:
        if not options.quiet:
            print(f"aggregator: {words}", file=sys.stderr)

    return Run(store, options.config_path(), progress or (lambda *_: None), say)
