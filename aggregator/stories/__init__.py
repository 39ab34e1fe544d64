"""Tells which articles are one text and which are one story. Pure.

text -> fingerprint; pair -> CopyVerdict (`decide`: copies, follow-ups, templates); report and stories -> StoryMatch
(`closest`).
"""

from aggregator.stories.clustering import Centroid, NearStory, StoryMatch, closest
from aggregator.stories.copy_verdict import CopyCandidate, CopyVerdict, NewArticle, decide
from aggregator.stories.fingerprint import Fingerprint, fingerprint

__all__ = [
    "Centroid",
    "CopyCandidate",
    "CopyVerdict",
    "Fingerprint",
    "NearStory",
    "NewArticle",
    "StoryMatch",
    "closest",
    "decide",
    "fingerprint",
]
