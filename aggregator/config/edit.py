"""Adds and removes subscriptions in feeds.yaml.

The text is spliced at the positions the YAML reader reports, so that comments, order, quotes and indentation stay as
they are: a reader that writes the whole document again moves comments and indents anew.
"""

import fcntl
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from textwrap import dedent
from typing import Any

from aggregator.config.load_config import parse, read_text
from aggregator.errors import ConfigError
from aggregator.urls import without_blanks


def add_feed(path: Path, values: Mapping[str, Any]) -> None:
    """Adds a subscription, `{"url": …, "title": …}` as in feeds.yaml; the file is made if there is none.

    Raises ConfigError, and changes nothing, when the file would not be valid with it.
    """
    if not add_feeds(path, [values]):
        raise ConfigError(f"{path}: {values['url']} is subscribed already")


def add_feeds(path: Path, many: Iterable[Mapping[str, Any]]) -> int:
    """Adds those of the subscriptions that the file does not list yet, in one write; returns how many. Raises as
    `add_feed` does."""
    with _locked(path):
        text = _valid_text(path) if path.exists() else ""
        config = parse(text, str(path), {})
        known = {item.url for item in (*config.feeds, *config.articles)}
        if items := [_given(values) for values in many if values.get("url") not in known]:
            _write(path, _with_items(text, items, path))
        return len(items)


def check_feed(path: Path, values: Mapping[str, Any]) -> None:
    """Raises ConfigError as `add_feed` would, if the file would not be valid with this feed; changes nothing."""
    parse(_with_items(_valid_text(path) if path.exists() else "", [_given(values)], path), str(path), {})


def remove_feed(path: Path, url: str) -> None:
    """Takes out the subscription of `url`. Raises ConfigError if the file has none."""
    with _locked(path):
        text = _valid_text(path)
        _, listed = _feeds(text)
        for item in listed.value if listed is not None else ():
            if any(key.value == "url" and without_blanks(value.value) == url for key, value in item.value):
                _refuse_flow(listed, path)
                lines = text.splitlines(keepends=True)
                del lines[item.start_mark.line : _last_line(item, lines) + 1]
                _write(path, "".join(lines))
                return
    raise ConfigError(f"{path}: no feed {url}; `aggregator feeds list` shows them")


def replace_url(path: Path, old: str, new: str) -> None:
    """Gives the feed of `old` another address; all else of it stays. Raises ConfigError if the file has none."""
    with _locked(path):
        text = _valid_text(path)
        _, listed = _feeds(text)
        for item in listed.value if listed is not None else ():
            for key, value in item.value:
                if key.value == "url" and without_blanks(value.value) == old:
                    _write(path, text[: value.start_mark.index] + _scalar(new) + text[value.end_mark.index :])
                    return
    raise ConfigError(f"{path}: no feed {old}; `aggregator feeds list` shows them")


def change_feeds(path: Path, changes: Mapping[str, Mapping[str, Any]]) -> None:
    """Changes keys of the feeds of these URLs, in one write: `{"https://…": {"title": "News", "category": None}}`; None
    takes a key out. Raises ConfigError, and changes nothing, where the file has not all of the feeds or would not be
    valid."""
    with _locked(path):
        text = _valid_text(path)
        _, listed = _feeds(text)
        if listed is None:
            raise ConfigError(f"{path}: no feeds in it; `aggregator feeds add` adds one")
        _refuse_flow(listed, path)
        lines, left = text.splitlines(keepends=True), dict(changes)
        for item in reversed(listed.value):  # from the end: the lines before stay where they are
            url = next((without_blanks(value.value) for key, value in item.value if key.value == "url"), None)
            if url in left:
                part = slice(item.start_mark.line, _last_line(item, lines) + 1)
                written = "".join(lines[part])
                for key, value in left.pop(url).items():
                    written = _changed(written, key, value)
                lines[part] = [written]
        if left:
            raise ConfigError(f"{path}: no feed {next(iter(left))}; `aggregator feeds list` shows them")
        _write(path, "".join(lines))


def _changed(item: str, key: str, value: Any) -> str:
    """Returns the text of a list's item with another value of a key; None: without it."""
    from ruamel.yaml import YAML  # late: only edits need it

    (mapping,) = YAML(typ="safe", pure=True).compose(item).value
    names = [name.value for name, _ in mapping.value]
    at = names.index(key) if key in names else None
    if mapping.flow_style or (value is None and at == 0):
        return _rewritten(item, key, value)
    lines = item.splitlines(keepends=True)
    written = _dumped([{key: value}], 0).removeprefix("- ")
    if at is None:
        below = mapping.value[names.index("url")][1].end_mark.line + 1
        added = [] if value is None else [" " * mapping.start_mark.column + written]
        return "".join([*lines[:below], *added, *lines[below:]])
    name, old = mapping.value[at]
    if value is None:
        del lines[name.start_mark.line : _last_line(old, lines) + 1]
        return "".join(lines)
    return item[: name.start_mark.index] + written.rstrip("\n") + item[old.end_mark.index :]


def _rewritten(item: str, key: str, value: Any) -> str:
    """Does the same where the item must be written anew."""
    from ruamel.yaml import YAML  # late: only edits need it

    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    (kept,) = yaml.load(dedent(item))
    kept.pop(key, None)
    if value is not None:
        kept[key] = value
    return _dumped([kept], len(item) - len(item.lstrip(" ")))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Lets one process at a time read, edit and replace the file. What is locked is its folder: the file itself becomes
    another one by the edit, and a lock file would stay behind."""
    folder = path.resolve().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise ConfigError(f"{path}: can't be written: {error.strerror or error}") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, (), [], {})}


def _scalar(url: str) -> str:
    """Writes a URL as YAML, in a list in brackets too."""
    return url if re.fullmatch(r"[A-Za-z0-9:/?=&%._~+;@!$-]+", url) else "'" + url.replace("'", "''") + "'"


def _valid_text(path: Path) -> str:
    """Returns the text of the file; a file that is not valid is not edited."""
    text = read_text(path)
    parse(text, str(path), {})
    return text


def _feeds(text: str) -> tuple[Any, Any]:
    """Returns the nodes of the key `feeds` and of the list under it; None for what is not there."""
    from ruamel.yaml import YAML  # late: only edits need it

    root = YAML(typ="safe", pure=True).compose(text)
    for key, value in root.value if root is not None else ():
        if key.value == "feeds":
            return key, value if isinstance(value.value, list) else None
    return None, None


def _with_items(text: str, items: list[dict[str, Any]], path: Path) -> str:
    """Returns the text with the items at the end of its list of feeds."""
    key, listed = _feeds(text)
    if listed is not None and listed.flow_style and not listed.value:  # `feeds: []`
        text = text[: listed.start_mark.index].rstrip(" ") + text[listed.end_mark.index :]
        listed = None
    if text and not text.endswith("\n"):
        text += "\n"
    lines = text.splitlines(keepends=True)
    if key is None:
        return "".join([*lines, "feeds:\n", _dumped(items, 2)])
    if listed is None:
        at, column = key.start_mark.line + 1, 2
    else:
        _refuse_flow(listed, path)
        at, column = _last_line(listed.value[-1], lines) + 1, listed.start_mark.column
    return "".join([*lines[:at], _dumped(items, column), *lines[at:]])


def _refuse_flow(listed: Any, path: Path) -> None:
    if listed.flow_style:
        line = listed.start_mark.line + 1
        raise ConfigError(f"{path}:{line}: feeds is a list in brackets; write one `- url: …` a line to have it edited")


def _last_line(item: Any, lines: list[str]) -> int:
    """Returns the number (from 0) of the last line of a list's item, without the comments and empty lines after it."""
    last = item.end_mark.line if item.end_mark.column else item.end_mark.line - 1
    last = min(last, len(lines) - 1)
    column = item.start_mark.column
    while last > item.start_mark.line and not _belongs(lines[last], column):
        last -= 1
    return int(last)


def _belongs(line: str, column: int) -> bool:
    """Tells whether a line is a mapping's own: it begins at its column or further right; comments there are taken for
    its own too."""
    bare = line.strip()
    indent = len(line) - len(line.lstrip(" "))
    return bool(bare) and indent >= column


def _dumped(items: list[dict[str, Any]], column: int) -> str:
    from ruamel.yaml import YAML  # late: only edits need it

    yaml = YAML(typ="rt")
    yaml.width = 100_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    buffer = StringIO()
    yaml.dump(items, buffer)
    indent = " " * (column - 2) if column >= 2 else ""
    cut = 2 - column if column < 2 else 0
    return "".join(indent + line[cut:] for line in buffer.getvalue().splitlines(keepends=True))


def _write(path: Path, text: str) -> None:
    parse(text, str(path), {})
    try:
        write_whole(path.resolve(), text.encode())
    except OSError as error:
        raise ConfigError(f"{path}: can't be written: {error.strerror or error}") from None


def write_whole(path: Path, body: bytes) -> None:
    """Writes a file so that at any moment it is the old one or the new one, whole. Raises OSError."""
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
