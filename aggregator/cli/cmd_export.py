"""`aggregator export`: articles into a file."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from aggregator.cli import global_options, output
from aggregator.cli.count_bar import bar
from aggregator.cli.shared_options import Feed, Lang, Since, Site, Until, since_time, until_time


def export(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help=".jsonl, .csv or .parquet, .gz or .zst on top; - is stdout.")
    ],
    query: Annotated[str, typer.Option("--query", metavar="QUERY", help="Only what this search finds.")] = "",
    since: Since = None,
    until: Until = None,
    feed: Feed = None,
    site: Site = None,
    lang: Lang = None,
) -> None:
    """Write every article, copies too, in the order of their ids.

    .jsonl and .parquet hold all there is, earlier texts too, and can be imported again. Parquet needs the extra
    aggregator[parquet]. The file appears when it is complete.

    \b
    aggregator export archive.jsonl.zst
    aggregator export week.csv --since 7d --lang en
    aggregator export archive.parquet --query 'budget AND vote'
    """
    from aggregator.archive.export import export as write
    from aggregator.archive.export import writer
    from aggregator.archive.search import Search

    writer(file)  # a mistake in its name is told of before a database that is missing
    options = global_options.of(ctx)
    options.refuse_own_file(file)
    now = datetime.now(UTC)
    asked = Search(query, since_time(since, now), until_time(until, now), feed, site, lang)
    try:
        with options.existing_store() as store, bar(quiet=options.quiet) as progress:
            written = write(store, file, asked, progress)
    except KeyboardInterrupt:
        if file != "-":
            print(f"aggregator: interrupted; {file} was not written", file=sys.stderr)
        raise typer.Exit(130) from None
    if not options.quiet:
        said = f"{file}: {output.count(written, 'article')}"
        print(said, file=sys.stderr if file == "-" else sys.stdout)
