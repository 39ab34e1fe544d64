"""A visit: all that is due at one site, done by one owner, spaced politely. The unit of work of every engine.

feeds.yaml -> Feed -> [due?] -> claim(site) -> poll: net.fetch -> feeds.parse -> Entry (saved)
    -> page: net.fetch -> extraction -> Article -> stories -> saved, in one transaction -> release(site)
"""

from aggregator.visit.claims import Blocked, run_due
from aggregator.visit.context import Context, PageDone, PagesFound, Polled, Progress, StateChanged, opened
from aggregator.visit.subscriptions import load, settled, sync

__all__ = [
    "Blocked",
    "Context",
    "PageDone",
    "PagesFound",
    "Polled",
    "Progress",
    "StateChanged",
    "load",
    "opened",
    "run_due",
    "settled",
    "sync",
]
