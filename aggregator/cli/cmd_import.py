"""`aggregator import`: articles from a file."""

import sys
from typing import Annotated

import typer

from aggregator.cli import global_options, output
from aggregator.cli.count_bar import bar
from aggregator.errors import AggregatorError


def import_articles(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help=".jsonl, .gz or .zst on top; - is standard input.")],
) -> None:
    """Take in articles in the export's schema; of each line only url and text must be there. Safe to repeat.

    A line that can't be used is told of and left out; exit code 1 then.

    \b
    aggregator import archive.jsonl.zst
    """
    from aggregator.archive.import_articles import import_file

    options = global_options.of(ctx)
    try:
        with options.open_store() as store, bar(quiet=options.quiet) as progress:
            counts = import_file(store, file, _tell, progress=progress)
    except KeyboardInterrupt:
        print("aggregator: interrupted; what was taken in stays, import the file again for the rest", file=sys.stderr)
        raise typer.Exit(130) from None
    options.say(f"{counts.new} new, {counts.updated} updated, {counts.unchanged} unchanged, {counts.failed} failed")
    if not counts.ok:
        raise AggregatorError(f"{file}: {output.count(counts.failed, 'line')} could not be used, the rest was")


def _tell(line: str) -> None:
    print(f"aggregator: {line}", file=sys.stderr)
