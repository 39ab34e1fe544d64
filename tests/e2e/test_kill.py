"""kill -9 at any moment, of the parent or of its whole group: nothing lost, nothing doubled, nobody left behind."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import text

from aggregator.extraction.memory.site_memory import SiteMemory
from aggregator.store import engine
from aggregator.store.upkeep import maintenance
from tests.servers import Reply, Server
from tests.visit import site

ROUNDS = 4
COMMAND = [
    sys.executable,
    "-m",
    "aggregator",
    "--config",
    "feeds.yaml",
    "--database",
    "sqlite:///a.db",
    "fetch",
    "--all",
]


def test_killed_fetches_lose_and_double_nothing(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    env = os.environ | {
        "PYTHONPATH": str(root),
        "AGGREGATOR_SITE_GAP": "0",
        "AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true",
    }
    with Server("127.0.0.31") as one, Server("127.0.0.32") as two:
        servers = (one, two)
        feeds = [server.url("/rss") for server in servers]
        (tmp_path / "feeds.yaml").write_text("feeds:\n" + "".join(f"  - url: {url}\n" for url in feeds))
        for number in range(ROUNDS):
            for server in servers:
                publish(server, 6 * (number + 1))
            process = subprocess.Popen(
                COMMAND,
                cwd=tmp_path,
                env=env,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            time.sleep(random.Random(number).uniform(0.8, 2.5))
            (os.killpg if number % 2 else os.kill)(process.pid, signal.SIGKILL)
            process.wait()
            assert is_gone(process.pid)
        last = subprocess.run(COMMAND, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False)
        assert last.returncode == 0, last.stderr
    opened = engine.open(f"sqlite:///{tmp_path}/a.db")
    assert list(maintenance.check(opened)) == []
    with opened.read() as conn:
        stored = conn.execute(text("SELECT url, count(*) FROM articles GROUP BY url")).all()
        learnt = conn.execute(text("SELECT memory, pages FROM site_memories")).all()
    opened.close()
    assert len(stored) == 2 * 6 * ROUNDS
    assert all(times == 1 for _, times in stored)
    assert len(learnt) == 2
    for memory, pages in learnt:  # a kill may lose some learning, never what was learnt before
        SiteMemory.unpacked(bytes(memory))
        assert 0 < pages <= 6 * ROUNDS


def publish(server: Server, count: int) -> None:
    for n in range(count):
        name = f"Town {server.host}"
        server.route(f"/a/{n}", Reply(site.page(n, name), headers={"Content-Type": "text/html"}, delay=0.2))
    server.route("/rss", Reply(site.rss(server, range(count))))


def is_gone(group: int) -> bool:
    """True once no process of the group is left; workers notice their parent's end by themselves."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
