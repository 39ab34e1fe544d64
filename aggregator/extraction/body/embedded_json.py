"""Finds bodies that are in the page but not in its markup: JSON that a script would have shown."""

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import Any

from aggregator.dom import parse
from aggregator.extraction.body.page_state import attribute_states, page_states
from aggregator.text import count_words, index_form

_STOPS = (". ", "! ", "? ", "。", "।", "؟")
_ENDS = tuple(". ! ? … 。 ！ ？ । ؟".split())
_AFTER_END = "\"'”’»)</p> "
_MIN_CHARS = 60  # characters of a paragraph in JSON
_MIN_WORDS = 60  # words of a body in JSON
MAX_RUNS = 50  # of a page that are compared with what it shows; the longest
MIN_SHARED_TEXT = 0.8  # of the words that the markup shows
_MIN_SHOWN_WORDS = 40  # distinct words; fewer may be a notice or a caption
MIN_SHARED_TITLE = 0.5  # of the longer words of the title
_LONG_WORD = 4  # letters
_TEXTS = ("text", "value", "html")  # the keys of the text of a node in a tree of rich text
_CHILDREN = ("children", "content", "nodes")
_OPENING, _CLOSING = "([{“„«‘\"'", ".,;:!?)]}”»’\"'"  # beside which no white space stands
MAX_PIECE_DEPTH = 4  # links in emphasis in links


def json_body(source: str, article_body: str | None, title: str | None, shown: str) -> str | None:
    """Returns the longest article body in the page's JSON, as text or HTML; None if there is none of 60 words.

    JSON-LD's articleBody first: it is stated to be the body. Then what belongs to the page in the state of its scripts,
    which has the beginnings of other articles too. `shown`: the text that the page's markup has.
    """
    if article_body and count_words(article_body) >= _MIN_WORDS:
        return article_body
    states = chain(page_states(parse(source)), attribute_states(source))
    runs = (run for state in states for run in _runs(state))
    for run in sorted(runs, key=_prose, reverse=True)[:MAX_RUNS]:
        body = "\n\n".join(run)
        if count_words(body) < _MIN_WORDS:
            return None
        if _belongs(body, title, shown):
            return body
    return None


def _belongs(body: str, title: str | None, shown: str) -> bool:
    """Tells whether a body is what the page is about: it has the words of the text that the markup shows, or of the
    title where it shows next to nothing."""
    words = set(index_form(body).split())
    text = set(index_form(shown).split())
    asked, share = (text, MIN_SHARED_TEXT) if len(text) >= _MIN_SHOWN_WORDS else (_long(title), MIN_SHARED_TITLE)
    return len(asked & words) >= share * len(asked)


def _long(title: str | None) -> set[str]:
    return {word for word in index_form(title or "").split() if len(word) >= _LONG_WORD or not word.isascii()}


def _runs(data: Any) -> list[list[str]]:
    """Returns the paragraphs of each list (or single string) of a JSON document that has prose."""
    runs: dict[int, list[tuple[str, str]]] = {}
    for number, key, text in _strings(data):
        runs.setdefault(number, []).append((key, text))
    found = []
    for run in runs.values():
        keys = {key for key, text in run if _is_prose(text)}  # where the list has paragraphs, it has its headings
        if keys:
            found.append(list(dict.fromkeys(text for key, text in run if key in keys and " " in text.strip())))
    return found


def _prose(texts: Sequence[str]) -> int:
    return sum(len(text) for text in texts if _is_prose(text))


def _is_prose(text: str) -> bool:
    if len(text) < _MIN_CHARS or text.startswith(("http", "{", "[")):
        return False
    return any(stop in text for stop in _STOPS) or _is_sentence_end(text)


def _is_sentence_end(text: str) -> bool:
    return text.rstrip(_AFTER_END).endswith(_ENDS)


def _strings(data: Any) -> Iterator[tuple[int, str, str]]:
    """Yields all strings in order, each with the number of the list it stands in and the key it stands under.

    A list of the pieces of one paragraph (of rich text: its words, its links) is one string; an element as React writes
    it (`["$", name, key, {…}]`) is no list of its own.
    """
    lists = 0
    waiting: list[tuple[Any, int, str]] = [(data, 0, "")]
    while waiting:
        value, home, key = waiting.pop()
        if isinstance(value, str):
            yield home, key, value
        elif isinstance(value, dict):
            waiting.extend((inner, home, name) for name, inner in reversed(value.items()))
        elif isinstance(value, list):
            if (paragraph := _paragraph(value)) is not None:
                yield home, key, paragraph
                continue
            lists += 1
            inside = home if home and (len(value) < 3 or value[0] == "$") else lists
            waiting.extend((inner, inside, key) for inner in reversed(value))


def _paragraph(value: list[Any]) -> str | None:
    """Returns the text of a list that holds the pieces of one paragraph; None for any other list.

    Pieces are told from paragraphs by what stands where two of them meet: white space, or what closes or opens.
    """
    if len(value) < 2 or value[0] == "$":
        return None
    found = [_piece(item, MAX_PIECE_DEPTH) for item in value]
    pieces = [piece for piece in found if piece]
    if len(pieces) < 2 or None in found:
        return None
    joints = [one[-1].isspace() or one[-1] in _OPENING or other[0].isspace() or other[0] in _CLOSING
              for one, other in pairwise(pieces)]  # fmt: skip
    return "".join(pieces) if 2 * sum(joints) > len(joints) else None


def _piece(item: Any, depth: int) -> str | None:
    """Returns the text of a piece of rich text; None if it is something else, such as a picture."""
    if isinstance(item, str):
        return item
    if isinstance(item, list) and len(item) == 4 and item[0] == "$":
        item = item[3]
    if not isinstance(item, dict) or depth == 0:
        return None
    text = next((item[key] for key in _TEXTS if isinstance(item.get(key), str)), None)
    if text is not None:
        return str(text)
    inner = next((item[key] for key in _CHILDREN if key in item), None)
    if isinstance(inner, str):
        return inner
    if not isinstance(inner, list):
        return None
    pieces = [_piece(part, depth - 1) for part in inner]
    return None if None in pieces else "".join(filter(None, pieces))
