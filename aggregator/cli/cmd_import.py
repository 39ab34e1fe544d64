"""`aggregator import`: articles or pages from a file."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli import global_options, output
from aggregator.cli.count_bar import bar
from aggregator.cli.shared_options import AsJson
from aggregator.errors import AggregatorError, UsageError

if TYPE_CHECKING:
    from aggregator.archive.import_articles import Counts
    from aggregator.archive.import_pages import PageCounts
    from aggregator.model import Tell


def import_articles(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help=".jsonl or .parquet, .gz or .zst on top; .warc or .warc.gz; - is stdin."),
    ],
    json: AsJson = False,
) -> None:
    """Take in articles in the export's schema, of which only url and text must be there, or pages in WARC.

    Pages go through the extractor like fetched ones; what is no article is counted by reasons. Safe to repeat; of a
    WARC file what was interrupted goes on where it was. A line or record that can't be used is told of and left out;
    exit code 1 then. Parquet needs the extra aggregator[parquet], WARC aggregator[warc].

    \b
    aggregator import archive.jsonl.zst
    aggregator import CC-NEWS-20240501005312-00042.warc.gz
    """
    from aggregator.archive.line_files import kind_of, opened

    if file != "-" and not Path(file).exists():
        opened(file)  # raises: a mistake in its name is told of before a database is made
    options = global_options.of(ctx)
    are_pages = kind_of(file) == ".warc"
    if are_pages and file.lower().endswith(".zst"):
        raise UsageError(f"{file}: WARC is read as .warc or .warc.gz; unpack it first")
    try:
        with bar(quiet=options.quiet) as progress:
            counts = _pages(options, file, progress) if are_pages else _articles(options, file, progress)
    except KeyboardInterrupt:
        print("aggregator: interrupted; what was taken in stays, import the file again for the rest", file=sys.stderr)
        raise typer.Exit(130) from None
    if json:
        output.one(asdict(counts))
    else:
        _print(options, counts)
    if counts.failed:
        what = output.count(counts.failed, "record" if are_pages else "line")
        raise AggregatorError(f"{file}: {what} could not be used, the rest was")


def _articles(options: global_options.Globals, file: str, progress: "Tell | None") -> "Counts":
    from aggregator.archive.import_articles import import_file

    with options.open_store() as store:
        return import_file(store, file, _tell, progress=progress)


def _pages(options: global_options.Globals, file: str, progress: "Tell | None") -> "PageCounts":
    from aggregator.archive.import_pages import import_pages

    settings = options.load_config().settings
    with options.open_store() as store:
        return import_pages(store, file, settings, _tell, progress=progress)


def _print(options: global_options.Globals, counts: "Counts | PageCounts") -> None:
    options.say(f"{counts.new} new, {counts.updated} updated, {counts.unchanged} unchanged, {counts.failed} failed")
    reasons = getattr(counts, "no_article", None)
    if reasons and not options.quiet:
        columns = [output.Column("no article"), output.Column("records", right=True)]
        output.table(
            columns, [(reason, f"{many:,}") for reason, many in sorted(reasons.items(), key=lambda one: -one[1])]
        )


def _tell(line: str) -> None:
    print(f"aggregator: {line}", file=sys.stderr)
