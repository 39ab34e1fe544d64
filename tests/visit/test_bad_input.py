"""Twenty-five minutes of a faster clock with 200 feeds of which a third misbehave in turn; for an hour and its figures:
python -m benchmarks.misbehaving."""

import statistics
from pathlib import Path
from typing import Any

from sqlalchemy import select

from aggregator.store import engine
from aggregator.store.schema import feeds, polls
from aggregator.store.upkeep import maintenance
from tests.visit.misbehaving import FAULTS, INTERVAL, World, delays, growth, run_daemon, world


def mistakes(made: World, folder: Path) -> list[str]:
    """What the database says wrongly of the feeds: their log of polls and their state, against what was served."""
    store = engine.open(f"sqlite:///{folder}/a.db")
    try:
        with store.read() as conn:
            rows = {row.url: row for row in conn.execute(select(feeds))}
            logs: dict[int, list[Any]] = {row.id: [] for row in rows.values()}
            for poll in conn.execute(select(polls).order_by(polls.c.id)):
                logs[poll.feed_id].append(poll)
        wrong = list(maintenance.check(store))
    finally:
        store.close()
    for number, url in enumerate(made.urls):
        wrong += _mistakes(url, rows[url], logs[rows[url].id], made.answered[number])
    return wrong


def _mistakes(url: str, row, log: list, answered: list[tuple[float, str | None]]) -> list[str]:
    wrong = []
    if len(answered) - len(log) not in (0, 1):  # the last answer may not have been logged before the end
        wrong.append(f"{url}: {len(log)} polls logged, {len(answered)} answered")
    failures = 0
    for poll, (_, name) in zip(log, answered, strict=False):
        fault = FAULTS[name] if name else None
        expected = ("failed", fault.kind, fault.status) if fault and fault.kind else ("fine", None, None)
        found = ("failed", poll.kind, poll.status) if poll.outcome == "failed" else ("fine", None, None)
        if found != expected:
            wrong.append(f"{url}: {name} gave {found} ({poll.reason}), not {expected}")
        failures = failures + 1 if poll.outcome == "failed" else 0
    told = row.last_error is not None  # a document that is damaged and can be read is told of too
    if row.failures != failures or (told < (failures > 0)) or (told and log and answered[len(log) - 1][1] is None):
        wrong.append(f"{url}: {row.failures} failures ({row.last_error}), not {failures}")
    gone = any(name == "410" for _, name in answered[: len(log)])
    if (row.gone_at is not None) != gone:
        wrong.append(f"{url}: gone at {row.gone_at}, but {answered}")
    return wrong


def test_feeds_that_misbehave(tmp_path: Path) -> None:
    with world(factor=60) as made:
        samples = run_daemon(made, tmp_path, 1500)
    assert mistakes(made, tmp_path) == []
    late = sorted(delays(made))
    assert late[0] >= -1
    assert statistics.median(late) < INTERVAL  # ten seconds of real time, for busy machines; the benchmark has figures
    more_memory, more_files = growth(samples)
    assert more_memory < 60
    assert more_files < 20
