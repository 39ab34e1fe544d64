"""`aggregator db …`: maintenance of the database."""

import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli import global_options, output, shared_run
from aggregator.cli.count_bar import bar
from aggregator.cli.help import Command
from aggregator.cli.shared_options import AsJson

if TYPE_CHECKING:
    from aggregator.model import Tell
    from aggregator.store.engine import Store
    from aggregator.store.upkeep.sizes import Share

_MOST_TABLES, _MOST_SHARES = 12, 20  # shown; the others are added up

commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The database: check, back up, prune, rebuild."
)


@commands.command(cls=Command)
def upgrade(ctx: typer.Context) -> None:
    """Bring the database to this version. SQLite does it by itself; PostgreSQL waits for this command.

    What was interrupted goes on where it was when the command is run again.
    """
    from aggregator.store import engine

    options = global_options.of(ctx)
    options.say(f"the database is at version {engine.upgrade(options.store_url())}")


@commands.command(cls=Command)
def check(ctx: typer.Context) -> None:
    """Look for anything that is wrong with the database; exit 1 if there is."""
    from aggregator.store.upkeep import maintenance

    options = global_options.of(ctx)
    with options.existing_store() as store:
        problems = list(maintenance.check(store))
    for problem in problems:
        print(problem)
    options.say(f"{output.count(len(problems), 'problem')} found" if problems else "nothing wrong")
    if problems:
        raise typer.Exit(1)


@commands.command(cls=Command)
def backup(ctx: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Copy an SQLite database, whole and consistent, while others use it.

    \b
    aggregator db backup /backups/aggregator-monday.db
    """
    from aggregator.store.upkeep import maintenance

    options = global_options.of(ctx)
    options.refuse_own_file(str(file))
    with options.existing_store() as store, bar(quiet=options.quiet) as progress:
        maintenance.backup(store, file, progress)
    options.say(f"{file}: {file.stat().st_size:,} bytes")


@commands.command(cls=Command)
def prune(
    ctx: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go; change nothing.")] = False,
) -> None:
    """Remove what `keep`, `keep_in_all`, `keep_raw` and `poll_log_keep` of feeds.yaml no longer ask for.

    The daemon does it too. On PostgreSQL raw pages and polls that are kept for 28 days or more go by whole months, when
    the last day of a month is past it.

    \b
    aggregator db prune --dry-run
    """
    from aggregator.archive.prune import excess
    from aggregator.archive.prune import prune as remove
    from aggregator.subscriptions.sync import load, synced_settings

    options, now = global_options.of(ctx), int(time.time())
    path = options.config_path()
    with options.existing_store() as store:
        if dry_run:
            found = excess(store, load(store, path)[0], now)
            counts = f"{found.articles} articles, {found.raw_pages} raw pages, {found.polls} polls"
            print(f"{counts} would be removed")
            return
        if path is not None:  # what is kept is what feeds.yaml says now, not what it said at the last fetch
            synced_settings(store, path, os.environ, now)
        gone = remove(store, now)
    options.say(
        f"{gone.articles} articles, {gone.raw_pages} raw pages, {gone.polls} polls, {gone.tombstones} tombstones, "
        f"{gone.memories} site memories removed"
    )


@commands.command(cls=Command)
def rebuild(ctx: typer.Context) -> None:
    """Make anew what is derived from the articles: the search index, and what copies and stories are found by.

    For when `db check` finds it wrong. What was interrupted goes on where it was. Stories stay as they are. On
    PostgreSQL the workers of the cluster share the work, and go on with it when this command is ended.
    """
    options = global_options.of(ctx)
    try:
        with options.existing_store() as store, bar(quiet=options.quiet) as progress:
            if store.path:
                _rebuilt_alone(store, progress)
            else:
                indexed, read = shared_run.of(options, store, progress).rebuild()
                _print_indexed(indexed)
                _print_read(read)
    except KeyboardInterrupt:
        print("aggregator: interrupted; run it again, it goes on where it was", file=sys.stderr)
        raise typer.Exit(130) from None


def _rebuilt_alone(store: "Store", progress: "Tell | None") -> None:
    from aggregator.store.grouping import rebuild_stories
    from aggregator.store.searching import rebuild_index

    with store.write() as unit:
        rebuild_index.begin(unit, anyhow=True)
    _print_indexed(sum(rebuild_index.batches(store.write)))
    _print_read(rebuild_stories.rebuild(store, progress))


def _print_indexed(articles: int) -> None:
    print(f"{articles:,} articles indexed", flush=True)


def _print_read(articles: int) -> None:
    print(f"{articles:,} articles read for copies and stories")


@commands.command("migrate-to", cls=Command)
def migrate_to(ctx: typer.Context, url: Annotated[str, typer.Argument(metavar="URL")]) -> None:
    """Move the whole archive into an empty database: from SQLite to PostgreSQL, back, or into another file.

    \b
    aggregator db migrate-to postgresql://news@db.example.org/news
    aggregator --database postgresql://news@db.example.org/news db migrate-to sqlite:///archive.db

    \b
    Stop daemon, workers and fetches first. What was interrupted goes on where it was when the command is run again.
    All rows are compared at the end; what differs is printed, with exit 1. The source stays as it is.
    """
    from aggregator.store.upkeep import move_archive

    options = global_options.of(ctx)
    with options.existing_store() as store:
        try:
            with bar(quiet=options.quiet) as progress:
                moved = move_archive.move(store, url, progress or (lambda *_: None))
        except KeyboardInterrupt:
            print("aggregator: interrupted; run it again, it goes on where it was", file=sys.stderr)
            raise typer.Exit(130) from None
    for line in moved.differences:
        print(line)
    if moved.differences:
        print("aggregator: the target is not the same; empty it and move again", file=sys.stderr)
        raise typer.Exit(1)
    if moved.written_to:
        print("aggregator: the source was written to meanwhile; that is not in the target", file=sys.stderr)
    options.say(f"{moved.rows:,} rows moved and compared, {moved.articles:,} articles indexed")


@commands.command(cls=Command)
def stats(ctx: typer.Context, json: AsJson = False) -> None:
    """Count what the database holds, and where its bytes are: by table, by site, by month.

    A table is counted with its indexes; a site and a month with the texts, raw pages and earlier texts of their
    articles, before indexes. All sites and months are in --json. It reads the whole database once.
    """
    from aggregator.store.upkeep import maintenance, sizes

    with global_options.of(ctx).existing_store() as store, store.read() as conn:
        counted, tables = maintenance.stats(conn), sizes.by_table(conn)
        sites, months = sizes.by_site_and_month(conn)
    if json:
        shares = {"sites": [asdict(one) for one in sites], "months": [asdict(one) for one in months]}
        output.one({**counted, "tables": tables, **shares})
        return
    columns = [output.Column("what"), output.Column("how many", right=True)]
    output.table(columns, [(name.replace("_", " "), f"{count:,}") for name, count in counted.items()])
    columns = [output.Column("table"), output.Column("bytes", right=True), output.Column("%", right=True)]
    whole = sum(tables.values()) or 1
    largest = list(tables.items())[:_MOST_TABLES]
    if len(tables) > len(largest):
        largest.append((f"{len(tables) - len(largest)} more", whole - sum(size for _, size in largest)))
    output.table(columns, [(name, f"{size:,}", f"{100 * size / whole:.0f}") for name, size in largest])
    _print_shares("site", sites)
    _print_shares("month", months)


def _print_shares(what: str, shares: "list[Share]") -> None:
    columns = [output.Column(what), output.Column("articles", right=True), output.Column("bytes", right=True)]
    rows = [(one.name, f"{one.articles:,}", f"{one.bytes:,}") for one in shares[:_MOST_SHARES]]
    if rest := shares[_MOST_SHARES:]:
        many, size = sum(one.articles for one in rest), sum(one.bytes for one in rest)
        rows.append((f"{len(rest):,} more", f"{many:,}", f"{size:,}"))
    output.table(columns, rows)
