"""A day of many feeds, simulated: how late requests and articles are where sites are asked politely by so many workers.

    python -m benchmarks.scale [--feeds 1000000] [--articles 10000000] [--part 50] [--page 30] [--store 19]

Sites hold feeds by a long tail (Pareto, exponent 1.1, at most --largest); feeds have articles by one too (log-normal),
four times as many by day as by night, and are polled as often as they have news, between 10 minutes and 24 hours. One
worker at a time visits a site, one request after the other, for at most 600 s or 400 pages; the site that waits longest
is next. An answer takes a log-normal time of .5 s in the middle. A page costs the cores --page ms, which they share,
and then --store ms of the storing, where one article is at a time (`lanes`: languages that are stored at once).
Of the sites, by size, every --part-th is simulated, and with it that part of the slots, cores and lanes.

It prints a line a setting: requests a second; how long after they were due the requests of sites of so many feeds were
made, in the middle and of the latest twentieth; how long after their page articles were stored; the shares of cores and
lanes in use; what was still due. The last line says how many sites ask for more than their gap allows in a day.
"""

import argparse
import heapq
import math
import random
from collections import deque
from dataclasses import dataclass, field
from statistics import quantiles

DAY, SHORTEST, LONGEST = 86_400, 600.0, 86_400.0  # seconds
VISIT_SECONDS, VISIT_PAGES = 600, 400
CLASSES = (1, 10, 100, 1_000, 10**9)  # feeds of a site, at most
PAGE = -1


@dataclass(slots=True)
class Site:
    """A site: the articles a day of its feeds; what is due, since when: a feed or PAGE; when it may be asked again."""

    rates: list[float]
    due: deque[tuple[float, int]] = field(default_factory=deque)
    free_at: float = 0.0
    busy: bool = False  # it waits for a visit or has one
    visit_ends: float = 0.0
    visit_pages: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """What is tried: sites visited at once, cores that read pages, seconds between requests, what stores at once."""

    slots: int
    cores: int
    gap: float
    lanes: int


class Queue:
    """Work that is done in its order, `rate` seconds of it a second."""

    def __init__(self, rate: float) -> None:
        self.rate, self.free_at, self.used = rate, 0.0, 0.0

    def done(self, at: float, seconds: float) -> float:
        """Takes up work and says when it is done."""
        self.used += seconds
        self.free_at = max(at, self.free_at) + seconds / self.rate
        return self.free_at


def sizes(dice: random.Random, feeds: int, largest: int) -> list[int]:
    """How many feeds each site has, the largest first."""
    found, left = [], feeds
    while left > 0:
        found.append(min(largest, left, int(dice.paretovariate(1.1))))
        left -= found[-1]
    return sorted(found, reverse=True)


def made(dice: random.Random, some: list[int], mean: float) -> list[Site]:
    """Sites with so many feeds, whose articles a day have that mean."""
    sigma = 1.4
    usual = mean / math.exp(sigma**2 / 2)
    return [Site([usual * dice.lognormvariate(0, sigma) for _ in range(size)]) for size in some]


def poisson(dice: random.Random, mean: float) -> int:
    """How many come where so many are expected."""
    if mean > 30:
        return max(0, round(dice.gauss(mean, math.sqrt(mean))))
    limit, many, product = math.exp(-mean), 0, dice.random()
    while product > limit:
        many, product = many + 1, product * dice.random()
    return many


def interval(rate: float) -> float:
    """Seconds between two polls of a feed with so many articles a day."""
    return min(LONGEST, max(SHORTEST, DAY / rate))


def play(sites: list[Site], setting: Setting, part: int, page: float, store: float, dice: random.Random) -> str:
    """Plays two days, of which the second counts; returns a line of what came of it."""
    free, waiting = max(1, setting.slots // part), deque[Site]()
    reading, storing = Queue(setting.cores / part), Queue(setting.lanes / part)
    late: list[list[float]] = [[] for _ in CLASSES]
    behind: list[float] = []
    last_poll = {(id(site), n): 0.0 for site in sites for n in range(len(site.rates))}
    events: list[tuple[float, int, Site, int]] = []  # when, a number of their own, the site, the feed; PAGE: ask it
    number = 0

    def later(at: float, site: Site, what: int) -> None:
        nonlocal number
        number += 1
        heapq.heappush(events, (at, number, site, what))

    def visit(site: Site, at: float) -> None:
        nonlocal free
        free -= 1
        site.visit_ends, site.visit_pages = at + VISIT_SECONDS, 0
        later(max(at, site.free_at), site, PAGE)

    for site in sites:
        for feed, rate in enumerate(site.rates):
            later(dice.uniform(0, interval(rate)), site, feed)
    while events[0][0] < 2 * DAY:
        at, _, site, what = heapq.heappop(events)
        if what != PAGE:
            site.due.append((at, what))
            if not site.busy:
                site.busy = True
                if free:
                    visit(site, at)
                else:
                    waiting.append(site)
            continue
        since, feed = site.due.popleft()
        if at > DAY:
            late[next(n for n, most in enumerate(CLASSES) if len(site.rates) <= most)].append(at - since)
        answered = at + dice.lognormvariate(math.log(0.5), 0.8)
        site.free_at = at + setting.gap
        if feed == PAGE:
            site.visit_pages += 1
            stored = storing.done(reading.done(answered, page), store)
            if at > DAY:
                behind.append(stored - answered)
        else:
            rate, before = site.rates[feed], last_poll[id(site), feed]
            last_poll[id(site), feed] = at
            by_day = 1 + 0.6 * math.sin(2 * math.pi * at / DAY)
            site.due.extend([(at, PAGE)] * poisson(dice, rate * by_day * (at - before) / DAY))
            later(at + interval(rate), site, feed)
        if site.due and at < site.visit_ends and site.visit_pages < VISIT_PAGES:
            later(max(site.free_at, answered if setting.gap else 0), site, PAGE)
            continue
        free += 1
        if site.due:
            waiting.append(site)
        else:
            site.busy = False
        if waiting:
            visit(waiting.popleft(), at)
    asked = sum(map(len, late))
    left = sum(len(site.due) for site in sites)
    spans = " ".join(f"{_span(some):>13}" for some in (*late, behind))
    use = f"{reading.used / reading.rate / 2 / DAY:4.0%} {storing.used / storing.rate / 2 / DAY:7.0%}"
    head = f"{setting.slots:6} {setting.cores:5} {setting.gap:4.1f} {setting.lanes:5}"
    return f"{head} {asked * part / DAY:10,.0f} {spans} {use} {left * part:12,}"


def _span(seconds: list[float]) -> str:
    if len(seconds) < 20:
        return "-"
    cuts = quantiles(seconds, n=20)
    return f"{_short(cuts[9])} {_short(cuts[18])}"


def _short(seconds: float) -> str:
    return (
        f"{seconds:.0f}s" if seconds < 100 else f"{seconds / 60:.0f}m" if seconds < 6_000 else f"{seconds / 3600:.0f}h"
    )


SETTINGS = (
    Setting(300, 8, 2, 4),
    Setting(600, 8, 2, 1),
    Setting(600, 4, 2, 4),
    Setting(600, 8, 2, 4),
    Setting(600, 8, 0.5, 4),
)


def main() -> None:
    """Plays the settings one after another."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--feeds", type=int, default=1_000_000)
    asked.add_argument("--articles", type=int, default=10_000_000, help="a day")
    asked.add_argument("--part", type=int, default=50)
    asked.add_argument("--largest", type=int, default=20_000, help="feeds of a site")
    asked.add_argument("--page", type=float, default=30, help="ms of a core to read a page")
    asked.add_argument("--store", type=float, default=19, help="ms to store an article")
    options = asked.parse_args()
    every, mean = sizes(random.Random(1), options.feeds, options.largest), options.articles / options.feeds
    names = [f"{some} feeds" for some in ("1", "2-10", "11-100", "101-1,000", "more")]
    spans = " ".join(f"{name:>13}" for name in (*names, "stored"))
    print(f"{len(every):,} sites\n slots cores  gap lanes requests/s {spans} cores storing    still due")
    for setting in SETTINGS:
        sites, dice = made(random.Random(1), every[options.part // 2 :: options.part], mean), random.Random(2)
        print(play(sites, setting, options.part, options.page / 1000, options.store / 1000, dice), flush=True)
    feeds = [rate for site in made(random.Random(1), [100_000], mean) for rate in site.rates]
    wanted = sum([rate + DAY / interval(rate) for rate in feeds]) / len(feeds)
    for gap in sorted({setting.gap for setting in SETTINGS}):
        large = [size for size in every if size * wanted > DAY / gap]
        share = sum(large) / options.feeds
        print(f"gap {gap}: {len(large)} sites with {share:.0%} of the feeds ask for more than {DAY / gap:,.0f} a day")


if __name__ == "__main__":
    main()
