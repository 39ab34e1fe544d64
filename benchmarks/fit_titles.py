"""Fits the weights by which `aggregator.extraction.metadata.title` chooses among the titles that a page claims.

usage: python -m benchmarks.fit_titles        (prints the score by cross-validation, then the weights)

Only pages whose linked data is no news are learnt from, as news follows a rule of its own.
"""

import numpy as np

from aggregator.dom import parse
from aggregator.extraction.metadata.collect import site_names, title_claims
from aggregator.extraction.metadata.head import read_head
from aggregator.extraction.metadata.jsonld import claims
from aggregator.extraction.metadata.title import candidates, index_form, of_news, properties
from benchmarks.choices import Choice, fitted, validated
from benchmarks.corpus import Record, group, pages


def main() -> None:
    choices = [choice for name in ("fundus", "wcxb") for record in pages(name) if (choice := _choice(name, record))]
    print(f"{len(choices)} pages; exact by cross-validation {validated(choices)}")
    print(fitted(choices))


def _choice(name: str, record: Record) -> Choice | None:
    """What there is to choose on a page with a true title; None for news and pages that claim nothing."""
    url = record.get("url")
    tree = parse(record["html"])
    head = read_head(tree)
    linked = claims(head.scripts, url)
    sites = {index_form(site) for site in site_names(head, linked, url, tree)} - {""}
    found = candidates(title_claims(head, linked), sites)
    if not record.get("title") or not found or (linked.news and of_news(found)):
        return None
    right = [form == index_form(record["title"]) for form in found]
    return Choice(name, group(record), properties(found, url), np.array(right))


if __name__ == "__main__":
    main()
