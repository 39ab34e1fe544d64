"""Tells of a failed validation in one line: file, line, feed, key, the wrong value and what is right."""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError

from aggregator.config.models import Config, Feed, Page, SelectorSpec, Settings

Location = Sequence[int | str]
_SECTIONS: dict[str, type[BaseModel]] = {"settings": Settings, "feeds": Feed, "articles": Page}
_NOUNS = {"feeds": "feed", "articles": "article"}
_WANTED = {
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "a text; put it into quotes",
    "tuple_type": "a list",
    "mapping_type": "a mapping of names to texts",
    "dict_type": "a mapping of names to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
}


class Lines:
    """Finds the lines of a YAML text. It is composed only when a mistake has to be shown."""

    def __init__(self, text: str) -> None:
        from ruamel.yaml import YAML

        self._root = YAML(typ="safe", pure=True).compose(text)

    def of(self, location: Location) -> int:
        """Returns the line (from 1) of the deepest part of `location` that is there."""
        node, line = self._root, 1
        for step in location:
            found = self._child(node, step)
            if found is None:
                break
            line, node = found
        return line

    @staticmethod
    def _child(node: Any, step: int | str) -> tuple[int, Any] | None:
        items = getattr(node, "value", None)
        if not isinstance(items, list):
            return None
        if isinstance(step, int):
            inside = step < len(items) and not isinstance(items[step], tuple)
            return (items[step].start_mark.line + 1, items[step]) if inside else None
        for item in items:
            if isinstance(item, tuple) and item[0].value == step:
                return item[0].start_mark.line + 1, item[1]
        return None


def explain(error: ValidationError, values: dict[str, Any], lines: Lines, name: str) -> str:
    """Tells of the first problem of a file's validation, and how many more there are."""
    problems = error.errors(include_url=False)
    problem = problems[0]
    where, key = _split(problem["loc"])
    parts = [f"{name}:{lines.of(problem['loc'])}", *_subject(where, values), _statement(problem, key)]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return ": ".join(parts) + more


def explain_variable(error: ValidationError, variable: str) -> str:
    """Tells of the problem of a setting that came from the environment."""
    return _statement(error.errors(include_url=False)[0], variable)


def _split(location: Location) -> tuple[Location, str]:
    """Returns what the problem is in (a feed, the settings) and the key in it, dotted."""
    depth = 2 if location and location[0] in _NOUNS else 1
    return location[:depth], ".".join(str(step) for step in location[depth:] if step != "[key]")


def _subject(where: Location, values: dict[str, Any]) -> list[str]:
    if len(where) < 2:
        return [str(step) for step in where if step in _SECTIONS]
    section, number = str(where[0]), int(where[1])
    item = values[section][number]
    known = (item.get("url") or item.get("title")) if isinstance(item, dict) else None
    return [f"{_NOUNS[section]} {known}" if known else f"{_NOUNS[section]} number {number + 1}"]


def _statement(problem: Any, key: str) -> str:
    kind, value = problem["type"], problem["input"]
    if key.lower().endswith("proxy") and isinstance(value, str):  # it may hold a password
        value = re.sub(r"(?<=//).*@", "", value)
    if key.lower().endswith("password"):
        value = "***"
    if kind == "extra_forbidden":
        return _unknown(problem["loc"])
    if kind == "missing":
        return f"{key} is missing"
    if kind == "value_error":
        reason = str(problem["ctx"]["error"])
        return f"{key}: {_shown(value)} {reason}" if key else reason
    if kind == "literal_error":
        allowed = problem["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
        return f"{key}: {_shown(value)} is not one of {allowed}"
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = problem["ctx"].get("ge", problem["ctx"].get("le"))
        return f"{key}: {value} is {'less' if kind.startswith('greater') else 'more'} than {bound}"
    wanted = _WANTED.get(kind, problem["msg"])
    return f"{key}: {_shown(value)} is not {wanted}" if key else f"{_shown(value)} is not {wanted}"


def _shown(value: object) -> str:
    shown = repr(value) if isinstance(value, str | list | dict) else str(value)  # a YAML date as it is written
    return shown if len(shown) <= 80 else shown[:77] + "..."


def _unknown(location: Location) -> str:
    key, section = str(location[-1]), location[0]
    model = Config if len(location) == 1 else _SECTIONS[str(section)]
    if "selectors" in location[:-1]:
        model = SelectorSpec
    known = list(model.model_fields)
    close = get_close_matches(key, known, n=1)
    return f"unknown key {key!r}; " + (f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}")
