"""Reads feeds.yaml and the environment into a Config.

A mistake is a ConfigError of one line: file, line, feed, key, value.

YAML 1.2 is read (ruamel.yaml), where `lang: no` is Norwegian and not false.
"""

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from aggregator.config.models import Config, Settings
from aggregator.config.paths import PREFIX
from aggregator.config.problems import Lines, explain, explain_variable
from aggregator.errors import ConfigError


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """Reads the configuration of a file, None: an empty one, with the environment over it. Raises ConfigError."""
    return parse(read_text(path), str(path), environ) if path else parse("", "environment", environ)


def parse(text: str, name: str, environ: Mapping[str, str]) -> Config:
    """Reads the configuration in a text; `name` is what its errors call it. Raises ConfigError."""
    values = _mapping(text, name)
    chosen = from_environment(environ)
    written = values.get("settings")
    if chosen and isinstance(written, dict | None):
        values = {**values, "settings": {**(written or {}), **chosen}}
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        raise ConfigError(explain(error, values, Lines(text), name)) from None
    _refuse_duplicates(config, text, name)
    return config


def place(path: Path | None, location: Sequence[int | str]) -> str:
    """Returns the file and line of a value, such as ("feeds", 3, "mute"), for an error that is found later."""
    return "environment" if path is None else f"{path}:{Lines(read_text(path)).of(location)}"


def read_text(path: Path) -> str:
    """Reads the text of a configuration file. Raises ConfigError if it can't be read or is not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}:{line}: not UTF-8; save the file as UTF-8") from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: is a folder; name the file in it, such as {path / 'feeds.yaml'}") from None
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror or error}") from None


def _mapping(text: str, name: str) -> dict[str, Any]:
    """Returns the plain values of a YAML text; an empty text is an empty configuration."""
    from ruamel.yaml import YAML  # late: a configuration that has not changed is not parsed again
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        values = YAML(typ="safe").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}" if mark else name
        raise ConfigError(f"{place}: {_syntax(str(error.problem), error.context)}") from None
    except (YAMLError, ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0] or "nested too deeply"
        raise ConfigError(f"{name}: not readable as YAML: {reason}") from None
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ConfigError(f"{name}:1: the file must hold `feeds:` with a list under it, not {_kind(values)}")
    return values


def _syntax(problem: str, context: str | None) -> str:
    """Says what is wrong with the YAML, in this program's words where it is one of the common mistakes."""
    if "\\t" in problem:
        return "a tab; indent with spaces"
    if problem.startswith("found duplicate key"):
        return f"key {problem.split(chr(34))[1]!r} is given twice"
    if problem == "mapping values are not allowed here":
        return "a `: ` where none may be; put a text that has one in it into quotes"
    return f"not readable as YAML: {problem}" + (f" ({context})" if context else "")


def _kind(values: object) -> str:
    return "a list" if isinstance(values, list) else f"the text {str(values)[:40]!r}"


def from_environment(environ: Mapping[str, str]) -> dict[str, object]:
    """Returns the settings given as AGGREGATOR_<NAME>, as text; an empty variable is none. Raises ConfigError."""
    chosen: dict[str, object] = {}
    for name in Settings.model_fields:
        if value := environ.get(PREFIX + name.upper(), "").strip():
            chosen[name] = value
            try:
                Settings.model_validate({name: value})
            except ValidationError as error:
                if error.errors()[0]["loc"]:
                    raise ConfigError(explain_variable(error, PREFIX + name.upper())) from None
    return chosen


def unknown_variables(environ: Mapping[str, str], others: Collection[str]) -> list[str]:
    """Returns a line for each variable AGGREGATOR_<NAME> that is no setting, nor one of the others."""
    known = [*(PREFIX + name.upper() for name in Settings.model_fields), *others]
    lines = []
    for name in sorted(name for name in environ if name.startswith(PREFIX) and name not in known):
        close = get_close_matches(name, known, n=1, cutoff=0.8)
        lines.append(f"{name}: no such setting" + (f"; did you mean {close[0]}?" if close else ", so it does nothing"))
    return lines


def _refuse_duplicates(config: Config, text: str, name: str) -> None:
    first: dict[str, tuple[str, int]] = {}
    for section in ("feeds", "articles"):
        for number, source in enumerate(getattr(config, section)):
            if source.url in first:
                lines = Lines(text)
                here, there = lines.of((section, number)), lines.of(first[source.url])
                raise ConfigError(f"{name}:{here}: {source.url} is listed twice, first in line {there}")
            first[source.url] = (section, number)
