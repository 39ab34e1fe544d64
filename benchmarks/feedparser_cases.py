"""Whether feedparser's own public test cases give the stored fields they give through feedparser.

    pip download feedparser==6.0.11 --no-deps --no-binary feedparser && tar xzf feedparser-6.0.11.tar.gz
    python -m benchmarks.feedparser_cases feedparser-6.0.11/tests

Each case goes through `feeds.parse` and through feedparser itself (its sanitiser and its resolving of addresses within
texts off: both happen later here), whose answer is brought into the stored fields by the rules for any feed. Prints the
share that agrees by folder, then each difference with its judgement. The files are feedparser's and are not kept here.
"""

import re
import sys
from collections import Counter
from dataclasses import fields
from pathlib import Path

import feedparser

from aggregator.errors import FeedError
from aggregator.feeds import finish_entry, parse_feed
from aggregator.feeds.formats import feedparser_reader
from aggregator.model import Entry

URL = "https://feeds.example.org/all/feed.xml"
_HEADER = re.compile(rb"^Header:\s+([^:]+):(.+)$", re.MULTILINE)
# The judgement of a difference, by a pattern of `case: what differs`; the first that matches counts.
JUDGED = (
    ("content_location", "Content-Location is no base of links any more (RFC 7231, appendix B)"),
    ("bozo_linenoise", "bytes that are text in no encoding: both give noise"),
    ("chardet/shiftjis", "an encoding that is named nowhere: both guess wrong"),
    ("isPermaLink_ValueError", "a guid that is no URL is lost to feedparser when it resolves it; it is kept here"),
    ("cdf/.*refused", "CDF of 1997 is read where it has items; a channel alone is refused"),
)
Fields = list[tuple[str, object]]


def headers_of(body: bytes) -> dict[str, str]:
    """The headers that a case wants to be served with."""
    found = {name.decode().strip().lower(): value.decode().strip() for name, value in _HEADER.findall(body)}
    return {"content-type": "application/xml", **found}


def ours(body: bytes, headers: dict[str, str]) -> Fields:
    """What is stored, as (name, value); a refusal is a value too."""
    try:
        document = parse_feed.parse(body, headers, URL)
    except FeedError as error:
        return [("refused", str(error))]
    feed: Fields = [(name, getattr(document, name)) for name in ("format", "title", "link", "lang")]
    return feed + _of_entries(document.entries)


def theirs(body: bytes, headers: dict[str, str]) -> Fields:
    """The same of feedparser's answer."""
    found = feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    raw = feedparser_reader.fields(found)
    title = finish_entry.feed_title(raw.title)
    feed: Fields = [("format", raw.format), ("title", title), ("link", raw.link), ("lang", raw.lang)]
    return feed + _of_entries(finish_entry.finish_entries(raw, URL)[0])


def _of_entries(found: tuple[Entry, ...]) -> Fields:
    names = [item.name for item in fields(Entry)]
    return [(f"entry {n}: {name}", getattr(entry, name)) for n, entry in enumerate(found) for name in names]


def differences(body: bytes) -> list[str]:
    """What differs in one case, as `field: our value | feedparser's`."""
    headers = headers_of(body)
    left, right = dict(ours(body, headers)), dict(theirs(body, headers))
    if "refused" in left:
        something = any(value for name, value in right.items() if name != "format")
        return [f"refused: {left['refused']}"] if something else []
    names = dict.fromkeys([*left, *right])
    return [
        f"{name}: {str(left.get(name))[:120]!r} | {str(right.get(name))[:120]!r}"
        for name in names
        if (left.get(name) or None) != (right.get(name) or None)
    ]


def judgement(difference: str) -> str | None:
    return next((said for pattern, said in JUDGED if re.search(pattern, difference)), None)


def main() -> None:
    root = Path(sys.argv[1])
    cases, same, judged = Counter[str](), Counter[str](), Counter[str]()
    unjudged = []
    for path in sorted(root.rglob("*.xml")):
        folder, name = str(path.parent.relative_to(root)), str(path.relative_to(root))
        cases[folder] += 1
        found = differences(path.read_bytes())
        same[folder] += not found
        for difference in found:
            line = f"{name}: {difference}"
            if said := judgement(line):
                judged[said] += 1
            else:
                unjudged.append(line)
            print(f"{line}  [{said or 'OPEN'}]")
    print()
    for folder, count in cases.items():
        print(f"{folder:24} {same[folder]:5} of {count:5}  {100 * same[folder] / count:6.1f} %")
    print(f"{'all':24} {same.total():5} of {cases.total():5}  {100 * same.total() / cases.total():6.1f} %")
    for said, count in judged.most_common():
        print(f"{count:5} differing fields: {said}")
    print(f"{len(unjudged):5} differing fields not judged")
    sys.exit(bool(unjudged))


if __name__ == "__main__":
    main()
