"""`aggregator doctor`: whether everything the program needs is in order, and what to do."""

import os

import typer

from aggregator.cli import global_options, output

_STYLES = {"ok": "green", "note": "yellow", "FAIL": "bold red"}


def doctor(ctx: typer.Context) -> None:
    """Check configuration, database, network and clock; exit 1 if something is wrong.

    The network is asked for the first feed of feeds.yaml, and its answer's date is compared with the clock.

    \b
    aggregator doctor
    """
    from aggregator.engines.doctor import examine

    options = global_options.of(ctx)
    failed = False
    for kind, text in examine(options.config, options.database, os.environ):
        if kind == "FAIL" or not options.quiet:
            output.labelled(kind.ljust(6), _STYLES[kind], text)
        failed |= kind == "FAIL"
    if failed:
        raise typer.Exit(1)
