"""Connects a page's blocks with site memory: gathers what the page can teach, and corrects probabilities by what is
remembered.

A score of NaN is a block that no model was asked about (links among links): memory neither learns nor judges it.
"""

from collections.abc import Sequence
from math import exp, log

from aggregator.extraction.body.blocks import Element, PageTree
from aggregator.extraction.memory.site_memory import BlockTrace, Remembered, SiteMemory, Trace
from aggregator.extraction.memory.sketches import LEVELS, place_key, sketch, text_key
from aggregator.text import hash64

_SURE = 1e-6


def trace(
    page: PageTree, scores: Sequence[float], kept: Sequence[bool], url: str | None, memory: SiteMemory | None = None
) -> Trace:
    """Returns what the page can teach: its blocks that have a score, and whether the model keeps each (as body or as
    lead).

    What recurs by `memory` is no part of the body's sketch: else short articles with much furniture were near-copies.
    """
    places: dict[Element, int] = {}
    blocks, texts = [], []
    for segment, score, is_kept in zip(page.segments, scores, kept, strict=True):
        if score != score:
            continue
        element = segment.element
        if element not in places:
            places[element] = place_key(_path(element))
        text = segment.text
        # In scripts without spaces ten characters are taken for a word.
        key = text_key(text)
        blocks.append(BlockTrace(key, places[element], max(text.count(" ") + 1, len(text) // 10), is_kept))
        if is_kept and not (memory and memory.recurs(key)):
            texts.append(text)
    return Trace(tuple(blocks), sketch(texts), hash64(url) if url else 0)


def _path(above: Element | None) -> tuple[str, ...]:
    """Returns a block's element and those above it, each as its tag and the first of its names."""
    names: list[str] = []
    while above is not None and len(names) < LEVELS:
        names.append(f"{above.tag}.{above.name.strip().partition(' ')[0]}" if above.name else above.tag)
        above = above.parent
    return tuple(names)


def adjusted(
    scores: Sequence[float], leads: Sequence[float], remembered: Sequence[Remembered]
) -> tuple[list[float], list[float], list[str]]:
    """Returns probabilities of body and of lead with what memory knows, and of each block what it said, if it changed
    much.

    What belongs to bodies is no more likely a standfirst for it; what recurs is neither.
    """
    bodies, standfirsts, reasons = list(scores), list(leads), [""] * len(scores)
    told = iter(remembered)
    for number, score in enumerate(scores):
        if score != score:
            continue
        one = next(told)
        if one.adjustment:
            bodies[number] = _moved(score, one.adjustment)
        if one.adjustment < 0:
            standfirsts[number] = _moved(leads[number], one.adjustment)
            reasons[number] = _reason(one)
    return bodies, standfirsts, reasons


def _moved(score: float, by: float) -> float:
    score = min(1 - _SURE, max(_SURE, score))
    return 1 / (1 + exp(-(log(score / (1 - score)) + by)))


def _reason(remembered: Remembered) -> str:
    if remembered.here >= 1:
        return f"the same text stands here in other articles of the site ({remembered.here:.0f} of late)"
    return f"the same text stands in other articles of the site ({remembered.elsewhere:.0f} of late)"
