"""Four workers at two hundred sites, some of them killed: the archive is the one that a fetch makes, politely."""

import itertools
import json
import lzma
import os
import random
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pytest
from sqlalchemy import text

from aggregator.articles.from_record import from_record
from aggregator.engines import fetch
from aggregator.pool import Pool
from aggregator.store import engine
from aggregator.store.content import save_article
from aggregator.store.engine import Store
from aggregator.store.upkeep import maintenance
from tests.conftest import new_database
from tests.engines.worker_processes import ENVIRON, ROOT, Workers
from tests.servers import Reply, Seen, Server
from tests.visit import site

HOSTS, ARTICLES, WORKERS, KILLS = 200, 220, 4, 3
GAP, JITTER = 2.0, 0.5  # seconds; the second of a busy machine, on which the server's thread notes a request late
LOST_BY_A_KILL = 8  # pages that are asked for and not stored yet, in one worker
CORPUS = Path(os.environ.get("AGGREGATOR_CORPUS", ROOT.parent / "shared" / "corpus")) / "stories-allsides-dev.jsonl.xz"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the archives of the workers and of one fetch, and what the server saw of the workers."""

    cluster: Store
    alone: Store
    requests: list[Seen]
    exit_codes: list[int]
    said: str


def pages() -> list[str]:
    """Articles of the corpus, those of a story near each other, or made ones."""
    if not CORPUS.exists():
        return [site.page(number) for number in range(ARTICLES)]
    with lzma.open(CORPUS, "rt", encoding="utf-8") as lines:
        labelled = [row for row in map(json.loads, lines) if row.get("cluster") is not None]
    return [real_page(row) for row in sorted(labelled, key=lambda row: str(row["cluster"]))[:ARTICLES]]


def real_page(row: dict[str, str]) -> str:
    body = "".join(f"<p>{escape(part)}</p>" for part in row["text"].split("\n\n"))
    return (
        f"<!doctype html><html lang=en><head><title>{escape(row['title'])}</title>"
        f"<meta property='article:published_time' content='{row['date']}T12:00:00Z'></head>"
        f"<body><nav><a href=/>Home</a></nav><article><h1>{escape(row['title'])}</h1>{body}</article></body></html>"
    )


def serve(server: Server) -> str:
    """Puts the articles on two hundred hosts, most with one, some with more; returns feeds.yaml."""
    texts, of_host = pages(), defaultdict[str, list[int]](list)
    for number in range(ARTICLES):
        of_host[f"127.0.6.{1 + (number if number < HOSTS else number % 5)}:{server.port}"].append(number)

    def answer(seen: Seen) -> Reply:
        host, number = seen.header("host") or "", seen.path.rpartition("/")[2]
        if number != "rss":
            return Reply(texts[int(number)], headers={"Content-Type": "text/html; charset=utf-8"}, delay=0.05)
        items = "".join(f"<item><link>http://{host}/a/{n}</link><guid>g{n}</guid></item>" for n in of_host[host])
        return Reply(f"<rss version='2.0'><channel><title>{host}</title>{items}</channel></rss>")

    server.otherwise(answer)
    return "feeds:\n" + "".join(f"  - url: http://{host}/rss\n" for host in of_host)


@pytest.fixture
def outcome(postgres: str, pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    folder = tmp_path_factory.mktemp("many")
    with Server("0.0.0.0") as server:
        (folder / "feeds.yaml").write_text(serve(server))
        alone = f"sqlite:///{folder}/one.db"
        environ = ENVIRON | {"AGGREGATOR_SITE_GAP": "0"}
        fetch.run(fetch.FetchRequest(folder / "feeds.yaml", alone), environ=environ, pool=pool)
        server.requests.clear()
        workers = Workers(new_database(postgres), AGGREGATOR_SITE_GAP=f"{GAP}s")
        cluster = engine.open(workers.url)
        alive = [workers.start(folder) for _ in range(WORKERS)]
        try:
            workers.until(lambda: count(cluster) > 0)
            moments = random.Random(200)
            for _ in range(KILLS):
                time.sleep(moments.uniform(0.5, 3))
                victim = alive.pop(moments.randrange(len(alive)))
                os.killpg(victim.pid, signal.SIGKILL)
                alive.append(workers.start(folder))
            workers.until(lambda: count(cluster) >= ARTICLES and not waiting(cluster))
            for process in alive:
                process.terminate()
            codes = [process.wait(20) for process in alive]
        finally:
            workers.kill()
        one = engine.open(alone)
        yield Outcome(cluster, one, list(server.requests), codes, workers.said())
        cluster.close()
        one.close()


def count(store: Store) -> int:
    with store.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM articles")).scalar_one())


def waiting(store: Store) -> int:
    with store.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM entries WHERE state = 'waiting'")).scalar_one())


def rows(store: Store, query: str) -> list[tuple[object, ...]]:
    with store.read() as conn:
        return sorted(map(tuple, conn.execute(text(query))))


def test_workers_that_are_killed_store_what_one_fetch_stores(
    outcome: Outcome, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    """One test, since what it looks at takes a minute to make."""
    with subtests.test("entries"):
        is_that_of_one_fetch(outcome, "SELECT key, url, state FROM entries")
    with subtests.test("articles and texts"):
        is_that_of_one_fetch(outcome, "SELECT url, title, text FROM articles")
    with subtests.test("nothing is wrong afterwards"):
        is_sound(outcome)
    with subtests.test("no site sees two requests at once or closer than its gap"):
        is_polite(outcome)
    with subtests.test("pages are asked for again only where a worker was killed"):
        repeats_little(outcome)
    with subtests.test("stories are those that one process makes of the articles"):
        has_the_same_stories(outcome, tmp_path)


def is_that_of_one_fetch(outcome: Outcome, query: str) -> None:
    assert rows(outcome.cluster, query) == rows(outcome.alone, query)
    assert len(rows(outcome.cluster, query)) == ARTICLES


def is_sound(outcome: Outcome) -> None:
    assert list(maintenance.check(outcome.cluster)) == []
    assert outcome.exit_codes == [0] * WORKERS, outcome.said
    assert "Traceback" not in outcome.said


def is_polite(outcome: Outcome) -> None:
    times = defaultdict[str, list[float]](list)
    for seen in outcome.requests:
        times[seen.header("host") or ""].append(seen.at)
    gaps = [later - before for of_host in times.values() for before, later in itertools.pairwise(sorted(of_host))]
    assert len(times) == HOSTS
    assert min(gaps) > GAP - JITTER  # an answer takes less


def repeats_little(outcome: Outcome) -> None:
    asked = Counter((seen.header("host"), seen.path) for seen in outcome.requests if seen.path != "/rss")
    assert len(asked) == ARTICLES
    assert asked.total() - ARTICLES <= LOST_BY_A_KILL * KILLS


def has_the_same_stories(outcome: Outcome, tmp_path: Path) -> None:
    """In what order articles come decides some stories of few reports, also in one process; so here it is the same."""
    if not CORPUS.exists():
        pytest.skip(f"{CORPUS.name} is not here: made pages say nothing of stories")
    again = engine.open(f"sqlite:///{tmp_path}/again.db")
    times = ("published_at", "modified_at", "fetched_at")
    with outcome.cluster.read() as conn, again.write() as unit:
        for row in conn.execute(text("SELECT * FROM articles ORDER BY id")).mappings():
            listed = {name: json.loads(row[name] or "[]") for name in ("authors", "tags")}
            record = {**row, **listed}
            save_article.save(unit, from_record(record, {name: row[name] for name in times}, row["fetched_at"]))
    assert b_cubed(groups(outcome.cluster), groups(again)) >= 0.98
    assert b_cubed(groups(outcome.cluster), groups(outcome.alone)) >= 0.9
    again.close()


def groups(store: Store) -> dict[str, frozenset[str]]:
    """Returns of each article, by its URL, those of its story."""
    found = defaultdict[object, set[str]](set)
    for story, url in rows(store, "SELECT story_id, url FROM articles"):
        found[story].add(str(url))
    return {url: frozenset(members) for members in found.values() for url in members}


def b_cubed(one: dict[str, frozenset[str]], other: dict[str, frozenset[str]]) -> float:
    """Returns F1 of B³ precision and recall (Bagga and Baldwin 1998)."""
    precision = sum(len(one[url] & other[url]) / len(one[url]) for url in one) / len(one)
    recall = sum(len(one[url] & other[url]) / len(other[url]) for url in one) / len(one)
    return 2 * precision * recall / (precision + recall)
