"""Two hundred feeds of which a third misbehave in turn, and the daemon that polls them under a faster clock.

Every ten minutes another third of the feeds goes wrong, each in one of some fifty ways; then it is healthy again. The
daemon runs in a process of its own (`python -m tests.visit.misbehaving`), so that its memory and files can be measured.
"""

import gzip
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

import brotli

from tests.servers import Reply, Seen, Server

START = 1_767_607_200.0
HOSTS, FEEDS = 20, 200
INTERVAL = 600.0  # as set in feeds.yaml, and how long a third misbehaves
BIG = 1_000_000  # max_bytes
BOMB = gzip.compress(bytes(50 * BIG))
_LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: "


@dataclass(frozen=True, slots=True)
class Fault:
    """A way to misbehave, and what the log of polls must say of it: the kind of failure (None: no failure at all)."""

    reply: Callable[[bytes], Reply]  # of the healthy body
    kind: str | None
    status: int | None = None


def _document(body: bytes, kind: str | None = "feed", **headers: str) -> Fault:
    return Fault(lambda _: Reply(body, headers=headers), kind)


def _status(status: int, **headers: str) -> Fault:
    return Fault(lambda _: Reply(b"sorry", status, headers=headers), "status", status)


def _raw(raw: bytes, kind: str = "protocol", **more: object) -> Fault:
    return Fault(lambda _: Reply(raw=raw, **more), kind)  # type: ignore[arg-type]


HOSTILE = b"<rss><channel><title>A & B</title><item><author>%b</author></item></channel></rss>" % (
    b"a<![CDATA[.]]>" * 60_000
)
MANY = b" ".join(b"a%d='1'" % n for n in range(45_000))
FAULTS: dict[str, Fault] = {
    "html": _document(b"<!doctype html><html><body><h1>Sorry</h1></body></html>"),
    "empty": _document(b""),
    "binary": _document(bytes(range(256)) * 20),
    "picture": _document(b"\x89PNG\r\n\x1a\n" + bytes(500)),
    "error page": _document(b"<html><head><title>500 Internal Server Error</title></head></html>"),
    "broken json": _document(
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [', **{"Content-Type": "application/json"}
    ),
    "deep json": _document(b"[" * 100_000),
    "attributes": _document(b"<rss><channel><title>A & B</title><item %b/></channel></rss>" % MANY),
    "hostile": _document(HOSTILE),
    "wrong charset": Fault(lambda body: Reply(body, headers={"Content-Type": "text/xml; charset=utf-16"}), None),
    "mark": Fault(lambda body: Reply(b"\xef\xbb\xbf" + body), None),
    "utf-16": Fault(lambda body: Reply(body.decode().encode("utf-16")), None),
    "gzip": Fault(lambda body: Reply(gzip.compress(body), headers={"Content-Encoding": "gzip"}), None),
    "br": Fault(lambda body: Reply(brotli.compress(body), headers={"Content-Encoding": "br"}), None),
    "plain gzip": Fault(lambda body: Reply(body, headers={"Content-Encoding": "gzip"}), None),
    "chunked": Fault(lambda body: Reply(body, chunked=True), None),
    "end cut": Fault(lambda body: Reply(body[: -len(b"</channel></rss>")]), None),
    "gzip cut": Fault(lambda body: Reply(gzip.compress(body)[:-30], headers={"Content-Encoding": "gzip"}), "protocol"),
    "gzip broken": Fault(
        lambda _: Reply(b"\x1f\x8b\x08" + bytes(40), headers={"Content-Encoding": "gzip"}), "protocol"
    ),
    "bomb": Fault(lambda _: Reply(BOMB, headers={"Content-Encoding": "gzip"}), "too_large"),
    "compress": Fault(lambda _: Reply(b"\x1f\x9d\x90", headers={"Content-Encoding": "compress"}), "protocol"),
    "cut": Fault(lambda body: Reply(body, cut=300, then="close"), "protocol"),
    "reset": Fault(lambda body: Reply(body, cut=300, then="reset"), "connect"),
    "chunk cut": Fault(lambda body: Reply(body, chunked=True, cut=300, then="close"), "protocol"),
    "declared": Fault(lambda body: Reply(body, declared=99_999, then="close"), "protocol"),
    "too large": Fault(lambda _: Reply(b"y" * (BIG + 1)), "too_large"),
    "declared huge": Fault(lambda _: Reply(b"y", declared=10**12), "too_large"),
    "endless": Fault(lambda _: Reply(endless=b"y" * 65_536), "too_large"),
    "endless chunks": Fault(lambda _: Reply(endless=b"10000\r\n" + b"y" * 65_536 + b"\r\n", chunked=True), "too_large"),
    "large headers": Fault(lambda body: Reply(body, headers={"X": "y" * 100_000}), "too_large"),
    "hang": Fault(lambda _: Reply(hang="before"), "timeout"),
    "hang after headers": Fault(lambda body: Reply(body, hang="headers"), "timeout"),
    "hang in body": Fault(lambda body: Reply(body, cut=300, hang="body"), "timeout"),
    "drip": Fault(lambda body: Reply(body, drip=0.05, piece=10), "timeout"),
    "no answer": _raw(b"", then="close"),
    "reset at once": _raw(b"", "connect", then="reset"),
    "half a head": _raw(b"HTTP/1.1 200 OK\r\nContent-Le", then="close"),
    "mail server": _raw(b"220 mail.example ESMTP\r\n"),
    "tls": _raw(b"\x16\x03\x01\x02\x00\x01\x00\x01"),
    "bad status": _raw(b"HTTP/1.1 abc\r\n\r\n"),
    "no colon": _raw(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"),
    "bad chunks": _raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nxx"),
    "long length": _raw(_LENGTH + b"9" * 30 + b"\r\n\r\n"),
    "loop": Fault(lambda _: Reply(status=302, headers={"Location": "#"}), "redirects"),
    "nowhere": Fault(lambda _: Reply(status=301), "protocol", 301),
    "to a file": Fault(lambda _: Reply(status=302, headers={"Location": "file:///etc/passwd"}), "refused"),
    "unasked 304": Fault(lambda _: Reply(status=304), None),
    "429": _status(429, **{"Retry-After": "700"}),
    "503": _status(503, **{"Retry-After": "700"}),
    **{str(status): _status(status) for status in (400, 401, 403, 404, 410, 418, 451, 500, 502)},
}
NAMES = list(FAULTS)


@dataclass(slots=True)
class World:
    """The servers, their clock, and what they answered: for each feed (time, fault or None)."""

    factor: float
    began: float = field(default_factory=time.monotonic)
    answered: dict[int, list[tuple[float, str | None]]] = field(default_factory=lambda: {n: [] for n in range(FEEDS)})
    urls: list[str] = field(default_factory=list)

    def now(self) -> float:
        return START + (time.monotonic() - self.began) * self.factor

    def fault(self, feed: int, now: float) -> str | None:
        """How a feed misbehaves now, if it does: another third does in each slot, each feed in another way each
        time."""
        slot = int((now - START) // INTERVAL)
        return None if (feed + slot) % 3 else NAMES[(feed * 5 + slot * 11) % len(NAMES)]

    def answer(self, feed: int, seen: Seen) -> Reply:
        now = self.now()
        name = self.fault(feed, now)
        log = self.answered[feed]
        if log and now - log[-1][0] < INTERVAL / 3:  # aiohttp asks once more when a connection ends without an answer
            name = log[-1][1]
        else:
            log.append((now, name))
        number = int(now // 900)
        body, tag = _feed(feed, number), f'"{number}"'
        if name is not None:
            reply = FAULTS[name].reply(body)
            if name == "unasked 304" and "if-none-match" not in seen.headers:
                return Reply(body, headers={"ETag": tag})
            return reply
        if seen.header("if-none-match") == tag:
            return Reply(status=304, headers={"ETag": tag})
        return Reply(body, headers={"ETag": tag})


def _feed(feed: int, number: int) -> bytes:
    count = 1500 if feed == 7 else 10
    items = "".join(
        f"<item><title>News {n} of {feed} — größer</title><guid>{n}</guid><pubDate>{_date(n * 900)}</pubDate></item>"
        for n in range(number, number - count, -1)
    )
    return f"<rss version='2.0'><channel><title>Feed {feed}</title>{items}</channel></rss>".encode()


def _date(at: float) -> str:
    return format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)


@contextmanager
def world(factor: float) -> Iterator[World]:
    """Servers on loopback hosts; simulated time runs `factor` times as fast as the real one."""
    with ExitStack() as stack:
        made = World(factor)
        servers = [stack.enter_context(Server(f"127.0.8.{n + 1}")) for n in range(HOSTS)]
        for feed in range(FEEDS):
            made.urls.append(servers[feed % HOSTS].route(f"/feed/{feed}", partial(made.answer, feed)))
        made.began = time.monotonic()
        yield made


@dataclass(frozen=True, slots=True)
class Sample:
    """What the daemon's processes held at a moment of the simulated time: MB (of all of them), and open files."""

    at: float
    memory: float
    files: int


def run_daemon(made: World, folder: Path, seconds: float) -> list[Sample]:
    """Runs the daemon for so many simulated seconds; raises where it ends in another way than it should."""
    feeds = "".join(f"  - {{url: '{url}', interval: 10m, full_text: never, cooldown: feed}}\n" for url in made.urls)
    (folder / "feeds.yaml").write_text("feeds:\n" + feeds)
    environ = os.environ | {
        "AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true",
        "AGGREGATOR_SITE_GAP": f"{2 / made.factor:.4f}s",
        "AGGREGATOR_TIMEOUT": f"{max(30 / made.factor, 1.2):.2f}s",
        "AGGREGATOR_MAX_BYTES": str(BIG),
        "AGGREGATOR_CONTACT": "ed@example.org",
    }
    command = [sys.executable, "-m", "tests.visit.misbehaving", str(folder), str(made.factor), str(made.began)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, cwd=Path(__file__).parents[2])
        try:
            samples = list(_watch(made, process, START + seconds))
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        finally:
            process.kill()
            process.wait()
    said = (folder / "log").read_text()
    assert "Traceback" not in said, said[said.index("Traceback") - 500 :][:3000]
    return samples


def _watch(made: World, process: "subprocess.Popen[bytes]", end: float) -> Iterator[Sample]:
    while made.now() < end:
        time.sleep(min(1.0, 60 / made.factor))
        assert process.poll() is None, "the daemon is gone"
        yield Sample(made.now() - START, _memory(process.pid), len(list(Path(f"/proc/{process.pid}/fd").iterdir())))


def _memory(pid: int) -> float:
    """MB resident in a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = 0.0
    for each in (pid, *children):
        try:
            status = Path(f"/proc/{each}/status").read_text()
        except OSError:  # a worker that was just replaced
            continue
        total += int(status.partition("VmRSS:")[2].split()[0]) / 1024 if "VmRSS:" in status else 0
    return total


def growth(samples: list[Sample]) -> tuple[float, float]:
    """How much memory (MB) and files (number) grew from the end of the first half to the end: medians of a sixth."""
    sixth = max(len(samples) // 6, 1)
    half, end = samples[len(samples) // 2 - sixth : len(samples) // 2], samples[-sixth:]

    def median(part: list[Sample], name: str) -> float:
        return statistics.median(getattr(sample, name) for sample in part)

    return median(end, "memory") - median(half, "memory"), median(end, "files") - median(half, "files")


def delays(made: World) -> list[float]:
    """How late each poll was, in simulated seconds, of those that followed a poll of a healthy feed."""
    return [
        later - earlier - INTERVAL
        for log in made.answered.values()
        for (earlier, fault), (later, _) in pairwise(log)
        if fault is None
    ]


def main() -> None:
    """The daemon's process: FOLDER FACTOR BEGAN."""
    from aggregator.engines import daemon
    from aggregator.net import adaptive_delay
    from aggregator.visit import claim, poll, site_visit, sitemap_index

    folder, factor, began = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    for name in ("_FIRST_BACKOFF", "_MAX_BACKOFF", "_MAX_GAP_BY_LATENCY"):
        setattr(adaptive_delay, name, getattr(adaptive_delay, name) / factor)
    claim._LOOK_UP_SECONDS = site_visit._LOOK_UP_SECONDS = 5 / factor
    poll.PARSE_SECONDS = sitemap_index.PARSE_SECONDS = max(10 / factor, 1.5)

    def clock() -> float:
        return START + (time.monotonic() - began) * factor

    sys.exit(daemon.run(folder / "feeds.yaml", f"sqlite:///{folder}/a.db", clock=clock, tick=0.05))


if __name__ == "__main__":
    main()
