"""Decides when a feed is polled next, by what its polls taught, and judges how it fares. Pure, with reasons in words.

rhythm = learn(Rhythm(), listed, listed, None, now)
next_poll(PollHistory(rhythm), hints, policy, now) -> NextPoll(at, reason)
"""

from aggregator.schedule.backoff import after_failure
from aggregator.schedule.describe import describe
from aggregator.schedule.next_poll import NextPoll, PollHistory, PollPolicy, next_poll
from aggregator.schedule.rhythm import Rhythm, learn, pack, unchanged, unpack, without_outliers

__all__ = [
    "NextPoll",
    "PollHistory",
    "PollPolicy",
    "Rhythm",
    "after_failure",
    "describe",
    "learn",
    "next_poll",
    "pack",
    "unchanged",
    "unpack",
    "without_outliers",
]
