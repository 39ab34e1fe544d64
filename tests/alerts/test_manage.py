"""Saved searches are kept, named in queries, made alerts and removed."""

import pytest

from aggregator.alerts import manage
from aggregator.archive.search import Search, search
from aggregator.errors import QueryError, UsageError
from aggregator.store.engine import Store
from tests.alerts.newsroom import add, listed, publish


def titles(store: Store, query: str) -> set[str | None]:
    return {hit.article.title for hit in search(store, Search(query))}


def test_a_saved_search_is_a_part_of_others(store: Store) -> None:
    publish(store, "ferry")
    publish(store, "tram")
    assert not manage.save(store, "boats", "ferry OR ship")
    assert titles(store, "saved:boats") == {"News of the ferry"}
    assert titles(store, "-saved:boats") == {"News of the tram"}
    assert titles(store, "(saved:boats OR tram) news") == {"News of the ferry", "News of the tram"}
    manage.save(store, "all", "saved:boats OR tram")
    assert manage.save(store, "boats", "ship")
    assert titles(store, "saved:all") == {"News of the tram"}


def test_what_cannot_be_saved(store: Store) -> None:
    for name in ("", "a b", "-a", "a/b", "x" * 65):
        with pytest.raises(UsageError, match="is no name"):
            manage.save(store, name, "ferry")
    for query, why in (
        ("(ferry", "never closed"),
        ("saved:nothing", "no search is saved as 'nothing'"),
        ("ferry saved:own", "names itself"),
    ):
        with pytest.raises(QueryError, match=why):
            manage.save(store, "own", query)
    assert listed(store) == {}
    manage.save(store, "a", "ferry")
    manage.save(store, "b", "saved:a")
    with pytest.raises(QueryError, match="saved:a names itself"):
        manage.save(store, "a", "saved:b")


def test_an_alert_is_made_of_a_saved_search(store: Store) -> None:
    manage.save(store, "boats", "ferry")
    add(store, "boats", None, "command", "true", daily=True)
    one = listed(store)["boats"].search
    assert (one.query, one.channel, one.target, one.daily, one.secret) == ("ferry", "command", "true", True, None)
    with pytest.raises(UsageError, match="an alert boats already"):
        add(store, "boats", "ship", "command", "true")
    with pytest.raises(UsageError, match="no search is saved as ships"):
        add(store, "ships", None, "command", "true")
    manage.save(store, "boats", "ship")  # its query alone
    assert listed(store)["boats"].search.query == "ship"
    manage.remove(store, "boats")
    with pytest.raises(UsageError, match="no search is saved as boats; there is none yet"):
        manage.remove(store, "boats")


@pytest.mark.parametrize("url", ["ftp://a.example/", "a.example", "http://", "http://a.example:25/", "https://a b/"])
def test_urls_that_are_refused(store: Store, url: str) -> None:
    with pytest.raises(UsageError, match="webhook"):
        add(store, "x", "ferry", "webhook", url)
    assert listed(store) == {}
