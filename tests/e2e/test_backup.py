"""A backup while a fetch writes is whole: it opens, nothing is wrong with it, and it holds what there was."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import text

from aggregator.errors import StoreError
from aggregator.store import engine
from aggregator.store.upkeep import maintenance
from tests.servers import Reply, Server
from tests.visit import site

PAGES = 40
COMMAND = [sys.executable, "-m", "aggregator", "--config", "feeds.yaml", "--database", "sqlite:///a.db"]


def test_a_backup_while_a_fetch_writes_is_whole(tmp_path: Path) -> None:
    here = {"PYTHONPATH": str(Path(__file__).parents[2]), "AGGREGATOR_SITE_GAP": "0"}
    environment = os.environ | here | {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_WORKERS": "1"}
    with Server() as server:
        for n in range(PAGES):
            delay = 0.2 if n < PAGES - 1 else 60.0  # the fetch goes on for as long as the backup takes
            server.route(f"/a/{n}", Reply(site.page(n), headers={"Content-Type": "text/html"}, delay=delay))
        server.route("/rss", Reply(site.rss(server, range(PAGES))))
        (tmp_path / "feeds.yaml").write_text(f"feeds: [{{url: '{server.url('/rss')}'}}]\n")
        fetch = subprocess.Popen([*COMMAND, "fetch", "--all"], cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL)
        try:
            while articles(tmp_path / "a.db") == 0:
                assert fetch.poll() is None
                time.sleep(0.05)
            done = subprocess.run(
                [*COMMAND, "db", "backup", "copy.db"], cwd=tmp_path, env=environment, capture_output=True, check=False
            )
            assert (done.returncode, done.stderr) == (0, b"")
            assert fetch.poll() is None
        finally:
            fetch.send_signal(signal.SIGKILL)
            fetch.wait()
    copy = engine.open(f"sqlite:///{tmp_path}/copy.db")
    assert list(maintenance.check(copy)) == []
    copy.close()
    assert 0 < articles(tmp_path / "copy.db") < PAGES


def articles(database: Path) -> int:
    if not database.exists():
        return 0
    try:
        store = engine.open(f"sqlite:///{database}")
    except StoreError:  # it is being made
        return 0
    with store.read() as conn:
        found = int(conn.execute(text("SELECT count(*) FROM articles")).scalar_one())
    store.close()
    return found
