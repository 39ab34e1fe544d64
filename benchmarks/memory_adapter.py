"""Reads a page without and with site memory, step by step as the extractor does."""

import time
from collections.abc import Sequence

from aggregator.dom import parse
from aggregator.extraction.decide import KEEP, LEAD, judge
from aggregator.extraction.features import Facts, lead_candidate, rows
from aggregator.extraction.forest import forest
from aggregator.extraction.memory import SiteMemory, learn, recall
from aggregator.extraction.metadata import metadata
from aggregator.extraction.remembering import adjusted, trace
from aggregator.extraction.walk import Page, walk


class Reader:
    """Reads the pages of one site in their order; `memory` grows with each. `seconds`: CPU time spent for memory."""

    def __init__(self) -> None:
        self.memory = SiteMemory()
        self.seconds = 0.0

    def read(self, html: str, url: str) -> tuple[str, str]:
        """Lead and text of the page without memory, and with it."""
        tree = parse(html)
        stated = metadata(tree, url)
        facts = Facts(stated.title, stated.description, stated.article_body)
        page = walk(tree.body)
        scores, leads = probabilities(page, facts)
        start = time.process_time()
        best = max(leads, default=0.0)
        kept = [score >= KEEP or LEAD <= lead == best for score, lead in zip(scores, leads, strict=True)]
        seen = trace(page, scores, kept, url, self.memory)
        bodies, standfirsts, _ = adjusted(scores, leads, recall(self.memory, seen))
        self.memory = learn(self.memory, [seen])
        self.seconds += time.process_time() - start
        return _text(page, facts, scores, leads), _text(page, facts, bodies, standfirsts)


def probabilities(page: Page, facts: Facts) -> tuple[list[float], list[float]]:
    """Of each block: that it belongs to the body (NaN: not asked), and that it is the standfirst."""
    body, lead = forest("body"), forest("lead")
    table = rows(page, facts)
    return [body(row) if row else float("nan") for row in table], [
        lead(row) if row and lead_candidate(row) else 0.0 for row in table
    ]


def _text(page: Page, facts: Facts, scores: Sequence[float], leads: Sequence[float]) -> str:
    """Lead and text as the rules make them of these probabilities."""
    verdicts = judge(page, facts, [None if score != score else score for score in scores], leads)
    return "\n".join(s.text for s, v in zip(page.segments, verdicts, strict=True) if v.kept or v.lead)
