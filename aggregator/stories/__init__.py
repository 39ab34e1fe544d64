"""Which articles are one text and which are one story. Pure.

text -> fingerprint; pair -> verdict (`decide`: copies, follow-ups, templates); report and stories -> match (`closest`).
"""

from aggregator.stories.clustering import Centroid, Match, NearStory, closest
from aggregator.stories.copy_verdict import Candidate, New, Verdict, decide
from aggregator.stories.fingerprint import Fingerprint, fingerprint

__all__ = [
    "Candidate",
    "Centroid",
    "Fingerprint",
    "Match",
    "NearStory",
    "New",
    "Verdict",
    "closest",
    "decide",
    "fingerprint",
]
