"""Pages in WARC: every way they are packed, what is no article, what is broken, and a kill in the middle."""

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from aggregator.archive import warc_file
from aggregator.archive.import_articles import import_file
from aggregator.archive.import_pages import PageCounts, import_pages
from aggregator.archive.search import Search, records
from aggregator.archive.warc_file import NoPage
from aggregator.articles.row import ServedPage
from aggregator.config.models import Settings
from aggregator.errors import AggregatorError
from aggregator.store import engine
from aggregator.store.engine import Store
from aggregator.store.upkeep import maintenance
from tests.visit import site

NOW = 1_720_000_000  # 2024-07-03
SETTINGS = Settings(workers=1)
OLD, YOUNG = "2024-05-01T10:00:00Z", "2024-06-30T10:00:00Z"


def record(url: str, body: bytes, head: str = "Content-Type: text/html", status: str = "200 OK", **more: str) -> bytes:
    """A response as crawlers store it. `more`: WARC_Type, WARC_Date and the like."""
    return warc(url, f"HTTP/1.1 {status}\r\n{head}\r\n\r\n".encode() + body, **more)


def warc(url: str, block: bytes, **more: str) -> bytes:
    fields = {
        "WARC_Type": "response",
        "WARC_Date": OLD,
        "WARC_Target_URI": url,
        "Content_Type": "application/http; msgtype=response",
        "Content_Length": str(len(block)),
    }
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in (fields | more).items())
    return f"WARC/1.0\r\n{head}\r\n".encode() + block + b"\r\n\r\n"


def chunked(body: bytes) -> bytes:
    parts = (body[at : at + 700] for at in range(0, len(body), 700))
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def page(number: int) -> bytes:
    return site.page(number).encode()


def url(number: int) -> str:
    return f"https://paper.example/a/{number}"


@pytest.fixture
def imported(store: Store, tmp_path: Path) -> Callable[..., tuple[PageCounts, list[str]]]:
    """Writes records (gzip each, where the name says so) and imports them; gives the counts and what was told."""

    def run(*some: bytes, name: str = "in.warc.gz") -> tuple[PageCounts, list[str]]:
        path, told = tmp_path / name, list[str]()
        path.write_bytes(b"".join(gzip.compress(one) if name.endswith(".gz") else one for one in some))
        return import_pages(store, str(path), SETTINGS, told.append, NOW), told

    return run


Imported = Callable[..., tuple[PageCounts, list[str]]]


def articles(store: Store) -> dict[str, dict[str, Any]]:
    return {one["url"]: one for one in records(store, Search())}


def test_pages_are_stored_as_if_fetched_then_however_they_are_packed(store: Store, imported: Imported) -> None:
    dated = page(7).replace(
        b"<title>", b'<meta property="article:published_time" content="2024-04-30T08:00:00Z"><title>'
    )
    dated = dated.replace(b"<title>", b'<link rel=canonical href="https://paper.example/bridge-7"><title>')
    html = "Content-Type: text/html; charset=utf-8"
    counts, told = imported(
        warc("", b"software: crawler\r\n", WARC_Type="warcinfo", Content_Type="application/warc-fields"),
        record(url(7) + "?utm_source=x", dated, html),
        warc(url(1), b"GET / HTTP/1.1\r\n\r\n", WARC_Type="request", Content_Type="application/http; msgtype=request"),
        record(url(1), gzip.compress(page(1)), f"{html}\r\nContent-Encoding: gzip"),
        record(url(2), chunked(page(2)), f"{html}\r\nTransfer-Encoding: chunked"),
        record(
            url(3), chunked(gzip.compress(page(3))), f"{html}\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip"
        ),
        record(url(4), page(4), f"{html}\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip"),  # neither is true
        record(url(5), page(5), f"{html}\r\nX-Crawl-Content-Encoding: gzip\r\nX-Crawl-Transfer-Encoding: chunked"),
        warc(f"<{url(6)}>", page(6), WARC_Type="resource", Content_Type="text/html"),
    )
    assert (counts, told) == (PageCounts(new=7), [])
    found = articles(store)
    assert set(found) == {url(n) for n in range(1, 7)} | {url(7) + "?utm_source=x"}
    assert {one["text"].count("pillars no longer hold") for one in found.values()} == {6}
    seventh = found[url(7) + "?utm_source=x"]
    assert (seventh["canonical_url"], seventh["published_at"]) == (
        "https://paper.example/bridge-7",
        "2024-04-30T08:00:00Z",
    )
    assert (seventh["fetched_at"], seventh["body_from"], seventh["feed"]) == (OLD, "page", None)
    assert "Stay in touch" not in seventh["text"]
    assert list(maintenance.check(store)) == []


def test_what_is_no_article_is_counted_by_reasons(store: Store, imported: Imported) -> None:
    links = "".join(f"<li><a href=/a/{n}>Bridge {n}</a></li>" for n in range(60))
    counts, _ = imported(
        record(url(1), page(1)),
        record(url(2), b"gone", status="404 Not Found"),
        record(url(3), b"", "Location: /", status="301 Moved"),
        record(url(4), b"\x89PNG\r\n\x1a\n", "Content-Type: image/png"),
        record(url(5), b"%PDF-1.4", "Content-Type: text/html"),
        record("dns:paper.example", b"20240501 1.2.3.4"),
        record("https://paper.example/", f"<html><body><ul>{links}</ul></body></html>".encode()),
        record(url(6), b"<html><body></body></html>"),
        warc(url(1), b"HTTP/1.1 200 OK\r\n\r\n", WARC_Type="revisit"),
        record(url(8), page(8) + b" " * (17 << 20)),
    )
    assert (counts.new, counts.failed) == (1, 0)
    assert counts.no_article.pop("no article on the page", 0) + counts.no_article.pop("no text on the page") == 2
    assert counts.no_article == {
        "status 404": 1,
        "status 301": 1,
        "a picture, no page": 1,
        "a PDF file, no page": 1,
        "not from the web": 1,
        "unchanged since another record (revisit)": 1,
        "larger than 16 MB": 1,
    }
    assert list(articles(store)) == [url(1)]


@pytest.mark.parametrize("length", ["many", "9000", "99999999"])
@pytest.mark.parametrize("name", ["in.warc", "in.warc.gz"])
def test_broken_records_cost_no_others(tmp_path: Path, name: str, length: str) -> None:
    damaged = warc(url(2), b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page(2), Content_Length=length)
    some = [record(url(1), page(1)), damaged, record(url(3), page(3)), record(url(4), page(4))[:-900]]
    (tmp_path / name).write_bytes(b"".join(gzip.compress(one) if name.endswith(".gz") else one for one in some))
    pages, broken = read(tmp_path / name)
    assert [one.url for one in pages] == [url(1), url(3)]
    assert pages[1].body == page(3)
    assert sum(one.broken for one in broken) == 2


def test_a_damaged_member_of_gzip_costs_no_others(tmp_path: Path) -> None:
    members = [bytearray(gzip.compress(record(url(n), page(n)))) for n in range(4)]
    members[1][40:60] = b"x" * 20
    (tmp_path / "in.warc.gz").write_bytes(b"".join(members))
    pages, broken = read(tmp_path / "in.warc.gz")
    assert ([one.url for one in pages], len(broken)) == ([url(0), url(2), url(3)], 1)


def read(path: Path) -> tuple[list[ServedPage], list[NoPage]]:
    with path.open("rb") as file:
        found = list(warc_file.records(file, NOW))
    return [one for one in found if isinstance(one, ServedPage)], [one for one in found if isinstance(one, NoPage)]


def test_what_is_broken_is_told_and_the_rest_is_stored(store: Store, imported: Imported) -> None:
    counts, told = imported(record(url(1), page(1))[:900] + b"\r\n\r\n", record(url(2), page(2)))
    assert (counts.new, counts.failed) == (1, 1)
    assert told == [f"in.warc.gz: {url(1)}: cut off, or longer than it says; left out"]
    assert list(articles(store)) == [url(2)]


def test_it_is_safe_to_repeat_and_younger_pages_are_revisions(store: Store, imported: Imported) -> None:
    first = [record(url(n), page(n)) for n in range(3)]
    assert imported(*first)[0] == PageCounts(new=3)
    assert imported(*first)[0] == PageCounts(unchanged=3)
    with store.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM raw_pages")).scalar_one() == 0  # older than `keep_raw`
    changed = page(1).replace(b"after a long debate", b"after a very short debate that nobody heard")
    assert imported(record(url(1), changed, WARC_Date=YOUNG), name="later.warc.gz")[0] == PageCounts(updated=1)
    assert imported(*first)[0] == PageCounts(unchanged=3)
    found = articles(store)[url(1)]
    assert "very short debate" in found["text"]
    assert [one["fetched_at"] for one in found["revisions"]] == [OLD]
    with store.read() as conn:
        assert conn.execute(text("SELECT url FROM raw_pages")).scalars().all() == [url(1)]
        assert conn.execute(text("SELECT count(*) FROM meta WHERE key LIKE 'warc %'")).scalar_one() == 0


def test_what_is_no_warc_is_said_to_be(store: Store, tmp_path: Path) -> None:
    (tmp_path / "in.warc").write_text("an ordinary text")
    for name, said in (("in.warc", "no WARC file"), ("none.warc", "can't be read")):
        with pytest.raises(AggregatorError, match=said):
            import_pages(store, str(tmp_path / name), SETTINGS, print)


def test_after_a_kill_it_goes_on_where_it_was(tmp_path: Path) -> None:
    some = [record(f"https://s{n % 9}.example/a/{n}", page(n)) for n in range(140)]
    some[5:5] = [record(url(1), b"gone", status="404 Not Found"), record(url(2), page(2))[:500] + b"\r\n\r\n"]
    (tmp_path / "in.warc.gz").write_bytes(b"".join(map(gzip.compress, some)))
    command = [
        sys.executable,
        "-m",
        "aggregator",
        "--database",
        "sqlite:///killed.db",
        "import",
        "--json",
        "in.warc.gz",
    ]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "AGGREGATOR_WORKERS": "1"}
    killed = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL)
    store = None
    while store is None or not articles(store):
        assert killed.poll() is None, "it came to its end before anything was seen of it"
        time.sleep(0.05)
        if store is None and (tmp_path / "killed.db").exists():
            store = _opened(tmp_path / "killed.db")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    before = len(articles(store))
    assert 0 < before < 140
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    whole = engine.open(f"sqlite:///{tmp_path}/whole.db")
    counts = import_pages(whole, str(tmp_path / "in.warc.gz"), SETTINGS, lambda _: None)
    assert (counts.new, counts.failed, counts.no_article) == (140, 1, {"status 404": 1})
    assert json.loads(done.stdout) == {"new": 140, "updated": 0, "unchanged": 0, "failed": 1} | {
        "no_article": {"status 404": 1}
    }
    assert articles(store) == articles(whole)
    assert list(maintenance.check(store)) == []
    store.close()
    whole.close()


def _opened(path: Path) -> Store | None:
    try:
        return engine.open(f"sqlite:///{path}")
    except AggregatorError:  # it is being made
        return None


def test_pages_and_lines_meet_in_one_archive(store: Store, imported: Imported, tmp_path: Path) -> None:
    imported(record(url(1), page(1)))
    line = {"url": url(1), "text": "A younger text.", "fetched_at": YOUNG}
    (tmp_path / "in.jsonl").write_text(json.dumps(line) + "\n")
    import_file(store, str(tmp_path / "in.jsonl"), print, NOW)
    assert imported(record(url(1), page(1)))[0] == PageCounts(unchanged=1)
