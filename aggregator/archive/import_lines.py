"""Reads a line of a file to be imported, and says what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from aggregator.model import Json
from aggregator.query.time_words import written
from aggregator.store.content.article_json import TEXTS, TIMES
from aggregator.store.content.stored_articles import LISTS, Revision
from aggregator.text import storable
from aggregator.urls import is_http, normalise

_MAX_ID = 2**53  # the largest whole number that every JSON reader keeps


class BadLine(Exception):
    """The line can't be imported; the message says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One article of a file. `id`, `story_id`, `copy_of` are the file's own numbers, None where they are no integers.

    `times`: seconds UTC. `revisions`: its earlier texts, oldest first; `gone_at`: since when its page is gone. `at`:
    what it is put in order by.
    """

    number: int
    record: Mapping[str, Any]
    times: Mapping[str, int | None]
    id: int | None
    story_id: int | None
    copy_of: int | None
    revisions: tuple[Revision, ...] = ()
    gone_at: int | None = None

    @property
    def own_url(self) -> str:
        """Returns what the article is known by."""
        return str(self.record["canonical_url"])

    @property
    def at(self) -> int:
        """Returns its time; where the file gives none it comes after all others."""
        return min(
            (at for name in ("published_at", "fetched_at") if (at := self.times[name]) is not None), default=2**62
        )


def read(number: int, line: bytes) -> Line:
    """Returns the article that a line of JSON holds. Only `url` and `text` must be there. Raises BadLine."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadLine(f"no JSON ({error.msg})") from None
    if not isinstance(found, dict):
        raise BadLine("no JSON object")
    record: Json = {name: _text(name, found.get(name)) for name in TEXTS}
    record |= {name: _list(name, found.get(name)) for name in LISTS}
    for name in ("url", "text"):
        if not record[name] or not record[name].strip():
            raise BadLine(f"{name} is missing")
    for name in ("url", "canonical_url"):
        if record[name] and not is_http(record[name]):
            raise BadLine(f"{name} is no http(s) address")
    times = {name: _time(name, found.get(name)) for name in TIMES}
    ids = {name: _id(found.get(name)) for name in ("id", "story_id", "copy_of")}
    if not record["canonical_url"] or ids["story_id"] is None:  # else it is restored as it stands
        record["canonical_url"] = normalise(record["canonical_url"] or record["url"])
    record |= {"is_article": found.get("is_article") is not False, "word_count": _id(found.get("word_count"))}
    earlier, gone_at = _revisions(found.get("revisions")), _time("gone_at", found.get("gone_at"))
    return Line(number, record, times, ids["id"], ids["story_id"], ids["copy_of"], earlier, gone_at)


def _text(name: str, value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise BadLine(f"{name} is no text")
    return storable(value) if value else None


def _list(name: str, value: Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadLine(f"{name} is no list of texts")
    return [storable(item) for item in value]


def _time(name: str, value: Any) -> int | None:
    if value is None:
        return None
    try:
        return int(written(value.strip())[0].timestamp())
    except (ValueError, OverflowError, TypeError, AttributeError):
        raise BadLine(f"{name} is no time in ISO 8601") from None


def _revisions(value: Any) -> tuple[Revision, ...]:
    """Returns the earlier texts; a number, as a search prints it, stands for none."""
    if not isinstance(value, list):
        return ()
    found = []
    for one in value:
        text = _text("text of a revision", one.get("text")) if isinstance(one, dict) else None
        if text is None:
            raise BadLine("revisions are no list of earlier texts")
        fetched, replaced = (_time(f"{name} of a revision", one.get(name)) for name in ("fetched_at", "replaced_at"))
        if fetched is None or replaced is None:
            raise BadLine("a revision lacks fetched_at or replaced_at")
        title, lead = (_text(f"{name} of a revision", one.get(name)) for name in ("title", "lead"))
        found.append(Revision(fetched, replaced, title, lead, text))
    return tuple(found)


def _id(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MAX_ID else None
