"""A site of feeds on loopback, in a process of its own and cheap enough not to be what is measured.

usage: python -m benchmarks.feed_site --feeds 100 [--entries 20] [--words 350]      prints its port; ends with its stdin
`/f/N.xml` is a feed with an ETag; `/counts` says how many answers of each status there were since it was last asked.
"""

import argparse
import asyncio
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from email.utils import formatdate
from functools import lru_cache
from pathlib import Path

import orjson

import aggregator

_KEPT = 2500  # documents of 48 KB: 120 MB
_SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bo",
    "ca",
    "ce",
    "co",
    "da",
    "de",
    "di",
    "do",
    "fa",
    "fe",
    "fi",
    "ga",
    "go",
    "ha",
    "he",
    "hi",
    "ja",
    "ka",
    "ke",
    "la",
    "le",
    "li",
    "lo",
    "ma",
    "me",
    "mi",
    "mo",
    "na",
    "ne",
    "no",
]
_SYLLABLES += [
    "pa",
    "pe",
    "po",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "se",
    "si",
    "so",
    "ta",
    "te",
    "ti",
    "to",
    "va",
    "ve",
    "vi",
    "wa",
    "we",
    "za",
    "ar",
    "er",
    "in",
    "on",
    "st",
    "nt",
    "ck",
    "th",
]


def vocabulary(size: int = 20_000) -> tuple[list[str], list[float]]:
    """Words of two to four syllables, and how often each is used, cumulated: by rank, as in a language."""
    dice = random.Random(7)
    words = {"".join(dice.choices(_SYLLABLES, k=dice.choice((2, 2, 3, 3, 4)))): None for _ in range(2 * size)}
    chosen, total, weights = list(words)[:size], 0.0, []
    for rank in range(len(chosen)):
        total += 1 / (rank + 3)
        weights.append(total)
    return chosen, weights


class Documents:
    """The feeds: made from their number alone, so that any of them can be made again."""

    def __init__(self, origin: str, entries: int, words: int) -> None:
        self._origin, self._entries, self._words = origin, entries, words
        self._vocabulary, self._weights = vocabulary()
        self.document = lru_cache(_KEPT)(self._made)

    def _said(self, dice: random.Random, count: int) -> str:
        return " ".join(dice.choices(self._vocabulary, cum_weights=self._weights, k=count))

    def _made(self, number: int) -> bytes:
        dice, items, share = random.Random(number), [], max(self._words // 6, 1)
        for entry in range(self._entries):
            body = "".join(f"&lt;p&gt;{self._said(dice, share)}.&lt;/p&gt;" for _ in range(6))
            at = formatdate(1_750_000_000 + 60 * (number * self._entries + entry))
            items.append(
                f"<item><title>{self._said(dice, 9)}</title><link>{self._origin}/a/{number}/{entry}</link>"
                f'<guid isPermaLink="false">{number}-{entry}</guid><pubDate>{at}</pubDate>'
                f"<description>{body}</description></item>"
            )
        head = f"<title>Feed {number}</title><link>{self._origin}/</link><description>d</description>"
        text = (
            f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'
        )
        return text.encode()


class _Client(asyncio.Protocol):
    """One connection; requests have no body, so a blank line ends each."""

    def __init__(self, documents: Documents, feeds: int, counts: dict[int, int]) -> None:
        self._documents, self._feeds, self._counts = documents, feeds, counts
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._read = (self._read + data).split(b"\r\n\r\n")
        for request in requests:
            assert isinstance(self._transport, asyncio.WriteTransport)
            self._transport.write(self._answer(request))

    def _answer(self, request: bytes) -> bytes:
        path = request.split(b" ", 2)[1]
        if path == b"/counts":
            said = orjson.dumps({str(status): count for status, count in self._counts.items()})
            self._counts.clear()
            return _written(200, said)
        name = path.removeprefix(b"/f/").removesuffix(b".xml")
        if not path.startswith(b"/f/") or not name.isdigit() or int(name) >= self._feeds:
            return _written(404, b"")
        tag = b'"%s"' % name
        status = 304 if b"if-none-match: " + tag in request.lower() else 200
        self._counts[status] = self._counts.get(status, 0) + 1
        return _written(status, self._documents.document(int(name)) if status == 200 else b"", tag)


def _written(status: int, body: bytes, tag: bytes = b'""') -> bytes:
    head = b"HTTP/1.1 %d X\r\nETag: %s\r\nContent-Type: application/rss+xml\r\n" % (status, tag)
    return head + (b"\r\n" if status == 304 else b"Content-Length: %d\r\n\r\n" % len(body)) + body


async def serve(feeds: int, entries: int, words: int) -> None:
    """Serves until stdin ends."""
    loop, counts = asyncio.get_running_loop(), dict[int, int]()
    documents = Documents("", entries, words)
    server = await loop.create_server(lambda: _Client(documents, feeds, counts), "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    documents._origin = f"http://127.0.0.1:{port}"
    for number in range(min(feeds, _KEPT)):
        documents.document(number)
    print(port, flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        await loop.run_in_executor(None, sys.stdin.read)


@contextlib.contextmanager
def fetching(database: str, feeds: int) -> "Iterator[subprocess.Popen[bytes]]":
    """Fetches so many feeds of such a site into a database; goes on when the first articles are there, and ends the
    fetch, which is given, if it still runs."""
    site = [sys.executable, "-m", "benchmarks.feed_site", "--feeds", str(feeds)]
    settings = {"ALLOW_PRIVATE_NETWORKS": "true", "SITE_GAP": "0", "SITE_CONNECTIONS": "8"}
    environ = os.environ | {f"AGGREGATOR_{name}": value for name, value in settings.items()}
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(site, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as serving,
        aggregator.open(database) as archive,
    ):
        assert serving.stdout is not None
        host = f"127.0.0.1:{int(serving.stdout.readline())}"
        listed = "".join(f"- {{url: 'http://{host}/f/{number}.xml', full_text: never}}\n" for number in range(feeds))
        Path(folder, "feeds.yaml").write_text(f"feeds:\n{listed}")
        fetch = [sys.executable, "-m", "aggregator", "--config", f"{folder}/feeds.yaml", "--database", database, "-q"]
        writing = subprocess.Popen([*fetch, "fetch", "--all"], env=environ)
        try:
            while not archive.search(site=host, limit=1).total and writing.poll() is None:
                time.sleep(0.1)
            yield writing
        finally:
            writing.terminate()
            writing.wait()
            serving.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--entries", type=int, default=20)
    parser.add_argument("--words", type=int, default=350)
    given = parser.parse_args()
    asyncio.run(serve(given.feeds, given.entries, given.words))


if __name__ == "__main__":
    main()
