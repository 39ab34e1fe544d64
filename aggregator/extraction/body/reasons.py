"""Says why a block was kept or dropped, in words for people."""

from aggregator.extraction.body.blocks import Element, Segment, landmark
from aggregator.extraction.body.class_names import BIT_NAMES
from aggregator.extraction.body.verdicts import BlockVerdict

_TELLING = frozenset(
    "comment share related promo advert navigation footer byline caption tags side hidden cookie teaser "
    "author_bio paywall login body article content lead".split()
)
_PLACES = tuple("nav aside footer header form figcaption article main".split())


def reasons(segment: Segment, verdict: BlockVerdict) -> tuple[str, ...]:
    """Returns the rule that decided, else the model's probability; then what stands out about the block."""
    found = [verdict.reason] if verdict.reason else []
    if verdict.score and not verdict.reason:
        found.append(f"model {verdict.score:.2f}")
    if segment.link_chars * 2 > len(segment.text):
        found.append("mostly links")
    inside = [tag for tag in _PLACES if segment.element.within & landmark(tag)]
    if inside:
        found.append("inside " + ", ".join(inside))
    named = _named(segment)
    if named:
        found.append("named " + ", ".join(named))
    return tuple(found)


def _named(segment: Segment) -> list[str]:
    bits = segment.inline
    element: Element | None = segment.element
    for _ in range(3):
        if element is not None:
            bits |= element.own
            element = element.parent
    return [name for place, name in enumerate(BIT_NAMES) if bits >> place & 1 and name in _TELLING]


def path_of(element: Element | None) -> str:
    """Returns the tags from the body down to an element, each with its first class: `div.main > p`."""
    names: list[str] = []
    while element is not None and element.parent is not None:
        first = element.name.split()[:1]
        names.append(element.tag + (f".{first[0]}" if first else ""))
        element = element.parent
    return " > ".join(reversed(names))
