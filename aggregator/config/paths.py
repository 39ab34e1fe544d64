"""Finds the configuration and the database."""

import os
from collections.abc import Mapping
from pathlib import Path

from aggregator.errors import ConfigError, StoreError

PREFIX = "AGGREGATOR_"  # of variables
CONFIG_NAME = "feeds.yaml"
DATABASE_NAME = "aggregator.db"


def user_config_dir(environ: Mapping[str, str]) -> Path:
    """Returns the folder for this user's configuration (XDG base directory specification)."""
    base = environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "aggregator"


def find_config(named: str | None, environ: Mapping[str, str] = os.environ) -> Path | None:
    """Finds the configuration file: the one named (option or AGGREGATOR_CONFIG), else feeds.yaml here, else the user's.

    None if no default file exists. Raises ConfigError if a named one is missing.
    """
    named = named or environ.get("AGGREGATOR_CONFIG")
    if named:
        path = Path(named).expanduser()
        if not path.is_file():
            raise ConfigError(f"{path}: no such file; name a feeds.yaml with --config, or leave the option out")
        return path
    for path in (Path(CONFIG_NAME), user_config_dir(environ) / CONFIG_NAME):
        if path.is_file():
            return path
    return None


def database_file(url: str) -> Path | None:
    """Returns the file of an SQLite database, there or not; None for a database of another kind."""
    kind, _, rest = url.partition(":///")
    return Path(rest.partition("?")[0]) if kind.startswith("sqlite") else None


def database_exists(url: str) -> bool:
    """Returns False only for an SQLite file that is not there yet."""
    file = database_file(url)
    return file is None or file.exists()


def database_is_named(named: str | None, environ: Mapping[str, str] = os.environ) -> bool:
    """Tells whether the option or AGGREGATOR_DATABASE names a database."""
    return bool(named or environ.get("AGGREGATOR_DATABASE"))


def no_database(url: str) -> StoreError:
    """Returns the error of a command that reads where there is no database."""
    return StoreError(
        f"{database_file(url)}: no database there; `aggregator fetch` makes one, --database names another"
    )


def database_url(named: str | None, config: Path | None, environ: Mapping[str, str] = os.environ) -> str:
    """Returns the URL of the database: the one named (option or AGGREGATOR_DATABASE), else of aggregator.db beside the
    configuration. Raises ConfigError."""
    named = named or environ.get("AGGREGATOR_DATABASE")
    if not named:
        folder = config.parent if config else Path()
        return f"sqlite:///{folder / DATABASE_NAME}"
    if "://" not in named:
        raise ConfigError(
            f"--database {named}: not a database URL; say sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
        )
    return named
