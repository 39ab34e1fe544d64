"""When a feed is polled next, and what its polls taught: pure, in plain words.

rhythm = learn(Rhythm(), listed, listed, None, now)
next_poll(History(rhythm), hints, policy, now) -> NextPoll(at, reason)
"""

from aggregator.schedule.backoff import after_failure
from aggregator.schedule.describe import describe
from aggregator.schedule.next_poll import History, NextPoll, Policy, next_poll
from aggregator.schedule.rhythm import Rhythm, learn, pack, settled, unchanged, unpack

__all__ = [
    "History",
    "NextPoll",
    "Policy",
    "Rhythm",
    "after_failure",
    "describe",
    "learn",
    "next_poll",
    "pack",
    "settled",
    "unchanged",
    "unpack",
]
