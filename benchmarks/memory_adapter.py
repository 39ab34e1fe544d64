"""Reads a page without and with site memory, step by step as the extractor does."""

import time
from collections.abc import Sequence

import numpy as np

from aggregator.dom import parse
from aggregator.extraction import decide
from aggregator.extraction.decide import Verdict, judge
from aggregator.extraction.features import Facts, measure
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
        facts = Facts.of(metadata(tree, url))
        page = walk(tree)
        scores, leads = probabilities(page, facts)
        verdicts = judge(page, facts, scores, leads)
        start = time.process_time()
        seen = trace(page, scores, [verdict.kept or verdict.lead for verdict in verdicts], url, self.memory)
        bodies, standfirsts, _ = adjusted(scores, leads, recall(self.memory, seen))
        self.memory = learn(self.memory, [seen])
        self.seconds += time.process_time() - start
        return _text(page, verdicts), _text(page, judge(page, facts, bodies, standfirsts))


def probabilities(page: Page, facts: Facts) -> tuple[list[float], list[float]]:
    """Of each block: that it belongs to the body (NaN: not asked), and that it is the standfirst."""
    scores, leads = np.full(len(page.segments), np.nan), np.zeros(len(page.segments))
    if page.segments:
        table = measure(page, facts)
        scores[table.asked] = decide._probabilities("blocks", table.rows)
        rows = decide.second_rows(page, table, scores)
        scores[table.asked] = decide._probabilities("blocks_again", rows)
        candidates = table.is_lead_candidate
        if candidates.any():
            leads[table.asked[candidates]] = decide._probabilities("lead", rows[candidates])
    return scores.tolist(), leads.tolist()


def _text(page: Page, verdicts: Sequence[Verdict]) -> str:
    """Lead and text."""
    return "\n".join(s.text for s, v in zip(page.segments, verdicts, strict=True) if v.kept or v.lead)
