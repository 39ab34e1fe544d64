"""Prints results: tables for people; json, jsonl and csv for programs."""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TextIO

from aggregator.cli.shared_options import Format

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

STATE_STYLES = {
    **{"healthy": "green", "moved": "yellow", "silent": "yellow", "slow": "yellow"},
    **dict.fromkeys(("failing", "blocked", "gone"), "bold red"),
}
"""How the states of feeds are coloured."""
MIN_FLEXIBLE = 24  # characters: a narrower column of text is no longer read
_GAP = 3  # between two columns
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


@dataclass(frozen=True, slots=True)
class Cell:
    """A value that is coloured on a terminal: all of it (`style`, as rich names it), or what `marked` finds in it."""

    value: object
    style: str = ""
    marked: "re.Pattern[str] | None" = None


def console(stream: TextIO | None = None) -> "Console":
    """Returns a console for a terminal or a file: no colour in a file, nor with NO_COLOR; COLUMNS sets the width."""
    from rich.console import Console

    stream = stream or sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else WIDTH_OF_FILES
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def table(columns: Sequence[Column], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Prints a table as wide as the terminal, without the columns in which nothing stands. Where the terminal is too
    narrow for that, each row is printed as lines of its own."""
    texts = [[_text(value) for value in row] for row in rows]
    used = [n for n in range(len(columns)) if not texts or any(row[n].plain for row in texts)]
    columns, texts = [columns[n] for n in used], [[row[n] for n in used] for row in texts]
    out = console()
    widths = _widths(columns, texts, out.width)
    with out.capture() as captured:
        if title:
            out.print(title, style="italic", end="\n\n")
        if widths is None:
            _print_stacked(out, columns, texts)
        else:
            out.print(_grid(columns, texts, widths), no_wrap=True, crop=False)
    print("\n".join(line.rstrip() for line in captured.get().splitlines()).strip("\n"), end="\n\n")


def labelled(label: str, style: str, text: str) -> None:
    """Prints a line behind a label that is coloured on a terminal, however wide it is."""
    from rich.text import Text

    console().print(Text.assemble((label, style), cell(text)), soft_wrap=True)


def _text(value: object) -> "Text":
    from rich.text import Text

    styled = value if isinstance(value, Cell) else Cell(value)
    text = Text(cell(styled.value), styled.style)
    if styled.marked:
        text.highlight_regex(styled.marked, "bold yellow")
    return text


def _widths(columns: Sequence[Column], rows: "list[list[Text]]", width: int) -> list[int] | None:
    """Returns how wide each column is; None where a flexible one would be too narrow for people, or for a URL."""
    from rich.cells import cell_len

    def widest(n: int) -> int:
        lines = [line for row in rows for line in row[n].plain.split("\n")]
        return max(map(cell_len, [columns[n].title, *lines]))

    natural = [widest(n) if not column.most else min(widest(n), column.most) for n, column in enumerate(columns)]
    least = list(natural)
    for n, column in enumerate(columns):
        if column.flexible:
            urls = [len(word) for row in rows for word in row[n].plain.split() if "://" in word]
            least[n] = max([min(natural[n], MIN_FLEXIBLE), *urls])
    spare = width - sum(least) - _GAP * (len(columns) - 1) - 2
    if spare < 0:
        return None
    wanting = [n for n, column in enumerate(columns) if column.flexible and natural[n] > least[n]]
    while spare > 0 and wanting:
        shares = sum(columns[n].flexible for n in wanting)
        for n in wanting:
            more = min(natural[n] - least[n], max(1, spare * columns[n].flexible // shares), spare)
            least[n] += more
            spare -= more
            shares -= columns[n].flexible
        wanting = [n for n in wanting if natural[n] > least[n]]
    return least


def _grid(columns: Sequence[Column], rows: "list[list[Text]]", widths: list[int]) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column, width in zip(columns, widths, strict=True):
        justify: Literal["left", "right"] = "right" if column.right else "left"
        grid.add_column(column.title, justify=justify, no_wrap=True, overflow="ellipsis", width=width)
    for row in rows:
        cells = [
            Text("\n").join(wrapped(text, width)) if column.flexible else text
            for column, text, width in zip(columns, row, widths, strict=True)
        ]
        grid.add_row(*cells)
    return grid


def _print_stacked(out: "Console", columns: Sequence[Column], rows: "list[list[Text]]") -> None:
    from rich.text import Text

    for number, row in enumerate(rows):
        if number:
            out.print()
        for column, text in zip(columns, row, strict=True):
            if not text.plain:
                continue
            whole = Text.assemble((f"{column.title}: " if column.title else "", "bold"), text)
            for nth, line in enumerate(wrapped(whole, out.width - 2)):
                out.print(Text("  " if nth else "") + line, soft_wrap=True)


def wrapped(text: "Text", width: int) -> "list[Text]":
    """Returns the lines of a text, none wider than `width` but those of a URL, which is never broken."""
    from rich.cells import cell_len
    from rich.text import Text

    lines: list[Text] = []
    for paragraph in text.split("\n", allow_blank=True):
        plain, start, end = paragraph.plain, 0, 0
        for first, last in _words(plain, width):
            if end and cell_len(plain[start:last]) > width:
                lines.append(paragraph[start:end])
                start = first
            elif not end:
                start = first
            end = last
        lines.append(paragraph[start:end] if end else Text(""))
    return lines


def _words(plain: str, width: int) -> "Iterator[tuple[int, int]]":
    """Yields where the words of a line are; one that is wider than `width` and no URL in pieces."""
    from rich.cells import cell_len, chop_cells

    for word in re.finditer(r"\S+", plain):
        if "://" in word[0] or cell_len(word[0]) <= width:
            yield word.span()
            continue
        at = word.start()
        for piece in chop_cells(word[0], max(width, 2)):
            yield at, at + len(piece)
            at += len(piece)


def text_width() -> int | None:
    """Returns how wide text is to be for people: that of the terminal or of COLUMNS; None for a file or a pipe."""
    return console().width if sys.stdout.isatty() or os.environ.get("COLUMNS") else None


def count(number: int, one: str, many: str | None = None) -> str:
    """Writes a number with what is counted: `1 report`, `2 reports`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def fill(text: str, width: int | None) -> str:
    """Returns a text with its lines wrapped; as it is where `width` is None."""
    if width is None:
        return text
    from rich.text import Text

    return "\n".join(line.plain for line in wrapped(Text(text), max(20, width)))


def cell(value: object) -> str:
    """Writes a value for people: nothing for None, lists with commas, no control characters; lines stay."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(cell(item) for item in value)
    from aggregator.text import squeeze

    return "\n".join(squeeze(line) for line in str(value).split("\n"))


def day_time(text: str | None) -> str:
    """Writes an ISO time of a record as a table has it that names the zone in its head: `2026-01-31 08:00`."""
    return (text or "")[:16].replace("T", " ")


def utc(text: str | None) -> str:
    """Writes an ISO time of a record as people read it in a sentence: `2026-01-31 08:00 UTC`."""
    return f"{day_time(text)} UTC" if text else ""


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

    from aggregator.text import without_formula

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(records[0])
    for record in records:
        cells = ("; ".join(map(str, v)) if isinstance(v, list | tuple) else v for v in record.values())
        writer.writerow(map(without_formula, cells))


def parts(*texts: str | None) -> str:
    """Joins title, lead and text: those that are there, an empty line between two, one newline at the end."""
    return "\n\n".join(text.strip("\n") for text in texts if text and text.strip()) + "\n"
