"""Finds the article in text that was scraped without its markup: lines in; title and the lines of the article out.

Three small models judge (benchmarks/train_lines.py makes them): every line by its looks and surroundings, the lines
before the body as titles, and at last the runs of likely lines, each as a whole: an article in several pieces stays,
the teasers, comments and legal texts around it go.
"""

import re

import numpy as np

from aggregator.extraction.article import Article
from aggregator.extraction.body.date_lines import is_date
from aggregator.extraction.body.set_phrases import is_weather
from aggregator.extraction.body.trees import trees
from aggregator.extraction.metadata.language import detect_lang
from aggregator.extraction.plain.asides import is_aside, with_paragraphs_between
from aggregator.extraction.plain.line_features import Array, Columns, TextLines, context, matrix, page
from aggregator.extraction.plain.line_title import candidates, choose, title_columns, without_kicker
from aggregator.extraction.plain.runs import run_columns, runs
from aggregator.extraction.version import EXTRACTOR_VERSION
from aggregator.text import count_words, index_form, squeeze, storable

LEAST_TITLE = 0.05  # likelihood of a line below which it is no title
_MOST_LINES = 20_000
_MOST_ROWS = 4_096  # judged at once
_NARROWEST, _WIDEST = 40, 110  # characters of the lines of a text that was broken to fit a width
_FULL = 0.7  # of the width: a shorter line ends its paragraph
_LOWER = 0.3  # share of broken lines that go on in lower case
_MAYBE = 0.4  # likelihood of a line that goes with those around it
_BEFORE = 5  # lines
_REPEATED = 60  # units: a longer line stays once only
_HEADING = 40  # units: a shorter line without a stop is one, or furniture
_PARAGRAPH = 80  # units
_EMPTY = re.compile(r"\n\s*\n")


def plain(text: str) -> Article:
    """Returns the article of already scraped text: title, text, language. Without any paragraph, `is_article` is
    False."""
    texts = split(text)
    title, kept, units = judge(texts) if texts else (None, [], 0.0)
    body = "\n\n".join(texts[number] for number in kept)
    return Article(
        title=without_kicker(texts[title]) if title is not None else None,
        text=body,
        lang=detect_lang(body, None) if body else None,
        word_count=count_words(body),
        is_article=units >= 3 * _PARAGRAPH,
        score=min(1.0, units / (12 * _PARAGRAPH)),
        extractor_version=EXTRACTOR_VERSION,
    )


def split(text: str) -> list[str]:
    """Returns the lines that are not empty, at most _MOST_LINES; paragraphs broken to fit a width are joined again."""
    found: list[str] = []
    for block in _EMPTY.split(storable(text.replace("\r\n", "\n").replace("\r", "\n"))):
        found += _joined([line for raw in block.split("\n") if (line := squeeze(raw))])
        if len(found) >= _MOST_LINES:
            break
    return found[:_MOST_LINES]


def _joined(lines: list[str]) -> list[str]:
    width = max(map(len, lines), default=0)
    lower = sum(line[0].islower() for line in lines[1:])
    full = sum(len(line) >= _FULL * width for line in lines[:-1])
    if (
        len(lines) < 2
        or not _NARROWEST <= width <= _WIDEST
        or lower < _LOWER * (len(lines) - 1)
        or full < 0.5 * (len(lines) - 1)
    ):
        return lines
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        paragraphs[-1].append(line)
        if len(line) < _FULL * width:
            paragraphs.append([])
    return [" ".join(parts) for parts in paragraphs if parts]


def judge(texts: list[str]) -> tuple[int | None, list[int], float]:
    """Returns numbers of the title's line and of the article's lines, and how many units its paragraphs have."""
    of = page(texts)
    lines = context(of)
    chance = said("plain/lines", lines)
    numbers = candidates(of)
    numbers = numbers[[not _is_no_title(texts[number]) for number in numbers.tolist()]]
    title = None
    if len(numbers):
        columns = title_columns(of, lines, chance)
        title = choose(
            said("plain/title", {name: column[numbers] for name, column in columns.items()}), numbers, LEAST_TITLE
        )
    spans = runs(chance)
    if not len(spans):
        return title, [], 0.0
    likely = said("plain/runs", run_columns(of, lines, chance, title, spans))
    spans = spans[likely >= 0.5]
    if title is not None and _stands_inside(of, spans, title):
        title = None
    kept = assembled(of, chance, spans, title)
    units, stop = of.units, of.own["ends_stop"]
    return (
        title,
        kept,
        float(sum(units[n] for n in kept if units[n] >= _PARAGRAPH or (stop[n] and units[n] >= _HEADING))),
    )


def _stands_inside(of: TextLines, spans: Array, line: int) -> bool:
    """Tells whether a paragraph of the same run comes before the line."""
    holding = spans[(spans[:, 0] < line) & (line < spans[:, 1])]
    return bool(len(holding) and of.own["prose"][holding[0, 0] : line].any())


def _is_no_title(text: str) -> bool:
    return is_weather(text) or is_date(text) or is_aside(text)


def said(model: str, columns: Columns) -> Array:
    """Returns the probabilities that a model of the package gives the rows."""
    found = trees(model)
    rows = matrix(columns, found.names)
    parts = [found.probabilities(rows[start : start + _MOST_ROWS].T) for start in range(0, len(rows), _MOST_ROWS)]
    return np.concatenate(parts).astype(np.float64) if parts else np.zeros(0)


def assembled(of: TextLines, chance: Array, spans: Array, title: int | None) -> list[int]:
    """Returns the lines of the chosen runs, and those that go with them, without the title, what stands there twice,
    and headings at the end over nothing."""
    heading = index_form(of.texts[title]) if title is not None else ""
    kept: list[int] = []
    seen: set[str] = set()
    for number in with_paragraphs_between(of, chance, _with_near_ones(of, chance, spans), title):
        text = of.texts[number]
        if text in seen or (len(text) < 2 * len(heading) and heading and index_form(text) == heading):
            continue
        kept.append(number)
        if of.units[number] >= _REPEATED:
            seen.add(text)
    while kept and of.units[kept[-1]] < _HEADING and not of.own["ends_stop"][kept[-1]]:
        kept.pop()
    return kept


def _with_near_ones(of: TextLines, chance: Array, spans: Array) -> list[int]:
    """Returns the lines of the runs, headings between two of their paragraphs, and paragraphs shortly before the
    first."""
    chosen = np.zeros(len(chance), np.bool_)
    for first, after in spans.tolist():
        chosen[first:after] = True
    maybe = chance >= _MAYBE
    prose = of.own["prose"] > 0
    paragraph = np.concatenate(([False], chosen & prose, [False]))
    heading = maybe & paragraph[:-2] & paragraph[2:]
    if len(spans):
        start = int(spans[0, 0])
        chosen[max(0, start - _BEFORE) : start] |= (maybe & prose)[max(0, start - _BEFORE) : start]
    numbers: list[int] = np.flatnonzero(chosen | heading).tolist()
    return numbers
