"""When to poll: requests, delay to discovery and entries lost, by our schedule and by others' rules.

    python -m benchmarks.schedule [--half development|report] [--rates]

Replays the publication times of real feeds (feeds-dev.tar.xz in the folder AGGREGATOR_CORPUS; left out without it) and
of models. The older half of a real feed's entries is what its first poll lists; the newer half is played, at most
120 days of it. Every rule sees the same: what a document lists, at the polls it chose. Delays are weighed by entries,
requests and entries are counted a day and feed. `lost`: entries that left the document between two polls; `avoidable`:
those of them that a poll at the floor (an hour; 10 minutes where half of the window turns over within the hour) finds.
Rules: fixed intervals; Miniflux's entry frequency (7 days / entries of the last week x factor, 5 minutes to 24 hours);
Media Cloud's (an hour less after a poll with news of less than a tenth of duplicates, an hour more after one without,
half an hour to 24 hours).
"""

import argparse
import random
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import mean
from typing import Any
from zlib import crc32

from aggregator.model import Hints
from aggregator.schedule import PollHistory, PollPolicy, Rhythm, learn, next_poll, unchanged
from benchmarks import corpus

HOUR, DAY = 3600, 86400
START = 1_767_600_000  # a Monday, 2026-01-05 08:00 UTC
LONGEST = 120 * DAY
PHASES = 4  # starts at different times, so that no rule is lucky


@dataclass(frozen=True)
class Track:
    """Publication times of one feed, old to new; those before `start` are listed by the first poll."""

    name: str
    times: tuple[int, ...]
    window: int
    start: int
    end: int


@dataclass
class Score:
    """Per day and feed: requests and entries; seconds that entries waited; entries lost and lost without need."""

    requests: float = 0.0
    entries: float = 0.0
    waited: float = 0.0
    lost: float = 0.0
    avoidable: float = 0.0
    feeds: int = 0

    def add(self, other: "Score") -> None:
        for name in ("requests", "entries", "waited", "lost", "avoidable", "feeds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def delay(self) -> float:
        return self.waited / max(self.entries - self.lost, 1e-9)


Rule = Callable[[Track, "View"], float]


@dataclass
class View:
    """What a poller sees: the time, the entries listed now, those that are new, its polls so far, its own memory."""

    now: int
    listed: tuple[int, ...]
    fresh: tuple[int, ...]
    last: int | None
    seen: list[int] = field(default_factory=list)
    memory: dict[str, Any] = field(default_factory=dict)


POLICY = PollPolicy(timedelta(minutes=10), timedelta(hours=24))


def ours(track: Track, view: View) -> float:
    rhythm = view.memory.get("rhythm", Rhythm())
    if view.last is None or view.fresh:
        rhythm = learn(rhythm, view.listed, view.fresh, view.last, view.now)
    else:
        rhythm = unchanged(rhythm)
    view.memory["rhythm"] = rhythm
    policy = PollPolicy(POLICY.min_interval, POLICY.max_interval, seed=track.name)
    at = next_poll(PollHistory(rhythm), Hints(), policy, datetime.fromtimestamp(view.now, UTC)).at
    return at.timestamp() - view.now


def fixed(seconds: float) -> Rule:
    return lambda track, view: seconds


def miniflux(factor: float) -> Rule:
    def rule(track: Track, view: View) -> float:
        weekly = sum(1 for at in view.seen if at > view.now - 7 * DAY)
        return min(max(7 * DAY / weekly / factor, 300), DAY) if weekly else DAY

    return rule


def media_cloud(track: Track, view: View) -> float:
    interval = float(view.memory.get("interval", HOUR))
    if view.last is not None:
        duplicates = 1 - len(view.fresh) / len(view.listed) if view.listed else 1.0
        interval += HOUR if not view.fresh else -HOUR if duplicates < 0.9 else 0
    view.memory["interval"] = interval = min(max(interval, HOUR / 2), DAY)
    return interval


def play(track: Track, rule: Rule, phase: float) -> Score:
    """One feed under one rule."""
    now = int(track.start + phase)
    last, known = None, 0
    memory: dict[str, Any] = {}
    asked = waited = lost = avoidable = 0
    floor = floor_of(track)
    times, played = track.times, sum(1 for at in track.times if at > now)
    upto = 0
    while True:
        while upto < len(times) and times[upto] <= now:
            upto += 1
        first = max(0, upto - track.window)
        for number in range(known, upto):
            if last is None:
                continue
            if number < first:
                lost += 1
                avoidable += times[number + track.window] - times[number] > floor
            else:
                waited += now - times[number]
        fresh = times[max(known, first) : upto]
        wait = rule(track, View(now, times[first:upto], fresh, last, list(times[max(0, upto - 500) : upto]), memory))
        known, last = upto, now
        asked += now < track.end
        if now >= track.end:
            break
        now = int(now + wait)
    days = (track.end - track.start - phase) / DAY
    return Score(asked / days, played / days, waited / days, lost / days, avoidable / days, 1)


def floor_of(track: Track) -> int:
    half = max(track.window // 2, 1)
    fastest = min((b - a for a, b in zip(track.times, track.times[half:], strict=False)), default=DAY)
    return 660 if fastest < HOUR else 3960  # with the most jitter


def total(tracks: list[Track], rule: Rule) -> Score:
    score = Score()
    for track in tracks:
        for number in range(PHASES):
            score.add(play(track, rule, min(HOUR, (track.end - track.start) / 4) * number / PHASES))
    return Score(*(getattr(score, n) / PHASES for n in ("requests", "entries", "waited", "lost", "avoidable", "feeds")))


# --- tracks


def real(half: str | None) -> list[Track]:
    path = corpus.folder() / "feeds-dev.tar.xz"
    if not path.exists():
        return []
    found = []
    with tarfile.open(path) as tar:
        for member in tar.getmembers():
            part = "development" if crc32(member.name.encode()) % 2 else "report"
            file = tar.extractfile(member)
            if file and half in (None, part):
                found += list(recorded(member.name, file.read()))
    return found


def recorded(name: str, body: bytes) -> Iterator[Track]:
    from aggregator.errors import FeedError
    from aggregator.feeds import parse_feed

    try:
        document = parse_feed.parse(body, {"content-type": "application/xml"}, "https://example.org/feed.xml")
    except FeedError:
        return
    times = sorted(int(entry.published_at.timestamp()) for entry in document.entries if entry.published_at)
    if len(times) < 8 or times[-1] - times[0] < 2 * HOUR:
        return
    middle = len(times) // 2
    while middle > 1 and times[middle] - times[middle - 1] < 60:
        middle -= 1
    start = times[middle - 1] + 60
    yield Track(name, tuple(times), max(len(times) // 2, 5), start, min(times[-1] + 60, start + LONGEST))


def models() -> dict[str, list[Track]]:
    """Feeds as they are said to be, three of each kind, 60 days with 20 before them."""
    kinds = {
        "steady, one in 3 h": lambda r: steady(r, 3 * HOUR),
        "steady, one in 2 days": lambda r: steady(r, 2 * DAY),
        "hourly, by a clock": lambda r: clock(r, HOUR),
        "daily, by a clock": lambda r: clock(r, DAY),
        "bursts": bursts,
        "weekdays only": lambda r: weighed(r, 8, lambda h, d: d < 5),
        "office hours": lambda r: weighed(r, 12, lambda h, d: d < 5 and 8 <= h < 17),
        "news, by day more": lambda r: weighed(r, 40, lambda h, d: (3 if 6 <= h < 20 else 0.5) * (1 if d < 5 else 0.5)),
        "silent for months": silent,
        "fast, short window": lambda r: steady(r, 5 * 60),
    }
    return {kind: [modelled(kind, make, seed) for seed in range(3)] for kind, make in kinds.items()}


def modelled(kind: str, make: Callable[[random.Random], list[int]], seed: int) -> Track:
    times = tuple(make(random.Random(f"{kind} {seed}")))
    return Track(f"{kind} {seed}", times, 15 if "short" in kind else 20, START, START + 60 * DAY)


SPAN = range(START - 20 * DAY, START + 60 * DAY)


def steady(r: random.Random, gap: float, span: range = SPAN) -> list[int]:
    at, found = float(span.start), []
    while (at := at + r.expovariate(1 / gap)) < span.stop:
        found.append(int(at))
    return found


def clock(r: random.Random, gap: int) -> list[int]:
    return [at + r.randrange(40) for at in range(SPAN.start + r.randrange(gap), SPAN.stop, gap)]


def weighed(r: random.Random, a_day: float, weight: Callable[[int, int], float]) -> list[int]:
    week = [float(weight(hour, day)) for day in range(7) for hour in range(24)]
    most, usual = max(week), mean(week)
    kept = []
    for at in steady(r, DAY / (a_day * most / usual)):
        when = datetime.fromtimestamp(at, UTC)
        if r.random() < week[when.weekday() * 24 + when.hour] / most:
            kept.append(at)
    return kept


def bursts(r: random.Random) -> list[int]:
    found: list[int] = []
    for start in steady(r, 3 * DAY):
        found += steady(r, 15 * 60, range(start, start + r.randrange(HOUR, 6 * HOUR)))
    return sorted(at for at in found if at < SPAN.stop)


def silent(r: random.Random) -> list[int]:
    return sorted(steady(r, 40 * DAY) + [SPAN.start - n * 3 * DAY for n in range(12)])


# --- comparisons


def equal(tracks: list[Track], make: Callable[[float], Rule], goal: float, what: str, low: float, high: float) -> Score:
    """The score of the rule whose requests (or delay) are those of ours, found by halving."""
    for _ in range(14):
        middle = (low * high) ** 0.5
        found = total(tracks, make(middle))
        more_often = found.requests < goal if what == "requests" else found.delay > goal
        low, high = (low, middle) if more_often else (middle, high)
    return found


def line(name: str, score: Score) -> str:
    return (f"  {name:<34} {score.requests:9.2f} requests/day  {score.delay / HOUR:7.2f} h delay  "
            f"{score.lost:7.3f} lost/day, {score.avoidable:.3f} avoidable")  # fmt: skip


def report(name: str, tracks: list[Track]) -> Score:
    mine = total(tracks, ours)
    print(f"{name}: {len(tracks)} feeds, {mine.entries:.1f} entries/day")
    print(line("ours", mine))
    print(line("fixed 1 h", total(tracks, fixed(HOUR))))
    print(line("Miniflux, factor 1", total(tracks, miniflux(1))))
    print(line("Media Cloud", total(tracks, media_cloud)))
    same = equal(tracks, fixed, mine.requests, "requests", 60, 40 * DAY)
    slow = equal(tracks, fixed, mine.delay, "delay", 60, 40 * DAY)
    print(line("fixed, at our requests", same) + f"  -> our delay is {mine.delay / same.delay:.2f} of it")
    print(line("fixed, at our delay", slow) + f"  -> our requests are {mine.requests / slow.requests:.2f} of it")
    theirs = equal(tracks, lambda f: miniflux(1 / f), mine.requests, "requests", 0.001, 1000)
    print(line("Miniflux, at our requests", theirs) + f"  -> our delay is {mine.delay / theirs.delay:.2f} of it")
    return mine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--half", choices=("development", "report"), help="of the real feeds; default: all")
    parser.add_argument("--only", metavar="WORD", help="of the models' names; default: all")
    args = parser.parse_args()
    half, only = args.half, args.only
    everything = real(half)
    if everything:
        report(f"real feeds ({half or 'all'})", everything)
    for kind, tracks in models().items():
        if only and only not in kind:
            continue
        report(kind, tracks)
        everything += tracks
    report("all", everything)


if __name__ == "__main__":
    main()
