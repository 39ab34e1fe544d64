"""How an extraction is scored against its truth, as the sets themselves score it, and how sure the scores are.

Every measure gives a page a vector; a set's score is a function of the sum of its pages' vectors. So a bootstrap is a
matrix of weights times the vectors: by page, or by site (pages of one site are not independent).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.corpus import Record, shingle_counts, word_f1, words

Array = np.ndarray[Any, Any]
SAMPLES = 1000
LANGUAGE_PAGES = 5  # a language with fewer is not reported
_WORD = re.compile(r"\w+")
_DAY = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)")


@dataclass(frozen=True, slots=True)
class Found:
    """What an extractor made of a page. `date`: a datetime or a string that begins with the ISO day."""

    text: str = ""
    lead: str = ""
    title: str | None = None
    authors: tuple[str, ...] = ()
    date: Any = None


@dataclass(frozen=True, slots=True)
class Measure:
    """`page` gives None where the record has no truth of that kind. `total` takes sums of vectors, (..., k) to
    (...)."""

    page: Callable[[Record, Found], tuple[float, ...] | None]
    total: Callable[[Array], Array]
    lower_is_better: bool = False


def ratio(sums: Array) -> Array:
    """Mean of the pages that count: vectors are (value, 1)."""
    return sums[..., 0] / np.maximum(sums[..., 1], 1e-9)


def _harmonic(sums: Array) -> Array:
    precision, recall = ratio(sums[..., :2]), ratio(sums[..., 2:])
    return 2 * precision * recall / np.maximum(precision + recall, 1e-9)


def _snippet_f1(sums: Array) -> Array:
    hit, surplus, missed = sums[..., 0], sums[..., 1], sums[..., 2]
    return 2 * hit / np.maximum(2 * hit + surplus + missed, 1e-9)


def _shingles(record: Record, found: Found) -> tuple[float, ...] | None:
    if not record.get("text"):
        return None
    shared, surplus, missing = shingle_counts(found.text, record["text"])
    returned, true = shared + surplus, shared + missing
    return (
        shared / returned if returned else 0.0, float(returned > 0), shared / true if true else 0.0, float(true > 0)
    )  # fmt: skip


def _words(record: Record, found: Found) -> tuple[float, ...] | None:
    if not record.get("text"):
        return None
    lead, text = words(found.lead), words(found.text)
    repeated = bool(lead) and lead == text[: len(lead)]
    return word_f1(text if repeated else lead + text, words(record["text"])), 1.0


def _snippets(record: Record, found: Found) -> tuple[float, ...] | None:
    if not (record.get("with") or record.get("without")):
        return None
    text = " ".join(found.text.split())
    wanted = [" ".join(snippet.split()) in text for snippet in record.get("with", [])]
    unwanted = [" ".join(snippet.split()) in text for snippet in record.get("without", [])]
    return sum(wanted), sum(unwanted), len(wanted) - sum(wanted)


def _share_of(field: str) -> Callable[[Record, Found], tuple[float, ...] | None]:
    def share(record: Record, found: Found) -> tuple[float, ...] | None:
        text, snippets = found.text.lower(), record.get(field)
        return (sum(snippet.lower() in text for snippet in snippets) / len(snippets), 1.0) if snippets else None

    return share


def _exact(field: str, same: Callable[[Record, Found], bool]) -> Measure:
    return Measure(lambda record, found: (float(same(record, found)), 1.0) if record.get(field) else None, ratio)


def _plain(value: Any) -> str:
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", str(value or "")).lower()))


def _names(value: Any) -> set[str]:
    return {_plain(name) for name in (value if isinstance(value, list) else re.split("[;,]", value))}


def _day(value: Any) -> tuple[int, ...] | None:
    found = _DAY.search(str(value or ""))
    return tuple(map(int, found.groups())) if found else None


SHINGLES, SNIPPETS = Measure(_shingles, _harmonic), Measure(_snippets, _snippet_f1)
WORDS = Measure(_words, ratio)
BESIDES: Mapping[str, Measure] = {
    "with": Measure(_share_of("with"), ratio),
    "without": Measure(_share_of("without"), ratio, lower_is_better=True),
    "title": _exact("title", lambda record, found: _plain(record["title"]) == _plain(found.title)),
    "authors": _exact("authors", lambda record, found: _names(record["authors"]) == {*map(_plain, found.authors)}),
    "date": _exact("date", lambda record, found: _day(record["date"]) == _day(found.date)),
}


def set_measure(name: str, records: Sequence[Record]) -> tuple[str, Measure]:
    """What a set of pages is scored by, and how. True texts hold the standfirst, but for those of ScrapingHub."""
    if any(record.get("text") for record in records) and not name.startswith("traf"):
        return "F1", SHINGLES if name.startswith("scrapinghub") else WORDS
    return ("F1", SNIPPETS) if any(record.get("with") for record in records) else ("date", BESIDES["date"])


def vectors(measure: Measure, records: Sequence[Record], found: Sequence[Found]) -> Array:
    """One row a page, zero where there is no truth; (0, 0) if no page has any."""
    rows = [measure.page(record, one) for record, one in zip(records, found, strict=True)]
    width = next((len(row) for row in rows if row is not None), 0)
    return np.array([row if row is not None else (0.0,) * width for row in rows]).reshape(len(rows), width)


def score(measure: Measure, rows: Array) -> float:
    """The set's score."""
    return float(measure.total(rows.sum(axis=0)))


def weights(groups: Sequence[str], seed: int = 1) -> Array:
    """How often each page is drawn in SAMPLES bootstrap samples of whole groups: (SAMPLES, pages)."""
    names = sorted(set(groups))
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), SAMPLES)
    place = {name: number for number, name in enumerate(names)}
    result: Array = drawn[:, [place[group] for group in groups]]
    return result


def interval(measure: Measure, rows: Array, drawn: Array, other: Array | None = None) -> tuple[float, float]:
    """95 % interval of the score, or of its difference to that of `other` on the same pages."""
    totals = measure.total(drawn @ rows)
    if other is not None:
        totals = totals - measure.total(drawn @ other)
    low, high = np.quantile(totals, (0.025, 0.975))
    return float(low), float(high)
