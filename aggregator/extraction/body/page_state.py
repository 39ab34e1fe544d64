"""Reads the state that a page's scripts carry: JSON documents, also inside of JavaScript that assigns or pushes them.

Read are `<script type="application/json">` (`__NEXT_DATA__`, `__NUXT_DATA__`), an object or a list that is assigned or
passed on (`window.__APOLLO_STATE__ = {…}`, `queue.push({…})`), `JSON.parse("…")`, and the rows that Next.js streams
(`self.__next_f.push([1, "…"])`). JavaScript itself is not run: a state that is built by code stays unread.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from aggregator.dom import LexborHTMLParser

MAX_STATE_CHARS = 4_000_000  # characters of the scripts of one page that are read
MAX_VALUES = 100  # that one script assigns or passes on
_START = re.compile(r"(?P<text>JSON\.parse\(\s*(?=[\"']))|[=(]\s*(?=[{\[])")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)
_QUOTE = re.compile(r"\\.|\"", re.DOTALL)
_UNDEFINED = re.compile(r"(?<=[:,\[])\s*undefined(?=\s*[,}\]])")
_HEX_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\x([0-9a-fA-F]{2})")
_ROW = re.compile(rb"([0-9a-f]*):(?:T([0-9a-f]{1,6}),|[A-Z]{0,2}(?=[{\[\"]))")
_DECODER = json.JSONDecoder(strict=False)


def page_states(tree: LexborHTMLParser) -> Iterator[Any]:
    """Yields the JSON values in a page's scripts, JSON-LD left out, in the order of the page."""
    left, streamed = MAX_STATE_CHARS, ""
    for node in tree.css("script"):
        kind = (node.attributes.get("type") or "").strip().lower()
        if "src" in node.attributes or kind == "application/ld+json":
            continue
        source = node.text() or ""
        if len(source) > left:
            continue
        left -= len(source)
        if kind.endswith("json"):
            yield from _parsed(source)
            continue
        for value in _values(source):
            if isinstance(value, list) and len(value) == 2 and value[0] == 1 and isinstance(value[1], str):
                streamed += value[1]
            else:
                yield value
    if streamed:
        yield list(_rows(streamed.encode("utf-8", "surrogatepass")))


def _parsed(source: str) -> Iterator[Any]:
    try:
        yield _DECODER.decode(source.strip())
    except (ValueError, RecursionError):
        return


def _values(source: str) -> Iterator[Any]:
    """Yields what JavaScript assigns and passes on, where that is JSON but for `undefined` and `\\x3c`."""
    source = _HEX_ESCAPE.sub(r"\1\\u00\2", _UNDEFINED.sub("null", source))
    at = 0
    for _ in range(MAX_VALUES):
        start = _START.search(source, at)
        if start is None:
            return
        at = start.end()
        if start["text"] and source[at] == "'":
            quoted = _QUOTED.match(source, at)
            if quoted is not None:
                at = quoted.end()
                for text in _parsed('"' + _QUOTE.sub(_as_json, quoted[1]) + '"'):
                    yield from _parsed(text)
            continue
        try:
            value, at = _DECODER.raw_decode(source, at)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, str):
            yield from _parsed(value)
        else:
            yield value


def _as_json(found: re.Match[str]) -> str:
    """Returns a quote or an escape of a JavaScript string in single quotes as JSON writes it."""
    return {'"': '\\"', "\\'": "'"}.get(found[0], found[0])


def _rows(stream: bytes) -> Iterator[Any]:
    """Yields the values of a stream of rows: `number:value` to the end of the line, `number:Tlength,text` of so many
    (hexadecimal) bytes."""
    at = 0
    while at < len(stream):
        row = _ROW.match(stream, at)
        if row is not None and row[2] is not None:
            end = row.end() + int(row[2], 16)
            yield stream[row.end() : end].decode("utf-8", "replace")
            at = end
            continue
        end = stream.find(b"\n", at)
        end = len(stream) if end < 0 else end
        if row is not None:
            yield from _parsed(stream[row.end() : end].decode("utf-8", "replace"))
        at = end + 1
