"""`aggregator import`: articles from a file."""

import sys
from typing import Annotated

import typer

from aggregator.cli import global_options


def import_articles(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help=".jsonl, .gz or .zst on top; - is standard input.")],
) -> None:
    """Take in articles in the export's schema; of each line only url and text must be there. Safe to repeat.

    \b
    aggregator import archive.jsonl.zst
    """
    from aggregator.archive.import_articles import import_file

    with global_options.of(ctx).open_store() as store:
        counts = import_file(store, file, lambda line: print(f"aggregator: {line}", file=sys.stderr))
    print(f"{counts.new} new, {counts.updated} updated, {counts.unchanged} unchanged, {counts.failed} failed")
    if not counts.ok:
        raise typer.Exit(1)
