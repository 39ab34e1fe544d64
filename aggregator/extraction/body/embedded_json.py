"""Finds bodies that are in the page but not in its markup: JSON that a script would have shown."""

import json
from collections.abc import Iterator
from typing import Any

from aggregator.dom import LexborHTMLParser
from aggregator.text import count_words

_MAX_CHARS = 4_000_000  # characters of one script
_STATES = ("script#__NEXT_DATA__", "script#__NUXT_DATA__", 'script[type="application/json"]')
_STOPS = (". ", "! ", "? ", "。", "।", "؟")
_ENDS = tuple(". ! ? … 。 ！ ？ । ؟".split())
_MIN_CHARS = 60  # characters of a paragraph in JSON


def json_body(tree: LexborHTMLParser, article_body: str | None) -> str | None:
    """Returns the longest article body in the page's JSON, as text or HTML; None if there is none of 60 words.

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
    """Returns the paragraphs of the list (or the single string) with the most prose in a JSON document."""
    if len(source) > _MAX_CHARS:
        return None
    try:
        data = json.loads(source)
    except (ValueError, RecursionError):
        return None
    runs: dict[int, list[tuple[str, str]]] = {}
    for number, key, text in _strings(data):
        runs.setdefault(number, []).append((key, text))
    best = max(runs.values(), key=lambda run: sum(map(len, {text for _, text in run if _is_prose(text)})), default=[])
    keys = {key for key, text in best if _is_prose(text)}  # where the list has paragraphs, it has its headings
    return "\n\n".join(dict.fromkeys(text for key, text in best if key in keys and " " in text.strip())) or None


def _is_prose(text: str) -> bool:
    if len(text) < _MIN_CHARS or text.startswith(("http", "{", "[")):
        return False
    return any(stop in text for stop in _STOPS) or text.rstrip("\"'”’»)</p> ").endswith(_ENDS)


def _strings(data: Any) -> Iterator[tuple[int, str, str]]:
    """Yields all strings in order, each with the number of the list it stands in and the key it stands under."""
    lists = 0
    waiting: list[tuple[Any, int, str]] = [(data, 0, "")]
    while waiting:
        value, home, key = waiting.pop()
        if isinstance(value, str):
            yield home, key, value
        elif isinstance(value, dict):
            waiting.extend((inner, home, name) for name, inner in reversed(value.items()))
        elif isinstance(value, list):
            lists += 1
            inside = home if home and len(value) < 3 else lists
            waiting.extend((inner, inside, key) for inner in reversed(value))
