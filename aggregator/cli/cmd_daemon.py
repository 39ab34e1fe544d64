"""`aggregator daemon`: polls and fetches until it is stopped."""

import os
from typing import Annotated

import typer

from aggregator.cli import cmd_worker, gc_tuning, global_options
from aggregator.cli.cmd_serve import AllowHost, Host, Port, RootPath, TrustProxy
from aggregator.cli.cmd_worker import Engine
from aggregator.config import paths
from aggregator.errors import UsageError


def daemon(
    ctx: typer.Context,
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve the archive too, as `aggregator serve` with these options.")
    ] = False,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    root_path: RootPath = "",
    allow_host: AllowHost = None,
    trust_proxy: TrustProxy = None,
) -> None:
    """Poll and fetch for as long as it runs. SIGTERM or SIGINT ends it; SIGHUP reads feeds.yaml again.

    On PostgreSQL it is a worker (`aggregator worker`) with a feeds.yaml: for the first of several machines.

    \b
    aggregator -v daemon
    aggregator daemon --serve --port 8080
    """
    gc_tuning.tune_for_long_run()
    options = global_options.of(ctx)
    path, url = options.config_path(), options.store_url()
    if path is None:
        raise UsageError("no feeds.yaml here; make one with `aggregator feeds add URL`, or name one with --config")
    run = cmd_worker.engine() if paths.database_file(url) is None else _engine()
    if not serve:
        raise typer.Exit(run(path, url, os.environ))
    from aggregator.engines.log_progress import log_progress
    from aggregator.web.extraction_time import ExtractionTime
    from aggregator.web.serve import Address, server, serving

    address = Address(host, port, root_path, allow_host or (), trust_proxy or ())
    with options.open_store() as store:
        extraction = ExtractionTime()
        web = server(store, address, options.editable_config(), os.environ, extraction)
        with serving(web, address, options.say_at_once):
            raise typer.Exit(run(path, url, os.environ, report=extraction.reporting_to(log_progress)))


def _engine() -> Engine:
    from aggregator.engines.daemon import run

    return run
