"""Chooses the article that leads a story: `lead`.

1. Completeness: those that are at least four fifths as long as the longest report count as equally complete.
2. Of these the one that was published first.
3. At the same time, the one whose source stands first in feeds.yaml; then the one that was stored first.

The lead is worked out anew whenever a story is shown, so that a late, better article leads at once and no id changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.stories.copy_verdict import COMPLETE_SHARE

NO_SOURCE = 1 << 30  # the place of an article that no feed of feeds.yaml lists


@dataclass(frozen=True, slots=True)
class StoryReport:
    """Holds an article of a story that is no copy. `at`: seconds since 1970; `source_rank`: the place of its source in
    feeds.yaml, from 0."""

    article_id: int
    words: int
    at: int
    source_rank: int = NO_SOURCE


@dataclass(frozen=True, slots=True)
class Lead:
    """Holds the article that leads, and why, for people."""

    article_id: int
    reason: str


def lead(reports: Sequence[StoryReport]) -> Lead:
    """Returns the article that leads a story of these reports, of which there is at least one."""
    longest = max(report.words for report in reports)
    complete = [report for report in reports if report.words >= COMPLETE_SHARE * longest]
    first = min(report.at for report in complete)
    early = [report for report in complete if report.at == first]
    best = min(early, key=lambda report: (report.source_rank, report.article_id))
    return Lead(best.article_id, _reason(best, len(reports), len(complete), early))


def _reason(best: StoryReport, reports: int, complete: int, early: Sequence[StoryReport]) -> str:
    if reports == 1:
        return "the only report"
    if complete == 1:
        return f"the most complete of {reports} reports ({best.words} words)"
    about = f"{complete} about as complete"
    if len(early) == 1:
        return f"published first of {about}"
    if sum(report.source_rank == best.source_rank for report in early) == 1:
        return f"its source stands first in feeds.yaml, of {len(early)} published at once"
    return f"stored first of {about}"
