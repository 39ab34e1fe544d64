"""The development corpus: where it lies, its records, its measures.

The folder is $AGGREGATOR_CORPUS, by default ../shared/corpus beside the repository.
"""

import json
import lzma
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any

from aggregator.urls import site_of

SETS = ("scrapinghub", "fundus", "wcxb", "newsdataset")
Record = dict[str, Any]
_WORD = re.compile(r"\w+")
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff66-\uff9f\u0e00-\u0e7f"
_PART = re.compile(f"[{_UNSPACED}]|[^{_UNSPACED}]+")
_HAS_UNSPACED = re.compile(f"[{_UNSPACED}]")


def folder() -> Path:
    """Where the corpus lies; it need not exist."""
    return Path(os.environ.get("AGGREGATOR_CORPUS", Path(__file__).resolve().parents[2] / "shared" / "corpus"))


def read(path: Path, fields: Sequence[str] = ("text",)) -> list[Record]:
    """The records of a .jsonl or .jsonl.xz file that have one of these fields."""
    return [record for record in _records(path) if any(record.get(field) for field in fields)]


def _records(path: Path) -> list[Record]:
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@cache
def pages(name: str) -> list[Record]:
    """The pages of one of SETS."""
    return read(folder() / f"{name}-dev.jsonl.xz")


def dated_pages(name: str) -> list[Record]:
    """The pages of a set whose day of publication is known; their true text need not be."""
    return [
        record for record in _records(folder() / f"{name}-dev.jsonl.xz") if len(str(record.get("date") or "")) >= 10
    ]


def group(record: Record) -> str:
    """What must not be split between training and testing: the page's site (Fundus: its publisher)."""
    url = str(record.get("url") or "")
    return site_of(url) or str(record["id"]).rsplit("_", 3)[0]


def words(text: str | None) -> list[str]:
    """Lower-case words; characters of scripts without spaces count as words."""
    found = _WORD.findall((text or "").lower())
    return [part for word in found for part in (_PART.findall(word) if _HAS_UNSPACED.search(word) else [word])]


def word_f1(predicted: Sequence[str], true: Sequence[str]) -> float:
    """F1 over bags of words."""
    common = sum((Counter(predicted) & Counter(true)).values())
    return 2 * common / (len(predicted) + len(true)) if true else float(not predicted)


def shingle_counts(predicted: str, true: str) -> tuple[int, int, int]:
    """Shared, surplus and missing 4-grams (case-sensitive, as the set's own script counts them)."""
    left, right = _shingles(predicted), _shingles(true)
    shared = sum((left & right).values())
    return shared, sum(left.values()) - shared, sum(right.values()) - shared


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    found = _WORD.findall(text)
    return Counter(tuple(found[i : i + 4]) for i in range(max(1, len(found) - 3))) if found else Counter()


def shingle_f1(counts: Iterable[tuple[int, int, int]]) -> float:
    """Harmonic mean of the mean precision and the mean recall over pages."""
    found = list(counts)
    precision = mean([shared / (shared + surplus) for shared, surplus, _ in found if shared + surplus] or [0.0])
    recall = mean([shared / (shared + missing) for shared, _, missing in found if shared + missing] or [0.0])
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
