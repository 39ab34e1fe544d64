"""Prints the feeds that were found on a site."""

import time
from shlex import quote

from aggregator.cli import output
from aggregator.feeds.candidates import FeedCandidate
from aggregator.model import Json
from aggregator.times import DAY, HOUR, MINUTE, iso

_FORMATS = {
    "json": "JSON Feed",
    "sitemap": "sitemap",
    "news-sitemap": "news sitemap",
    "sitemap-index": "sitemap index",
    "section": "section page",
}


def record(one: FeedCandidate) -> Json:
    """Returns a candidate as the JSON object that is printed."""
    return {
        "url": one.url,
        "format": one.format,
        "title": one.title,
        "entries": one.entries,
        "newest_at": iso(one.newest_at),
        "age_seconds": _age(one),
        "found_by": one.found_by,
        "links": one.links,
        "command": add_command(one),
    }


def described(one: FeedCandidate) -> str:
    """Describes a candidate in a few words: `RSS 2.0 'The Paper', 20 entries, newest 3 h ago`."""
    title = f" {one.title!r}" if one.title else ""
    return f"{_format(one.format)}{title}, {one.entries} entries, newest {_ago(one)}"


def print_table(found: list[FeedCandidate]) -> None:
    """Prints what was found, one line a candidate."""
    columns = [
        output.Column("address", flexible=3),
        output.Column("format"),
        output.Column("title", flexible=2),
        output.Column("entries", right=True),
        output.Column("newest", right=True),
        output.Column("found by"),
    ]
    output.table(
        columns, [(one.url, _format(one.format), one.title, one.entries, _ago(one), one.found_by) for one in found]
    )


def add_command(one: FeedCandidate) -> str:
    """Returns the command that subscribes to a candidate."""
    return f"aggregator feeds add {quote(one.url)}" + (f" --links {one.links}" if one.links else "")


def _format(name: str) -> str:
    if name in _FORMATS:
        return _FORMATS[name]
    letters, digits = name.rstrip("0123456789"), name[len(name.rstrip("0123456789")) :]
    return f"{letters.upper() if letters != 'atom' else 'Atom'} {'.'.join(digits)}".strip()


def _age(one: FeedCandidate) -> int | None:
    return None if one.newest_at is None else max(0, int(time.time()) - one.newest_at)


def _ago(one: FeedCandidate) -> str:
    age = _age(one)
    if age is None:
        return "unknown"
    for name, length in (("d", DAY), ("h", HOUR), ("min", MINUTE)):
        if age >= length:
            return f"{age // length} {name} ago"
    return "just now"
