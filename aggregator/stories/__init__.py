"""Which articles are one text and which are one story. Pure.

text -> fingerprint; pair -> verdict (`decide`: copies, follow-ups, templates); report and stories -> match (`closest`).
"""

from aggregator.stories.fingerprint import Fingerprint, fingerprint
from aggregator.stories.joining import Centroid, Match, NearStory, closest
from aggregator.stories.verdicts import Candidate, New, Verdict, decide

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
