"""Fits the weights by which `aggregator.extraction.metadata.title` chooses among the titles that a page claims.

usage: python -m benchmarks.fit_titles        (prints the score by cross-validation, then the weights)

The truth of Fundus is often what the linked data says, that of the other sets what is printed: the weights are between.
"""

import numpy as np

from aggregator.dom import parse
from aggregator.extraction.metadata.collect import site_names, title_claims
from aggregator.extraction.metadata.head import read_head
from aggregator.extraction.metadata.jsonld import claims
from aggregator.extraction.metadata.title import candidates, index_form, properties
from benchmarks.choices import Choice, fitted, validated
from benchmarks.corpus import Record, group, pages

_SETS = {"fundus": 3.0, "wcxb": 0.8, "newsdataset": 1.0}  # and how much their pages count


def main() -> None:
    found = [_choice(name, record, weight) for name, weight in _SETS.items() for record in pages(name)]
    choices = [choice for choice in found if choice is not None]
    print(f"{len(choices)} pages; exact by cross-validation {validated(choices)}")
    print(fitted(choices))


def _choice(name: str, record: Record, weight: float) -> Choice | None:
    """What there is to choose on a page with a true title; None for pages that claim nothing."""
    url = record.get("url")
    tree = parse(record["html"])
    head = read_head(tree)
    linked = claims(head.scripts, url)
    sites = {index_form(site) for site in site_names(head, linked, url, tree)} - {""}
    found = candidates(title_claims(head, linked), sites)
    if not record.get("title") or not found:
        return None
    right = np.array([form == index_form(record["title"]) for form in found])
    return Choice(name, group(record), properties(found, url, is_news=linked.news), right, weight)


if __name__ == "__main__":
    main()
