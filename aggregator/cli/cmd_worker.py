"""`aggregator worker`: one of any number that poll and fetch for one archive on PostgreSQL."""

import os
from collections.abc import Callable
from typing import Annotated

import typer

from aggregator.cli import gc_tuning, global_options
from aggregator.config import paths
from aggregator.engines.part import Part
from aggregator.errors import UsageError, needing

Engine = Callable[..., int]
"""Runs until it is stopped: feeds.yaml, the database's URL, the environment, whom to tell; returns the exit code."""


def engine() -> Engine:
    """Returns the engine of workers. Raises UsageError where its packages are not installed."""
    with needing("postgres", "procrastinate", "a worker"):
        from aggregator.engines.worker import run
    return run


def worker(
    ctx: typer.Context,
    only: Annotated[Part, typer.Option(help="Fetch alone, or extract what others fetched.")] = Part.ALL,
) -> None:
    """Poll and fetch beside other workers, on any machines, with one archive on PostgreSQL.

    Workers share the sites that are due: each is visited by one at a time, its gap kept between them all. One may be
    killed or cut off at any time; what it was at is taken up by another within a minute. Where there is a feeds.yaml it
    is synced, and again at SIGHUP; without one, subscriptions and settings are those of the database. SIGTERM or SIGINT
    ends it, after the requests under way.

    With `--only fetch` a worker keeps the pages as they came, for those with `--only extract` or without the option:
    so machines with many cores and no way to the sites can share the work.

    \b
    aggregator --database postgresql://news@db.example/news db upgrade
    aggregator --database postgresql://news@db.example/news worker
    AGGREGATOR_VISITS=100 aggregator --database postgresql://news@db.example/news worker
    aggregator --database postgresql://news@db.example/news worker --only extract
    """
    options = global_options.of(ctx)
    url = options.store_url()
    if paths.database_file(url) is not None:
        raise UsageError("worker: needs PostgreSQL, --database postgresql://…; on SQLite run `aggregator daemon`")
    run = engine()
    gc_tuning.tune_for_long_run()
    raise typer.Exit(run(options.config_path(), url, os.environ, part=only))
