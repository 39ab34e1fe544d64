"""Takes out of the chosen lines what is no text in any article (pointers elsewhere, newsletters, advertisements), and
puts in the paragraphs that stand between them or close the article.

The models see a line among its neighbours: a paragraph alone between two lines of furniture looks like one to them, and
so does a short last one.
"""

from itertools import pairwise

import numpy as np

from aggregator.extraction.body import date_lines, set_phrases
from aggregator.extraction.plain.line_features import Array, TextLines

_GAP = 12  # lines between two that were chosen, among which paragraphs are looked for
_PARAGRAPH = 40  # units of a line with a stop from which it is one
_CLOSING = 24  # the same for the line that closes an article
_LIKELY, _CLOSES = 0.4, 0.22  # likelihood of such lines
_CLOSES_DENSE, _IS_DENSE = 0.13, 0.5  # the same for scripts of few characters a line, and their share of one
_AFTER = 3  # lines after the last chosen one that are looked at
_CAPTION = 300  # units of a line that names a photographer, below which it is a caption
_PITCH = 100  # units of what may follow the heading of a newsletter


_OTHERWISE = ("any_bio", "any_promo", "any_copyright", "any_you", "any_related", "any_comment")  # no end of an article


def is_aside(text: str) -> bool:
    """Tells whether a line is no text, whatever stands around it."""
    if len(text) > set_phrases.MAX_CHARS:
        return False
    return (
        set_phrases.is_ad_label(text)
        or (len(text) <= 200 and set_phrases.points_elsewhere(text))
        or set_phrases.may_address_reader(text)
        or set_phrases.is_weather(text)
    )


def with_paragraphs_between(of: TextLines, chance: Array, numbers: list[int], title: int | None) -> list[int]:
    """Returns the chosen lines without asides, with the paragraphs between them and the one that closes the article.

    `chance`: of each line, how likely the models hold it for the article's; `numbers`: the lines they chose.
    """
    if not numbers:
        return numbers
    numbers = _before_comments(of, numbers)
    asides = _asides(of, numbers[0], min(len(of.texts), numbers[-1] + _AFTER + 2))
    chosen = set(numbers)
    for before, after in pairwise(numbers):
        between = range(before + 1, after)
        if 0 < len(between) <= _GAP and not any(set_phrases.heads_section(of.texts[n]) for n in between):
            chosen.update(n for n in between if chance[n] >= _LIKELY and _is_paragraph(of, n, _PARAGRAPH))
    chosen.update(_closing(of, chance, numbers[-1], asides))
    return [number for number in sorted(chosen - asides) if number == title or not date_lines.is_date(of.texts[number])]


def _before_comments(of: TextLines, numbers: list[int]) -> list[int]:
    """Returns the lines up to where comments begin, if most of what was chosen stands before."""
    units = np.array([of.units[number] for number in numbers])
    half = numbers[int(np.searchsorted(units.cumsum(), units.sum() / 2))]
    for number in range(half + 1, numbers[-1]):
        following = of.texts[number + 1 : number + 1 + _GAP]
        if set_phrases.is_comment_label(of.texts[number]) and any(map(set_phrases.is_reply_label, following)):
            return [chosen for chosen in numbers if chosen < number]
    return numbers


def _asides(of: TextLines, first: int, end: int) -> set[int]:
    """Returns the asides among the lines, and what follows the heading of one: a headline, a newsletter's pitch."""
    found: set[int] = set()
    for number in range(first, end):
        text = of.texts[number]
        if is_aside(text):
            found.add(number)
        elif number - 1 in found and of.units[number] < _PITCH and not set_phrases.is_ad_label(of.texts[number - 1]):
            heading = of.texts[number - 1]
            is_pointer = set_phrases.heads_section(heading) and not of.own["ends_stop"][number]
            is_pitch = set_phrases.promises_news(text) or (
                of.own["any_promo"][number - 1] and (of.own["any_you"][number] or of.own["any_promo"][number])
            )
            if is_pointer or is_pitch:
                found.add(number)
    return found


def _closing(of: TextLines, chance: Array, last: int, asides: set[int]) -> set[int]:
    """Returns the paragraphs right after the last chosen line, among which asides and captions may stand."""
    found: set[int] = set()
    for number in range(last + 1, len(of.texts)):
        speaks_otherwise = chance[number] < _LIKELY and any(of.own[kind][number] for kind in _OTHERWISE)
        least = _CLOSES_DENSE if of.own["dense"][number] > _IS_DENSE else _CLOSES
        if number - last > _AFTER or set_phrases.heads_section(of.texts[number]):
            break
        if number in asides or is_aside(of.texts[number]):
            asides.add(number)
        elif _is_paragraph(of, number, _CLOSING) and chance[number] >= least and not speaks_otherwise:
            found.add(number)
            last = number
        elif not of.own["any_credit"][number]:
            break
    return found


def _is_paragraph(of: TextLines, number: int, least: int) -> bool:
    if of.own["any_credit"][number] and of.units[number] < _CAPTION:
        return False
    return bool(of.own["prose"][number] or (of.own["ends_stop"][number] and of.units[number] >= least))
