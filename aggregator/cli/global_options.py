"""Turns the global options into what all commands need: the configuration, the database, the log."""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from aggregator.config import paths
from aggregator.errors import UsageError

if TYPE_CHECKING:
    from aggregator.config.models import Config
    from aggregator.store.engine import Store


@dataclass(frozen=True, slots=True)
class Globals:
    """Holds the options that stand before the command."""

    config: str | None
    database: str | None
    quiet: bool
    verbose: int

    def config_path(self) -> Path | None:
        """Finds the configuration file; None if there is none. Raises ConfigError if a named one is missing."""
        return paths.find_config(self.config)

    def editable_config(self) -> Path:
        """Returns the file that `feeds add` writes to: the one found, or the one that is named and not yet there."""
        named = self.config or os.environ.get("AGGREGATOR_CONFIG")
        if named:
            return Path(named).expanduser()
        return self.config_path() or Path(paths.CONFIG_NAME)

    def load_config(self) -> "Config":
        """Reads the configuration, empty if there is no file. Raises ConfigError."""
        from aggregator.config import load_config

        return load_config.load(self.config_path(), os.environ)

    def store_url(self) -> str:
        """Returns the database's URL. Raises ConfigError."""
        return paths.database_url(self.database, self.config_path())

    def say(self, text: str) -> None:
        """Prints on stdout what a command did; nothing with -q."""
        if not self.quiet:
            print(text)

    def say_at_once(self, text: str) -> None:
        """Prints the same so that whoever reads a pipe has it now."""
        if not self.quiet:
            print(text, flush=True)

    def print_request(self, url: str) -> None:
        """Tells a person at a terminal what is being asked for."""
        if sys.stderr.isatty() and not self.quiet:
            from aggregator.cli import output

            print(output.cell(f"asking {url}"), file=sys.stderr)

    def own_file(self, path: Path) -> str | None:
        """Says what a file is that no output may replace: the configuration or the database in use; else None."""
        database = paths.database_file(self.store_url())
        parts = () if database is None else ("", "-wal", "-shm", "-journal")
        own = {Path(f"{database}{part}"): "the database" for part in parts} | {self.editable_config(): "feeds.yaml"}
        for file, what in own.items():
            if path.resolve() == file.resolve() or (path.exists() and file.exists() and path.samefile(file)):
                return what
        return None

    def refuse_own_file(self, name: str) -> None:
        """Raises UsageError where an output would replace the configuration or the database."""
        if name != "-" and (what := self.own_file(Path(name))):
            raise UsageError(f"{name}: {what} in use, which would be overwritten; name another file")

    @contextmanager
    def feeds_store(self) -> "Iterator[Store | None]":
        """Opens the database of the subscriptions, and closes it; None where the default file is not there: no fetch
        was made yet. Raises StoreError."""
        if paths.database_exists(self.store_url()) or paths.database_is_named(self.database):
            with self.existing_store() as store:
                yield store
        else:
            yield None

    @contextmanager
    def existing_store(self) -> "Iterator[Store]":
        """Opens the database for a command that makes none, and closes it. Raises StoreError where it is not there."""
        if not paths.database_exists(self.store_url()):
            raise paths.no_database(self.store_url())
        with self.open_store() as store:
            yield store

    @contextmanager
    def open_store(self) -> "Iterator[Store]":
        """Opens the database, which is made if it is not there, and closes it. Raises StoreError."""
        from aggregator.store import engine

        opened = engine.open(self.store_url())
        try:
            yield opened
        finally:
            opened.close()


def of(ctx: typer.Context) -> Globals:
    """Returns the global options of a command."""
    found = ctx.find_object(Globals)
    assert found is not None
    return found


_FLAGS = ("-v", "-vv", "--verbose", "-q", "--quiet")
_VALUED = ("--config", "--database")


def hoisted(arguments: Sequence[str]) -> list[str]:
    """Returns the arguments with the global options in front, wherever they stood before a `--`."""
    before: list[str] = []
    rest: list[str] = []
    left = list(arguments)
    while left:
        one = left.pop(0)
        if one == "--":
            rest += [one, *left]
            break
        if one in _FLAGS or one.partition("=")[0] in _VALUED:
            before.append(one)
            if one in _VALUED and left:
                before.append(left.pop(0))
        else:
            rest.append(one)
    return before + rest


def command_of(arguments: Sequence[str]) -> str | None:
    """Returns what stands behind the global options of `hoisted` arguments: a command, if they are well written."""
    left = iter(arguments)
    for one in left:
        if one in _VALUED:
            next(left, None)
        elif one not in _FLAGS and one.partition("=")[0] not in _VALUED:
            return one
    return None


def warn_of_variables(environ: Mapping[str, str]) -> None:
    """Logs a warning for each variable AGGREGATOR_… that is no setting: it is misspelt, and would do nothing."""
    if {name for name in environ if name.startswith(paths.PREFIX)} - _OWN_VARIABLES:
        import logging

        from aggregator.config import load_config  # late: it takes a tenth of a second, and few have such variables

        for line in load_config.unknown_variables(environ, _OWN_VARIABLES):
            logging.getLogger(__name__).warning(line)


_OWN_VARIABLES = {f"{paths.PREFIX}{name}" for name in ("CONFIG", "DATABASE", "DEBUG", "CORPUS", "LOG")}


def set_up_logging(quiet: bool, verbose: int, *, json: bool) -> None:
    """Logs to stderr: warnings, more with -v, errors alone with -q; other people's libraries only with -vv. Times are
    UTC, as in tables. As JSON if that is wished for."""
    import logging

    from aggregator.cli import log_form

    handler = logging.StreamHandler()
    handler.setFormatter(log_form.JsonLines() if json else log_form.TEXT)
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    own = logging.ERROR if quiet else (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.getLogger("aggregator").setLevel(own)
    if verbose > 1:
        logging.getLogger().setLevel(logging.DEBUG)


def wants_json_log(environ: Mapping[str, str]) -> bool:
    """Tells whether AGGREGATOR_LOG asks for JSON. Raises UsageError where it asks for what is not known."""
    asked = environ.get(f"{paths.PREFIX}LOG") or "text"
    if asked not in ("text", "json"):
        raise UsageError(f"AGGREGATOR_LOG={asked}: text or json")
    return asked == "json"
