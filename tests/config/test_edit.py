"""Edits of feeds.yaml: everything else in the file stays byte for byte, and nothing invalid is ever written."""

import stat
from pathlib import Path

import pytest

from aggregator.config import edit, load_config
from aggregator.errors import ConfigError

TEXT = """# head
settings:
  keep: forever   # always

feeds:
# one
- url: https://b.example/x  # inline
  title: 'B'

  # two
- url: https://c.example/x
  title: "C"
# tail
articles:
- url: https://x.example/z
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "feeds.yaml"
    path.write_text(TEXT)
    return path


def test_a_feed_is_added_behind_the_others_and_removed_without_a_trace(path: Path) -> None:
    path.chmod(0o600)
    edit.add_feed(path, {"url": "https://a.example/f", "title": "A: b", "lang": "no", "tags": [], "category": None})
    added = "- url: https://a.example/f\n  title: 'A: b'\n  lang: no\n"
    assert path.read_text() == TEXT.replace("# tail\n", added + "# tail\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_config.load(path, {}).feeds[-1].lang == "no"
    edit.remove_feed(path, "https://a.example/f")
    assert path.read_text() == TEXT
    assert [item.name for item in path.parent.iterdir()] == ["feeds.yaml"]


def test_values_of_feeds_are_changed_and_the_rest_stays(path: Path) -> None:
    changes: dict[str, dict[str, str | None]] = {
        "https://b.example/x": {"title": "C: d", "category": "World"},
        "https://c.example/x": {"title": None},
    }
    edit.change_feeds(path, changes)
    changed = TEXT.replace("  title: 'B'\n", "  category: World\n  title: 'C: d'\n").replace('  title: "C"\n', "")
    assert path.read_text() == changed
    with pytest.raises(ConfigError, match="no feed https://d"):
        edit.change_feeds(path, {"https://c.example/x": {"title": "New"}, "https://d.example/": {"title": "New"}})
    with pytest.raises(ConfigError, match="interval"):
        edit.change_feeds(path, {"https://c.example/x": {"interval": "soon"}})
    assert path.read_text() == changed


def test_all_feeds_can_go_and_come_back(path: Path) -> None:
    for url in ("https://b.example/x", "https://c.example/x"):
        edit.remove_feed(path, url)
    assert load_config.load(path, {}).feeds == ()
    edit.add_feeds(path, [{"url": f"https://{name}.example/"} for name in "ab"])
    assert [feed.url for feed in load_config.load(path, {}).feeds] == ["https://a.example/", "https://b.example/"]
    assert "# tail" in path.read_text()


@pytest.mark.parametrize(
    "text", [None, "", "# only\n", "feeds:\n", "feeds: []  # none", "articles:\n", "feeds: []\narticles: []"]
)
def test_a_file_without_feeds_gets_its_first(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "new" / "feeds.yaml"
    if text is not None:
        path.parent.mkdir()
        path.write_text(text)
    edit.add_feed(path, {"url": "https://a.example/f"})
    assert [feed.url for feed in load_config.load(path, {}).feeds] == ["https://a.example/f"]
    assert (text or "").partition("feeds: []")[2] in path.read_text()


@pytest.mark.parametrize(
    "values",
    [
        {"url": "https://b.example/x"},
        {"url": "nonsense"},
        {"url": "https://d.example", "full_text": "x"},
        {"title": "x"},
    ],
)
def test_what_would_not_be_valid_is_not_written(path: Path, values: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        edit.add_feed(path, values)
    assert path.read_text() == TEXT


def test_what_cannot_be_edited_is_said(path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no feed https://nobody\.example"):
        edit.remove_feed(path, "https://nobody.example")
    path.write_text("feeds: [{url: 'https://d.example'}]\n")
    with pytest.raises(ConfigError, match="list in brackets"):
        edit.add_feed(path, {"url": "https://a.example/f"})
    path.write_text("feeds: 3\n")
    with pytest.raises(ConfigError, match="is not a list"):
        edit.add_feed(path, {"url": "https://a.example/f"})


def test_an_address_is_replaced_and_nothing_else(path: Path) -> None:
    edit.replace_url(path, "https://b.example/x", "https://new.example/f?a=1&b=2#c")
    assert path.read_text() == TEXT.replace("https://b.example/x", "'https://new.example/f?a=1&b=2#c'")
    edit.replace_url(path, "https://new.example/f?a=1&b=2#c", "https://b.example/x")
    assert path.read_text() == TEXT
    path.write_text("feeds: [{url: 'https://a.example/f', title: A}]\n")
    edit.replace_url(path, "https://a.example/f", "https://a.example/[g],{h}")
    assert path.read_text() == "feeds: [{url: 'https://a.example/[g],{h}', title: A}]\n"


def test_an_address_that_is_not_there_or_there_already_is_not_replaced(path: Path) -> None:
    for old, new in (("https://z.example/x", "https://y.example/"), ("https://b.example/x", "https://c.example/x")):
        with pytest.raises(ConfigError):
            edit.replace_url(path, old, new)
        assert path.read_text() == TEXT
