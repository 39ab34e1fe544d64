"""Bodies that are in the page but not in its markup: JSON that a script would have shown."""

import json
from collections.abc import Iterator
from typing import Any

from aggregator.dom import LexborHTMLParser
from aggregator.text import count_words

_LONGEST = 4_000_000  # characters of one script
_STATES = ("script#__NEXT_DATA__", "script#__NUXT_DATA__", 'script[type="application/json"]')
_STOPS = (". ", "! ", "? ", "。", "।", "؟")
_SHORTEST = 60  # characters of a paragraph in JSON
Place = tuple[int, ...]


def json_body(tree: LexborHTMLParser, article_body: str | None) -> str | None:
    """The longest article body in the page's JSON, as text or HTML; None if there is none of 60 words.

    JSON-LD's articleBody first: it is stated to be the body. Then the state of script frameworks.
    """
    if article_body and count_words(article_body) >= 60:
        return article_body
    for selector in _STATES:
        for node in tree.css(selector)[:20]:
            found = _longest_run(node.text() or "")
            if found and count_words(found) >= 60:
                return found
    return None


def _longest_run(source: str) -> str | None:
    """The paragraphs of the list (or the single string) with the most prose in a JSON document."""
    if len(source) > _LONGEST:
        return None
    try:
        data = json.loads(source)
    except (ValueError, RecursionError):
        return None
    runs: dict[int, list[str]] = {}
    for number, text in _prose(data):
        runs.setdefault(number, []).append(text)
    best = max(runs.values(), key=lambda texts: sum(map(len, dict.fromkeys(texts))), default=[])
    return "\n\n".join(dict.fromkeys(best)) or None


def _prose(data: Any) -> Iterator[tuple[int, str]]:
    """Strings that read like paragraphs, in order, each with the number of the list it stands in."""
    lists = 0
    waiting: list[tuple[Any, int]] = [(data, 0)]
    while waiting:
        value, home = waiting.pop()
        if isinstance(value, str):
            if (
                len(value) >= _SHORTEST
                and any(stop in value for stop in _STOPS)
                and not value.startswith(("http", "{", "["))
            ):
                yield home, value
        elif isinstance(value, dict):
            waiting.extend((inner, home) for inner in reversed(value.values()))
        elif isinstance(value, list):
            lists += 1
            inside = home if home and len(value) < 3 else lists
            waiting.extend((inner, inside) for inner in reversed(value))
