"""The article in text that was scraped without its markup: lines in, the run of real paragraphs out.

A paragraph is a line that holds sentences; the article is the heaviest run of them, with the short lines between
them (headings, quotes, list items) but without those that stand in rows, as widgets and lists of teasers do.
"""

import re
from dataclasses import dataclass

from aggregator.extraction.language import detect_lang
from aggregator.extraction.page import EXTRACTOR_VERSION
from aggregator.model import Article
from aggregator.text import UNSPACED, count_words, squeeze, storable, words

_DENSE = re.compile(f"[{UNSPACED}\uac00-\ud7af]")
_END = re.compile(r"[.!?…。！？؟।。][\"'”’»«“)\]」』）]*\s*$")
_INNER = re.compile(r"[.!?…؟।]\W*\s+\W*\w|[。！？]\W*\w")
_QUOTE = re.compile(r"^[\"'“„«‘»「『–—-]\s?\w")
_PARAGRAPH = 80  # units: characters, those of dense scripts count 2.5
_SENTENCE = 40
_ROW = 3  # so many short lines in a row are a widget, not headings
_GAP = 6  # other lines that a run may hold between two of its paragraphs
_TITLE = range(12, 251)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    units: int
    ends: bool
    inner: bool

    @property
    def paragraph(self) -> bool:
        return self.units >= _PARAGRAPH and (self.ends or self.inner)

    @property
    def sentence(self) -> bool:
        return self.paragraph or (self.units >= _SENTENCE and self.ends) or bool(self.ends and _QUOTE.match(self.text))


def plain(text: str) -> Article:
    """The article of already scraped text: title, text, language. Without any paragraph, `is_article` is False."""
    lines = [_line(squeeze(line)) for line in storable(text).replace("\r", "\n").split("\n")]
    lines = [line for line in lines if line.text]
    first, last = _run(lines)
    kept = [line.text for line in _without_rows(lines[first : last + 1])]
    body = "\n\n".join(kept)
    title = _title(lines[:first])
    weight = sum(line.units for line in lines[first : last + 1] if line.paragraph)
    return Article(
        title=title,
        text=body,
        lang=detect_lang(body, None) if body else None,
        word_count=count_words(body),
        is_article=weight >= 3 * _PARAGRAPH,
        score=min(1.0, weight / (12 * _PARAGRAPH)),
        extractor_version=EXTRACTOR_VERSION,
    )


def _line(text: str) -> _Line:
    units = len(text) + len(_DENSE.findall(text)) * 3 // 2
    return _Line(text, units, bool(_END.search(text)), bool(_INNER.search(text)))


def _run(lines: list[_Line]) -> tuple[int, int]:
    """First and last line of the heaviest run of paragraphs; an empty range where there is none."""
    spans: list[list[int]] = []
    for number, line in enumerate(lines):
        if not line.paragraph:
            continue
        if spans and number - spans[-1][1] <= _GAP + 1:
            spans[-1][1] = number
            spans[-1][2] += line.units
        else:
            spans.append([number, number, line.units])
    if not spans:
        return 0, -1
    first, last, _ = max(spans, key=lambda span: span[2])
    while first > 0 and lines[first - 1].sentence:
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].sentence:
        last += 1
    return first, last


def _without_rows(lines: list[_Line]) -> list[_Line]:
    """The run without short lines that stand in rows: related links, share bars, captions of galleries."""
    kept: list[_Line] = []
    row: list[_Line] = []
    for line in lines:
        if line.sentence:
            kept += row if len(row) < _ROW else []
            kept.append(line)
            row = []
        else:
            row.append(line)
    return kept


def _title(before: list[_Line]) -> str | None:
    """The line before the text that reads like a headline: the longest of the last few, the nearest among equals."""
    near = [line for line in before[-12:] if line.units in _TITLE and _is_headline(line.text)]
    return max(reversed(near), key=lambda line: min(line.units, 60)).text if near else None


def _is_headline(text: str) -> bool:
    found = words(text)
    letters = sum(not word[0].isdigit() for word in found)
    return letters >= 3 and letters > len(found) / 2 and not text.endswith(":")
