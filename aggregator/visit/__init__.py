"""Makes visits: all that is due at one site, done by one owner, spaced politely. The unit of work of every engine.

feeds.yaml -> Feed -> [due?] -> claim(site) -> poll: net.fetch -> feeds.parse -> Entry (saved)
    -> page: net.fetch -> extraction -> Article -> stories -> saved, in one transaction -> release(site)
"""

from aggregator.visit.claim import Blocked, run_due
from aggregator.visit.context import Context, opened
from aggregator.visit.progress import PageDone, PagesFound, PagesRead, Polled, Progress, StateChanged

__all__ = [
    "Blocked",
    "Context",
    "PageDone",
    "PagesFound",
    "PagesRead",
    "Polled",
    "Progress",
    "StateChanged",
    "opened",
    "run_due",
]
