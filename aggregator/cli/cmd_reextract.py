"""`aggregator reextract`: the kept raw pages, read again by today's extractor."""

import heapq
import sys
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli import global_options, output, shared_run
from aggregator.cli.count_bar import bar
from aggregator.cli.shared_options import (
    AsJson,
    Feed,
    Report,
    ReportFormat,
    Since,
    Site,
    Until,
    chosen,
    since_time,
    until_time,
)

if TYPE_CHECKING:
    from aggregator.archive.reextract import Change, Totals

MAX_SHOWN_CHANGES = 30
INTERRUPTED = 130  # exit code


def reextract(
    ctx: typer.Context,
    since: Since = None,
    until: Until = None,
    site: Site = None,
    feed: Feed = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only report; change nothing.")] = False,
    form: ReportFormat = Report.TABLE,
    json: AsJson = False,
) -> None:
    """Extract the kept raw pages again with today's extractor, and report what changed.

    An article that is read differently gets its new text and facts; its id, address, story and earlier texts stay, and
    no revision is made, because the page did not change. One whose page holds no article any more stays as it was and
    is reported. Selectors of feeds.yaml apply as in a fetch. It may be interrupted: what is done is done.

    On PostgreSQL feeds.yaml is synced, and the workers of the cluster share the work; this command is one of them, and
    ends when all is done. Interrupted, they go on without it; run again, it waits for the rest and reports on all.

    \b
    aggregator reextract --dry-run --since 7d
    aggregator reextract --site example.org
    aggregator reextract --format json > report.json
    """
    from aggregator.archive.reextract import Reextraction, Totals
    from aggregator.archive.search import Search

    options, now = global_options.of(ctx), datetime.now(UTC)
    asked = Search("", since_time(since, now), until_time(until, now), feed, site)
    totals = Totals()
    as_json = chosen(ctx, form, json) is Report.JSON
    printed: _PrintedTable | _PrintedJson = _PrintedJson(dry_run) if as_json else _PrintedTable(dry_run)
    code = 0
    with options.existing_store() as store, bar(quiet=options.quiet) as told:
        if store.dialect == "postgresql" and not dry_run:
            given = {"--since": since, "--until": until, "--site": site, "--feed": feed}
            typed = " ".join(f"{name} {value}" for name, value in given.items() if value)
            if not shared_run.of(options, store, told).read_again(asked, typed, printed.add, totals):
                code = INTERRUPTED
        else:

            def progress(totals: Totals) -> None:
                if told is not None:
                    told("pages read", totals.done, totals.pages)

            config = options.load_config()
            run = Reextraction(store, config, asked, dry_run, int(time.time()), printed.add, progress, totals)
            try:
                run.run()
            except KeyboardInterrupt:
                code = INTERRUPTED
    printed.finish(totals, interrupted=code == INTERRUPTED)
    if code or totals.exit_code:
        raise typer.Exit(code or totals.exit_code)


@dataclass(slots=True)
class _PrintedJson:
    """Prints one object as the run goes on: there may be more changes than fit into memory."""

    dry_run: bool
    written: int = 0

    def add(self, change: "Change") -> None:
        import json

        print(f'{{"dry_run": {json.dumps(self.dry_run)}, "articles": [' if not self.written else ",")
        record = {**asdict(change), "fields": list(change.fields)}
        print(json.dumps(record, ensure_ascii=False), end="")
        self.written += 1

    def finish(self, totals: "Totals", *, interrupted: bool) -> None:
        import json

        if not self.written:
            print(f'{{"dry_run": {json.dumps(self.dry_run)}, "articles": [', end="")
        print(f'\n], "totals": {json.dumps(asdict(totals))}, "interrupted": {json.dumps(interrupted)}}}')


@dataclass(slots=True)
class _PrintedTable:
    """Prints the largest changes and the totals."""

    dry_run: bool
    largest: list[tuple[int, int, "Change"]] = field(default_factory=list)
    reported: int = 0

    def add(self, change: "Change") -> None:
        self.reported += 1
        words = change.words_added + change.words_removed
        size = words if change.outcome == "changed" else sys.maxsize  # what a person should look at comes first
        heapq.heappush(self.largest, (size, -change.id, change))
        if len(self.largest) > MAX_SHOWN_CHANGES:
            heapq.heappop(self.largest)

    def finish(self, totals: "Totals", *, interrupted: bool) -> None:
        if self.largest:
            columns = [
                output.Column("id", right=True),
                output.Column("title", flexible=3),
                output.Column("version"),
                output.Column("words", right=True),
                output.Column("what changed", flexible=2),
            ]
            output.table(columns, [_row(change) for *_, change in sorted(self.largest, reverse=True)])
        if self.reported > len(self.largest):
            print(f"and {self.reported - len(self.largest)} articles more; --format json prints all\n")
        would = "would change" if self.dry_run else "changed"
        counts = [(totals.changed, would), (totals.unchanged, "unchanged"), (totals.no_article, "no article any more")]
        counts += [(totals.failed, "failed")] if totals.failed else []
        print(f"{totals.done} of {totals.pages} raw pages read: " + ", ".join(f"{n} {what}" for n, what in counts))
        print(f"articles without a raw page: {totals.without_raw_page}")
        if interrupted:
            print("interrupted; what was done is stored" if not self.dry_run else "interrupted", file=sys.stderr)


def _row(change: "Change") -> tuple[object, ...]:
    version = f"{change.old_version} → {change.new_version or '?'}"
    title = change.title or change.url
    if change.outcome == "no_article":
        return change.id, title, version, "", "no article on the page any more; left as it was"
    if change.outcome == "failed":
        return change.id, title, version, "", f"failed: {change.error}"
    fields = [name for name in change.fields if name != "word_count"]  # the column before says it
    return change.id, title, version, f"+{change.words_added} −{change.words_removed}", fields
