"""Which blocks are the article: a verdict and its reasons for every block."""

from dataclasses import dataclass

from aggregator.extraction.hints import (
    ADVERT,
    AUTHOR_BIO,
    BYLINE,
    CAPTION,
    COMMENT,
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
_TAGS = landmark("nav", "aside", "footer", "figure", "form", "figcaption")


@dataclass(slots=True)
class Verdict:
    kept: bool
    score: float
    reasons: tuple[str, ...]
    lead: bool = False


def decide(page: Page, title: str | None) -> list[Verdict]:
    weights = [_prose(segment) for segment in page.segments]
    container = _container(page, weights)
    inside = set()
    if container is not None:
        inside = set(range(container.first, container.first + container.blocks))
    verdicts: list[Verdict] = []
    begun = False
    for segment, weight in zip(page.segments, weights, strict=True):
        keep = segment.number in inside and (weight > 0 or _heading(segment)) and segment.text != title
        lead = False
        if keep and not begun and segment.element.own & LEAD and segment.element.tag != "li":
            lead = True
        elif keep:
            begun = True
        if lead and any(v.lead for v in verdicts):
            lead = False
        verdicts.append(Verdict(keep and not lead, weight, (), lead))
    return verdicts


def _heading(segment: Segment) -> bool:
    return segment.element.tag in ("h2", "h3", "h4") and not segment.element.around & _BAD and not segment.link_chars


def _prose(segment: Segment) -> float:
    length = len(segment.text)
    if segment.link_chars * 2 > length or segment.element.within & _TAGS:
        return 0.0
    if length < 150 and (segment.element.own & (_BAD | BYLINE | HIDDEN | FOOTER)):
        return 0.0
    if length < 40 and segment.element.tag not in ("p", "li", "blockquote"):
        return 0.0
    return min(length, 400) / 100 + 0.2


def _container(page: Page, weights: list[float]) -> Element | None:
    total = sum(weights)
    for segment, weight in zip(page.segments, weights, strict=True):
        element: Element | None = segment.element
        while element is not None:
            element.good += weight
            element = element.parent
    best = None
    for element in page.elements:
        if element.good >= 0.75 * total and total:
            best = element
    return best
