"""Where configuration and database are looked for."""

from pathlib import Path

import pytest

from aggregator.config.paths import database_url, find_config
from aggregator.errors import ConfigError


def test_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "home")}
    assert find_config(None, environ) is None
    users = tmp_path / "home" / "aggregator" / "feeds.yaml"
    users.parent.mkdir(parents=True)
    users.touch()
    assert find_config(None, environ) == users
    Path("feeds.yaml").touch()
    assert find_config(None, environ) == Path("feeds.yaml")
    assert find_config(str(users), environ) == users
    assert find_config(None, environ | {"AGGREGATOR_CONFIG": str(users)}) == users
    with pytest.raises(ConfigError, match="no such file"):
        find_config("missing.yaml", environ)


def test_the_database() -> None:
    assert database_url(None, Path("/etc/news/feeds.yaml"), {}) == "sqlite:////etc/news/aggregator.db"
    assert database_url(None, None, {}) == "sqlite:///aggregator.db"
    assert database_url(None, None, {"AGGREGATOR_DATABASE": "postgresql://x/y"}) == "postgresql://x/y"
    with pytest.raises(ConfigError, match="not a database URL"):
        database_url("a.db", None, {})
