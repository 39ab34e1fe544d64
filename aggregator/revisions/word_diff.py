"""Tells what differs between two texts, word by word: `word_diff`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_Run = tuple[str, Sequence[str], Sequence[str]]
_MAX_STRAY_WORDS = 2  # equal ones between changes that are shown as changed with them
_MAX_SENTENCES = 2_000
_MAX_WORDS = 600  # of a passage that is compared word by word; a longer one is shown as replaced


@dataclass(frozen=True, slots=True)
class Piece:
    """Holds a run of words that both texts have (`same`), or only the first (`removed`), or the second (`added`)."""

    kind: Literal["same", "removed", "added"]
    text: str


def word_diff(old: str, new: str) -> tuple[Piece, ...]:
    """Returns the pieces of both texts in their order; put together without the added ones they are `old`'s words,
    without the removed ones `new`'s, with one space between two words.

    Sentences are compared first and words only within what changed, so that long texts cost little.
    """
    before, after = (_BETWEEN_SENTENCES.split(text)[:_MAX_SENTENCES] for text in (old, new))
    pieces: list[Piece] = []
    for kind, a, b in _runs([" ".join(s.split()) for s in before], [" ".join(s.split()) for s in after]):
        if kind == "same":
            pieces.append(Piece("same", " ".join(a)))
            continue
        ours, theirs = " ".join(a).split(), " ".join(b).split()
        if max(len(ours), len(theirs)) > _MAX_WORDS:
            pieces += [Piece("removed", " ".join(ours)), Piece("added", " ".join(theirs))]
            continue
        for inner, c, d in _readable(_runs(ours, theirs)):
            found = [("same", c)] if inner == "same" else [("removed", c), ("added", d)]
            pieces += [Piece(part, " ".join(words)) for part, words in found]  # type: ignore[arg-type]
    return tuple(_joined(piece for piece in pieces if piece.text))


def mark_changes(pieces: Sequence[Piece], context: int = 6) -> str:
    """Writes the changes on one line: `[-removed-] {+added+}`, with so many words of what is the same around them."""
    shown = []
    for place, piece in enumerate(pieces):
        if piece.kind == "removed":
            shown.append(f"[-{piece.text}-]")
        elif piece.kind == "added":
            shown.append(f"{{+{piece.text}+}}")
        else:
            shown.append(_shortened(piece.text.split(), context, place == 0, place == len(pieces) - 1))
    return " ".join(part for part in shown if part)


def _shortened(words: list[str], context: int, first: bool, last: bool) -> str:
    if first and last:
        return ""
    before, after = ([] if last else words[-context:]), ([] if first else words[:context])
    if len(words) <= len(before) + len(after):
        return " ".join(words)
    return " ".join([*after, "…", *before])


def _runs(a: Sequence[str], b: Sequence[str]) -> Iterator[_Run]:
    for kind, i, j, k, m in SequenceMatcher(None, a, b, autojunk=len(a) + len(b) > 2_000).get_opcodes():
        yield "same" if kind == "equal" else "changed", a[i:j], b[k:m]


def _readable(runs: Iterator[_Run]) -> Iterator[_Run]:
    """Yields the runs without one or two equal words between changes: changes with one between them read as noise."""
    waiting: list[_Run] = []  # a change, and few equal words after it
    for run in runs:
        kind, equal, _ = run
        if kind != "same":
            parts = [*waiting, run]
            waiting = [("changed", [w for part in parts for w in part[1]], [w for part in parts for w in part[2]])]
        elif len(waiting) == 1 and len(equal) <= _MAX_STRAY_WORDS:
            waiting.append(run)
        else:
            yield from waiting
            yield run
            waiting = []
    yield from waiting


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    last: Piece | None = None
    for piece in pieces:
        if last is not None and last.kind == piece.kind:
            last = Piece(last.kind, f"{last.text} {piece.text}")
            continue
        if last is not None:
            yield last
        last = piece
    if last is not None:
        yield last
