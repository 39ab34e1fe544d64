"""Prints results: tables for people; json, jsonl and csv for programs."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from aggregator.cli.shared_options import Format

if TYPE_CHECKING:
    from rich.console import Console

WIDTH_OF_FILES = 100  # of a table that goes to a file or a pipe


@dataclass(frozen=True, slots=True)
class Column:
    """Describes a column of a table. `flexible` ones share what width the others leave, in proportion to it.

    Others never wrap; what is longer than `most` characters is cut.
    """

    title: str
    flexible: int = 0
    right: bool = False
    most: int | None = None


def console(stream: TextIO | None = None) -> "Console":
    """Returns a console for a terminal or a file: no colour in a file, nor with NO_COLOR; COLUMNS sets the width."""
    from rich.console import Console

    stream = stream or sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else WIDTH_OF_FILES
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Prints a table as wide as the terminal, one line a row unless a flexible column needs more."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False, header_style="bold")
    for column in columns:
        grid.add_column(
            column.title,
            ratio=column.flexible or None,
            no_wrap=not column.flexible,
            justify="right" if column.right else "left",
            overflow="fold" if column.flexible else "ellipsis",
            max_width=column.most,
        )
    for row in rows:
        grid.add_row(*(Text(cell(value)) for value in row))
    grid.expand = any(column.flexible for column in columns)
    out = console()
    with out.capture() as captured:
        out.print(grid)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()).strip("\n"), end="\n\n")


def cell(value: object) -> str:
    """Writes a value for people: nothing for None, lists with commas, no control characters; lines stay."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(cell(item) for item in value)
    from aggregator.text import squeeze

    return "\n".join(squeeze(line) for line in str(value).split("\n"))


def day_time(text: str | None) -> str:
    """Writes an ISO time of a record as people read it: `2026-01-31 08:00`."""
    return (text or "")[:16].replace("T", " ")


def objects(records: Iterable[Mapping[str, object]], form: Format) -> None:
    """Prints records as json (one list), jsonl (one a line) or csv (with a header)."""
    import json

    if form is Format.JSONL:
        for record in records:
            print(json.dumps(record, ensure_ascii=False))
    elif form is Format.CSV:
        _print_csv(list(records))
    else:
        print(json.dumps(list(records), ensure_ascii=False, indent=2))


def one(record: Mapping[str, object]) -> None:
    """Prints one object as JSON."""
    import json

    print(json.dumps(record, ensure_ascii=False, indent=2))


def _print_csv(records: Sequence[Mapping[str, object]]) -> None:
    if not records:
        return
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(records[0])
    for record in records:
        writer.writerow("; ".join(map(str, v)) if isinstance(v, list | tuple) else v for v in record.values())


def parts(*texts: str | None) -> str:
    """Joins title, lead and text: those that are there, an empty line between two, one newline at the end."""
    return "\n\n".join(text.strip("\n") for text in texts if text and text.strip()) + "\n"
