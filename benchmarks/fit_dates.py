"""Fits the weights by which `aggregator.extraction.metadata.publication` chooses the day of publication.

usage: python -m benchmarks.fit_dates        (prints the scores by cross-validation, then the weights)
"""

import numpy as np

from aggregator.dom import parse
from aggregator.extraction.metadata.collect import claims_of_page
from aggregator.extraction.metadata.publication import day_candidates, day_properties
from benchmarks.choices import Choice, fitted, validated
from benchmarks.corpus import Record, dated_pages, group

_SETS = {"dates": 1.0, "newsdataset": 1.0, "wcxb": 0.6, "fundus": 1.0}  # and how much their pages count


def main() -> None:
    choices = [_choice(name, record, weight) for name, weight in _SETS.items() for record in dated_pages(name)]
    print(f"{len(choices)} pages; day right by cross-validation {validated(choices)}")
    print(fitted(choices))


def _choice(name: str, record: Record, weight: float) -> Choice:
    """What there is to choose on a page of a known day."""
    true = str(record["date"])[:10]
    found = claims_of_page(parse(record["html"]), record.get("url"))
    days = day_candidates(found)
    right = np.array([day.isoformat() == true for day in days], dtype=bool)
    return Choice(name, group(record), day_properties(days, found) if days else [], right, weight)


if __name__ == "__main__":
    main()
