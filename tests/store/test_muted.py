"""What is muted: out of lists of stories and alerts, in the archive all the same."""

from pathlib import Path

import pytest

from aggregator.archive.search import Search, search
from aggregator.config.load_config import parse
from aggregator.errors import ConfigError
from aggregator.store.alerting import saved_searches
from aggregator.store.engine import Store
from aggregator.store.grouping import story_list
from aggregator.subscriptions.sync import load, sync
from tests.alerts.newsroom import NOW, add, publish, run, words_of

CONFIG = """\
settings: {mute: football OR saved:gossip}
feeds:
  - url: https://a.example/rss
    mute: tram
  - url: https://b.example/rss
"""


def told(store: Store, *, with_muted: bool = False, limit: int = 20) -> set[str | None]:
    with store.read() as conn:
        return {one.title for one in story_list.listing(conn, 0, NOW + 1, limit, with_muted=with_muted)}


def configure(store: Store, text: str) -> None:
    sync(store, parse(text, "feeds.yaml", {}), str(hash(text)), NOW)


def test_what_is_muted_is_not_listed_but_kept(store: Store) -> None:
    with store.write() as conn:
        saved_searches.save(conn, "gossip", "wedding", NOW)
    for topic, site in (("football", "b.example"), ("wedding", "b.example"), ("ferry", "b.example")):
        publish(store, topic, site=site, text=words_of(topic))
    publish(store, "tram", site="a.example", text=words_of("tram"), feed="https://a.example/rss")
    publish(store, "trams", site="b.example", text="tram " + words_of("trams"), feed="https://b.example/rss")
    everything = told(store)
    assert len(everything) == 5
    configure(store, CONFIG)
    assert told(store) == {"News of the ferry", "News of the trams"}
    assert len(told(store, limit=2)) == 2  # however many are left out before them
    assert told(store, with_muted=True) == everything
    assert search(store, Search("football")).total == 1
    with store.write() as conn:
        saved_searches.remove(conn, "gossip")
    assert told(store) - {"News of the wedding", "News of the football"} == {"News of the ferry", "News of the trams"}
    configure(store, "")
    assert told(store) == everything


def test_a_story_of_which_an_article_is_not_muted_is_listed(store: Store) -> None:
    text = words_of("ferry")
    for site in ("a", "b"):
        publish(store, "ferry", site=f"{site}.example", text=text)
    configure(store, "settings: {mute: 'site:a.example'}")
    assert told(store) == {"News of the ferry"}
    configure(store, "settings: {mute: 'site:a.example OR site:b.example'}")
    assert told(store) == set()


def test_no_alert_tells_of_what_is_muted(store: Store, tmp_path: Path) -> None:
    add(store, "all", "*", "command", f"cat >> {tmp_path}/found")
    configure(store, "settings: {mute: football}")
    publish(store, "football", text=words_of("football"))
    assert run(store).delivered == 0
    publish(store, "ferry", text=words_of("ferry"))
    assert run(store).delivered == 1
    assert "football" not in (tmp_path / "found").read_text()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("settings: {mute: '(a'}", "1: settings: mute: can't read the query at character 1"),
        (
            "feeds:\n- url: https://a.example/rss\n  mute: colour:red",
            "3: feed https://a.example/rss: mute: can't read",
        ),
        ("articles: [{url: 'https://a.example/', mute: '(a'}]", "1: feed https://a.example/: mute: can't read"),
        ("settings:\n  mute: saved:none", "2: settings: mute: no search is saved as 'none'"),
    ],
)
def test_a_query_that_can_not_be_read_is_an_error_of_the_configuration(
    store: Store, tmp_path: Path, text: str, why: str
) -> None:
    (tmp_path / "feeds.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(store, tmp_path / "feeds.yaml", {})
    assert str(caught.value).startswith(f"{tmp_path}/feeds.yaml:{why}")
