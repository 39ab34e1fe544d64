"""Which blocks are the article: a verdict and its reasons for every block.

prose of each block -> container: the smallest element with most of the prose -> what names of elements, links and
repetition say of each block inside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.extraction.hints import (
    ADVERT,
    ARTICLE,
    AUTHOR_BIO,
    BIT_NAMES,
    BODY,
    BYLINE,
    CAPTION,
    COMMENT,
    CONTENT,
    COOKIE,
    FOOTER,
    HIDDEN,
    LEAD,
    NAVIGATION,
    PROMO,
    RELATED,
    SHARE,
    TEASER,
)  # fmt: skip
from aggregator.extraction.walk import Element, Page, Segment, landmark

_BAD = ADVERT | AUTHOR_BIO | CAPTION | COMMENT | COOKIE | NAVIGATION | PROMO | RELATED | SHARE | TEASER
# Names that mean no article wherever they stand between the container and a block.
_AROUND = ADVERT | AUTHOR_BIO | COMMENT | COOKIE | FOOTER | NAVIGATION | PROMO | RELATED | SHARE
# Of these, the names that are meant even where they hold a word such as "news" or "content".
_SURE = COMMENT | COOKIE | PROMO | RELATED
_TAGS = landmark("nav", "aside", "footer", "figure", "form", "figcaption")
_HEADINGS = ("h2", "h3", "h4")
_ITEMS = ("p", "li", "blockquote")
_SHARE_OF_CONTAINER = 0.75
# A name that would take more of the prose than this is the site's own way of naming its body.
_MISNOMER = 0.3
_REPEATED = 60  # characters from which a text that stands twice is kept once


@dataclass(slots=True)
class Verdict:
    """What became of a block. `lead`: it is the standfirst, which is not part of the text."""

    kept: bool
    score: float
    reasons: tuple[str, ...]
    lead: bool = False


def decide(page: Page, title: str | None) -> list[Verdict]:
    """A verdict for each block of the page, in its order."""
    judged = [_prose(segment) for segment in page.segments]
    weights = [weight for weight, _ in judged]
    container = _container(page, weights)
    names = [_names_around(segment.element, container) for segment in page.segments]
    misnomers = _misnomers(names, weights)
    verdicts: list[Verdict] = []
    seen: set[str] = set()
    begun = led = False
    for segment, (weight, against), mask in zip(page.segments, judged, names, strict=True):
        reason = _objection(segment, weight, against, mask & ~misnomers, container, title, seen)
        if reason is not None:
            verdicts.append(Verdict(False, weight, (reason,)))
        elif not begun and not led and segment.element.own & LEAD and segment.element.tag != "li":
            led = True
            verdicts.append(Verdict(False, weight, ("the standfirst: kept as lead",), lead=True))
        else:
            begun = True
            verdicts.append(Verdict(True, weight, ("prose" if weight else "a heading of the text",)))
        seen.add(segment.text)
    return verdicts


def _objection(
    segment: Segment,
    weight: float,
    against: str,
    mask: int,
    container: Element | None,
    title: str | None,
    seen: set[str],
) -> str | None:
    """Why a block is dropped; None if it is kept."""
    if container is None or not container.first <= segment.number < container.first + container.blocks:
        return "outside of the element that holds the prose"
    if segment.text == title:
        return "the title"
    if mask:
        return f"in an element named as {', '.join(_spelled(mask))}"
    if not weight and not _is_heading(segment):
        return against
    if len(segment.text) >= _REPEATED and segment.text in seen:
        return "stands on the page twice"
    return None


def _is_heading(segment: Segment) -> bool:
    return segment.element.tag in _HEADINGS and not segment.element.own & _BAD and not segment.link_chars


def _prose(segment: Segment) -> tuple[float, str]:
    """How much a block reads like an article's paragraph, and what speaks against it where that is 0."""
    length = len(segment.text)
    if segment.link_chars * 2 > length:
        return 0.0, "mostly links"
    if segment.element.within & _TAGS:
        return 0.0, "in a nav, aside, footer, form or figure"
    if length < 150 and (segment.element.own & (_BAD | BYLINE | HIDDEN | FOOTER)):
        return 0.0, "short, and its element is named as furniture"
    if length < 40 and segment.element.tag not in _ITEMS:
        return 0.0, "short, and no paragraph"
    return min(length, 400) / 100 + 0.2, ""


def _names_around(element: Element, container: Element | None) -> int:
    """The bits that the names of elements say, from a block up to the container. A body's own name outweighs others."""
    mask = 0
    node: Element | None = element
    while node is not None and node is not container:
        if node.own & (BODY | ARTICLE | CONTENT) and not node.own & _SURE:
            break
        mask |= node.own & _AROUND
        node = node.parent
    return mask


def _misnomers(names: Sequence[int], weights: Sequence[float]) -> int:
    """Bits that would drop so much of the prose that they can't mean what they say on this page."""
    total = sum(weights) or 1.0
    found = 0
    for number in range(len(BIT_NAMES)):
        bit = 1 << number
        if bit & _AROUND:
            hit = sum(weight for mask, weight in zip(names, weights, strict=True) if mask & bit)
            found |= bit if hit > _MISNOMER * total else 0
    return found


def _spelled(mask: int) -> list[str]:
    return [name.replace("_", " ") for number, name in enumerate(BIT_NAMES) if mask >> number & 1]


def _container(page: Page, weights: list[float]) -> Element | None:
    """The deepest element that holds most of the prose."""
    total = sum(weights)
    for segment, weight in zip(page.segments, weights, strict=True):
        element: Element | None = segment.element
        while element is not None:
            element.good += weight
            element = element.parent
    best = None
    for element in page.elements:
        if element.good >= _SHARE_OF_CONTAINER * total and total:
            best = element
    return best
