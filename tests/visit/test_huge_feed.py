"""A feed of very many entries: the newest first, so many a poll, and none is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from aggregator.engines import fetch as fetch_engine
from aggregator.pool import Pool
from aggregator.store import engine
from aggregator.store.schema import entries
from aggregator.visit import poll
from tests.servers import Server, conditional

ENVIRON = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": "0", "AGGREGATOR_WORKERS": "1"}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def test_the_newest_entries_come_first_and_the_others_later(
    tmp_path: Path, pool: Pool, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(poll, "MAX_NEW_ENTRIES", 40)
    items = "".join(
        f"<item><title>Title {n}</title><guid>g{n}</guid><pubDate>Wed, 05 Mar 2025 12:{n // 60:02}:{n % 60:02} GMT"
        f"</pubDate><description>Text {n}</description></item>"
        for n in range(100)
    )
    body = f'<rss version="2.0"><channel><title>Many</title>{items}</channel></rss>'
    url = server.route("/feed", conditional(body, '"1"'))
    config, database = tmp_path / "feeds.yaml", f"sqlite:///{tmp_path}/a.db"
    config.write_text(f"feeds:\n  - url: {url}\n    full_text: never\n")
    taken = []
    for _ in range(4):
        request = fetch_engine.FetchRequest(config, database, (), force=True)
        summary = fetch_engine.run(request, environ=ENVIRON, pool=pool)
        taken.append((summary.entries_new, summary.feeds_unchanged))
        opened = engine.open(database)
        with opened.read() as conn:
            oldest = conn.execute(select(func.min(entries.c.published_at))).scalar_one()
        opened.close()
        assert oldest == 1741176000 + max(0, 100 - 40 * len(taken))
    assert taken == [(40, 0), (40, 0), (20, 0), (0, 1)]
    assert "its newest 40 new entries were taken; 60 more come with its next polls" in caplog.text
