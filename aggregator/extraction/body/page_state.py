"""Reads the state that a page's scripts carry: JSON documents, also inside of JavaScript that assigns or pushes them.

Read are `<script type="application/json">` (`__NEXT_DATA__`, `__NUXT_DATA__`), an object or a list that is assigned or
passed on (`window.__APOLLO_STATE__ = {…}`, `queue.push({…})`), `JSON.parse("…")`, the rows that Next.js streams
(`self.__next_f.push([1, "…"])`), and the objects in attributes of elements (`data-page="{…}"`, `props="{…}"`).
JavaScript itself is not run: of a state that is built by code (`__NUXT__=(function(a){return {…}}(…))`) only the
strings that hold paragraphs of HTML are read.
"""

import json
import re
from collections.abc import Iterator
from html import unescape
from itertools import islice
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
_STRING = re.compile(r'"(?:[^"\\\n]++|\\.)*+"')
_PARAGRAPHS = re.compile(r"(?:<|\\u003c|\\x3c)p[ >\\]", re.IGNORECASE)
_LEAST_STRING = 300  # characters of a string that may hold a body
_ATTRIBUTE = re.compile(r"""\s(?:data-[\w-]{1,40}|props)=(?:"(\s*(?:\{|\[|&)[^"]{300,})"|'(\s*[{\[][^']{300,})')""")
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
        for value in _values(source) or _paragraphs(source):
            if isinstance(value, list) and len(value) == 2 and value[0] == 1 and isinstance(value[1], str):
                streamed += value[1]
            else:
                yield value
    if streamed:
        yield list(_rows(streamed.encode("utf-8", "surrogatepass")))


def attribute_states(source: str) -> Iterator[Any]:
    """Yields the JSON values in attributes of a page's elements, in the order of the page."""
    for found in islice(_ATTRIBUTE.finditer(source[:MAX_STATE_CHARS]), MAX_VALUES):
        yield from _parsed(unescape(found[1] or found[2]))


def _parsed(source: str) -> Iterator[Any]:
    try:
        yield _DECODER.decode(source.strip())
    except (ValueError, RecursionError):
        return


def _paragraphs(source: str) -> list[str]:
    """Returns the strings of JavaScript that hold paragraphs of HTML."""
    if not _PARAGRAPHS.search(source):
        return []
    source = _HEX_ESCAPE.sub(r"\1\\u00\2", source)
    long = (found[0] for found in _STRING.finditer(source) if len(found[0]) >= _LEAST_STRING)
    return [text for string in long if _PARAGRAPHS.search(string) for text in _parsed(string)]


def _values(source: str) -> list[Any]:
    return list(_assigned(source))


def _assigned(source: str) -> Iterator[Any]:
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
