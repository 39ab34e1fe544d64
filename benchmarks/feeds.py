"""How fast feeds are parsed, and whether the expat reader gives what feedparser gives.

    python -m benchmarks.feeds [FILE.tar.xz]

Reads the feeds of a tar file (default: feeds-dev.tar.xz in the folder AGGREGATOR_CORPUS, ../shared/corpus), parses each
through both readers, interleaved, and prints CPU time, how many of them the expat reader does not support, and the
share of entries whose every field agrees. Differences are listed. feedparser is timed twice: as it ships, and without
its sanitiser and its resolving of addresses in texts, which the feedparser reader turns off; ours are timed by part
too, and with the sanitiser that goes over what is kept.
"""

import os
import sys
import tarfile
from codecs import BOM_UTF8
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from time import process_time
from xml.parsers import expat

import feedparser
import nh3

from aggregator.feeds import decode_xml, parse_feed
from aggregator.feeds import finish_entry as entries
from aggregator.feeds.formats import feedparser_reader
from aggregator.feeds.quick import expat_reader
from aggregator.feeds.quick.item import Unsupported
from aggregator.model import Entry, FeedDocument

URL = "https://feeds.example.org/all/feed.xml"
HEADERS = {"content-type": "application/xml"}


@dataclass
class Totals:
    """Seconds of CPU, counts, and the differences found."""

    documents: int = 0
    ours: float = 0.0
    feedparser: float = 0.0
    shipped: float = 0.0
    parts: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    unsupported: dict[str, float] = field(default_factory=dict)
    entries: int = 0
    agreeing: int = 0
    by_field: dict[str, int] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)


def documents(path: Path) -> list[tuple[str, bytes]]:
    """Name and bytes of each file of a tar."""
    with tarfile.open(path) as tar:
        return [(member.name, file.read()) for member in tar.getmembers() if (file := tar.extractfile(member))]


def compare(name: str, body: bytes, totals: Totals) -> None:
    """Parse one document both ways."""
    start = process_time()
    document = parse_feed.parse(body, HEADERS, URL)
    took = process_time() - start
    text = decode_xml.legal(decode_xml.to_text(body, HEADERS["content-type"]))
    start = process_time()
    raw = feedparser_reader.read(text)
    expected = entries.finish_entries(raw, URL)[0]
    totals.feedparser += process_time() - start
    start = process_time()
    feedparser.parse(body, response_headers=HEADERS)
    totals.shipped += process_time() - start
    time_parts(body, document, totals)
    totals.documents += 1
    totals.ours += took
    try:
        expat_reader.read(text.encode())
    except Unsupported as why:
        totals.unsupported[f"{name} {why.__cause__ or why}"] = took
    if (document.format, document.link, document.lang) != (raw.format, raw.link, raw.lang):
        totals.differences.append(
            f"{name}: {document.format, document.link, document.lang} {raw.format, raw.link, raw.lang}"
        )
    count(name, document.entries, expected, totals)


def time_parts(body: bytes, document: FeedDocument, totals: Totals) -> None:
    """Where our time goes: the XML parser alone, the reader (the parser included), entries, and the sanitiser after."""
    start = process_time()
    with suppress(expat.ExpatError):
        expat.ParserCreate("utf-8", " ").Parse(body, True)
    totals.parts["expat alone"] += process_time() - start
    start = process_time()
    try:
        raw = expat_reader.read(body.removeprefix(BOM_UTF8))
    except Unsupported:
        return
    totals.parts["expat reader"] += process_time() - start
    start = process_time()
    entries.finish_entries(raw, URL)[0]
    totals.parts["entries"] += process_time() - start
    start = process_time()
    for text in (text for entry in document.entries for text in (entry.summary, entry.content) if text):
        nh3.clean(text)
    totals.parts["sanitiser, after parsing"] += process_time() - start


def count(name: str, found: tuple[Entry, ...], expected: tuple[Entry, ...], totals: Totals) -> None:
    """Compare all fields of all entries."""
    totals.entries += max(len(found), len(expected))
    if len(found) != len(expected):
        totals.differences.append(f"{name}: {len(found)} entries instead of {len(expected)}")
    for one, other in zip(found, expected, strict=False):
        wrong = [item.name for item in fields(Entry) if getattr(one, item.name) != getattr(other, item.name)]
        totals.agreeing += not wrong
        for part in wrong:
            totals.by_field[part] = totals.by_field.get(part, 0) + 1
            totals.differences.append(
                f"{name}: {part}: {str(getattr(one, part))[:90]!r} {str(getattr(other, part))[:90]!r}"
            )


def main() -> None:
    corpus = Path(os.environ.get("AGGREGATOR_CORPUS", "../shared/corpus"))
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else corpus / "feeds-dev.tar.xz"
    totals = Totals()
    feedparser_reader.read("<rss version='2.0'><channel/></rss>")  # its import is not counted
    for name, body in documents(path):
        compare(name, body, totals)
    for line in totals.differences[:60]:
        print(line)
    print(
        f"{totals.documents} documents, {totals.entries} entries, of which {totals.agreeing} agree in every field "
        f"({100 * totals.agreeing / totals.entries:.2f} %); differing fields: {totals.by_field}"
    )
    print(f"not supported {len(totals.unsupported)}, which took {1000 * sum(totals.unsupported.values()):.0f} ms:")
    for name, took in totals.unsupported.items():
        print(f"  {1000 * took:6.1f} ms  {name}")
    cleaned = totals.ours + totals.parts["sanitiser, after parsing"]
    print(f"ours {1000 * totals.ours / totals.documents:.2f} ms a document, fallback included")
    for name, seconds in totals.parts.items():
        print(f"  {1000 * seconds / totals.documents:6.2f} ms  {name}")
    print(
        f"feedparser as it ships {1000 * totals.shipped / totals.documents:.2f} ms: ours is "
        f"{totals.shipped / totals.ours:.1f} times as fast, "
        f"{totals.shipped / cleaned:.1f} times with our sanitiser"
    )
    print(
        f"feedparser without sanitiser and resolving {1000 * totals.feedparser / totals.documents:.2f} ms: "
        f"{totals.feedparser / totals.ours:.1f} times"
    )


if __name__ == "__main__":
    main()
