"""Which blocks of a page are its truth: the blocks' words aligned with the words of the true text."""

from collections import defaultdict
from collections.abc import Sequence

from benchmarks.corpus import words

_SHORT = 5  # words: a shorter block is found between its neighbours alone
_REACH = 120  # words around the neighbours' places in which a short block is looked for


def label(blocks: Sequence[str], truth: str) -> list[float]:
    """The share of each block's words that stand in the truth, in runs of at least four."""
    true = words(truth)
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index in range(len(true) - 3):
        places[tuple(true[index : index + 4])].append(index)
    split = [words(block) for block in blocks]
    spans = [_span(found, places) if len(found) >= _SHORT else None for found in split]
    shares = [_share(found, places) if len(found) >= _SHORT else 0.0 for found in split]
    for number, found in enumerate(split):
        if found and len(found) < _SHORT:
            shares[number] = float(_stands_between(number, found, spans, shares, true))
    return shares


def _share(found: list[str], places: dict[tuple[str, ...], list[int]]) -> float:
    covered = [False] * len(found)
    for index in range(len(found) - 3):
        if tuple(found[index : index + 4]) in places:
            covered[index : index + 4] = [True] * 4
    return sum(covered) / len(found)


def _span(found: list[str], places: dict[tuple[str, ...], list[int]]) -> tuple[int, int] | None:
    """Where the block begins and ends in the truth, if its first and last words say so."""
    for index in range(len(found) - 3):
        at = places.get(tuple(found[index : index + 4]))
        if at:
            return at[0] - index, at[0] - index + len(found)
    return None


def _stands_between(
    number: int, found: list[str], spans: Sequence[tuple[int, int] | None], shares: Sequence[float], true: Sequence[str]
) -> bool:
    before = next((spans[i] for i in range(number - 1, max(-1, number - 40), -1) if spans[i] and shares[i] > 0.5), None)
    after = next(
        (spans[i] for i in range(number + 1, min(len(spans), number + 40)) if spans[i] and shares[i] > 0.5), None
    )
    if before is None and after is None:
        return False
    start = before[1] - 2 if before else max(0, after[0] - 12) if after else 0
    end = after[0] + 2 if after else start + 14
    if end - start > _REACH or end <= start:
        return False
    window = true[max(0, start) : end]
    return any(window[i : i + len(found)] == found for i in range(len(window) - len(found) + 1))
