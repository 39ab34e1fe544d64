"""Which articles are one text and which are one story: text -> fingerprint, pair -> verdict. Pure."""

from aggregator.stories.fingerprint import Fingerprint, fingerprint
from aggregator.stories.verdicts import Candidate, New, Verdict, decide

__all__ = ["Candidate", "Fingerprint", "New", "Verdict", "decide", "fingerprint"]
