"""`aggregator daemon`: polls and fetches until it is stopped."""

import os

import typer

from aggregator.cli import gc_tuning, global_options


def daemon(ctx: typer.Context) -> None:
    """Poll and fetch for as long as it runs. SIGTERM or SIGINT ends it; SIGHUP reads feeds.yaml again.

    \b
    aggregator -v daemon
    """
    from aggregator.engines.daemon import run

    gc_tuning.tune_for_long_run()
    options = global_options.of(ctx)
    raise typer.Exit(run(options.config_path(), options.store_url(), os.environ))
