"""Prints the versions of an article, and what changed between them."""

import os
import sys
from dataclasses import asdict

from aggregator.archive.history import Change, History, Version
from aggregator.cli import output
from aggregator.cli.shared_options import Form, Format
from aggregator.model import Json
from aggregator.revisions.word_diff import Piece

_CONTEXT_WORDS = 12  # on either side of a change
_MAX_COLUMNS = 120  # longer lines are hard to read
_COLOURS = {"removed": "\x1b[31m", "added": "\x1b[32m"}
_MARKS = {"removed": ("[-", "-]"), "added": ("{+", "+}"), "same": ("", "")}


def print_versions(found: History, form: Form) -> None:
    """Prints all versions, the first one first."""
    if form is Form.JSON:
        output.objects([asdict(one) for one in found.versions], Format.JSON)
        return
    columns = [
        output.Column("version", right=True),
        output.Column("fetched (UTC)"),
        output.Column("replaced (UTC)"),
        output.Column("words", right=True),
        output.Column("added", right=True),
        output.Column("removed", right=True),
        output.Column("title", flexible=1),
    ]
    output.table(columns, [_row(one) for one in found.versions])
    if len(found.versions) == 1:
        print("its text never changed")
    else:
        print("`aggregator show ID --diff` shows what the last one changed, with `--version N` what another one did")
    _print_state(found)


def _row(one: Version) -> tuple[object, ...]:
    replaced = output.day_time(one.replaced_at) if one.replaced_at else "newest"
    changed = ("" if one.added is None else f"+{one.added}", "" if one.removed is None else f"-{one.removed}")
    return (one.number, output.day_time(one.fetched_at), replaced, one.words, *changed, one.title or "")


def _print_state(found: History) -> None:
    if found.gone_at:
        print(f"its page is gone since {output.utc(found.gone_at)}; the text stays")
    if found.note:
        print(output.cell(f"at its last look, {output.utc(found.looked_at)}: {found.note}"))
    if found.next_at:
        print(f"its page is fetched again at {output.utc(found.next_at)}")


def print_change(changed: Change | None, form: Form) -> None:
    """Prints what one version changed of the one before."""
    if form is Form.JSON:
        output.one(None if changed is None else _as_record(changed))  # type: ignore[arg-type]
    elif changed is None:
        print("its text never changed")
    else:
        sys.stdout.write(_as_text(changed, _width(), colour=_coloured()))


def _as_record(changed: Change) -> Json:
    def named(one: Version) -> Json:
        return {"number": one.number, "fetched_at": one.fetched_at, "words": one.words}

    pieces = {name: [[piece.kind, piece.text] for piece in part] for name, part in changed.pieces.items()}
    counts = {"added": changed.after.added, "removed": changed.after.removed}
    return {"before": named(changed.before), "after": named(changed.after)} | counts | {"pieces": pieces}


def _as_text(changed: Change, width: int, *, colour: bool) -> str:
    before, after = changed.before, changed.after
    head = (
        f"version {before.number}, fetched {output.utc(before.fetched_at)}, to version {after.number},"
        f" fetched {output.utc(after.fetched_at)}: {after.added} words added, {after.removed} removed"
    )
    lines = [head]
    for name, pieces in changed.pieces.items():
        lines += ["", f"{name}:"]
        for number, hunk in enumerate(_hunks(pieces)):
            lines += ([""] if number else []) + _wrapped(hunk, width, colour=colour)
    return "\n".join(lines) + "\n"


def _hunks(pieces: tuple[Piece, ...]) -> list[list[Piece]]:
    """Returns the changes with the words around them; where much is the same between two, they are apart."""
    hunks: list[list[Piece]] = [[]]
    for place, piece in enumerate(pieces):
        if piece.kind != "same":
            hunks[-1].append(piece)
            continue
        words = piece.text.split()
        first, last = place == 0, place == len(pieces) - 1
        if len(words) <= (1 if first or last else 2) * _CONTEXT_WORDS:
            hunks[-1].append(piece)
            continue
        if not first:
            hunks[-1].append(Piece("same", " ".join([*words[:_CONTEXT_WORDS], "…"])))
            hunks.append([])
        if not last:
            hunks[-1].append(Piece("same", " ".join(["…", *words[-_CONTEXT_WORDS:]])))
    return [hunk for hunk in hunks if hunk]


def _wrapped(hunk: list[Piece], width: int, *, colour: bool) -> list[str]:
    """Returns the lines of a hunk, indented; colours do not count as width and are closed at the end of each word."""
    lines, line, used = [], "  ", 0
    for piece in hunk:
        opening, closing = _MARKS[piece.kind]
        words = f"{opening}{output.cell(piece.text)}{closing}".split()
        for word in words:
            if used and 2 + used + 1 + len(word) > width:
                lines.append(line)
                line, used = "  ", 0
            painted = f"{_COLOURS[piece.kind]}{word}\x1b[0m" if colour and piece.kind != "same" else word
            line += (" " if used else "") + painted
            used += (1 if used else 0) + len(word)
    return [*lines, line]


def _width() -> int:
    return max(20, min(output.console().width, _MAX_COLUMNS))


def _coloured() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
