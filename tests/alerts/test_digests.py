"""Daily digests: one a day, at the time that is set."""

import json
from collections.abc import Iterator
from datetime import time

import pytest

from aggregator.config.models import Settings
from aggregator.store.engine import Store
from aggregator.store.schema import saved_searches
from tests.alerts.newsroom import NOW, add, listed, publish, run, words_of
from tests.servers import Reply, Server

HOUR, DAY = 3600, 86_400  # NOW is 08:00 UTC
AT_TEN = Settings(digest_time=time(10))


@pytest.fixture
def hook(store: Store) -> Iterator[Server]:
    with Server() as running:
        add(store, "all", "*", "webhook", running.route("/hook", Reply(b"ok")), daily=True)
        with store.write() as conn:
            conn.execute(saved_searches.update().values(added_at=NOW))
        yield running


def test_one_digest_a_day_holds_what_was_found_since_the_last(store: Store, hook: Server) -> None:
    publish(store, "ferry", text=words_of("ferry"))
    assert run(store, NOW, AT_TEN).delivered == 0
    publish(store, "tram", text=words_of("tram"))
    assert run(store, NOW + HOUR, AT_TEN).delivered == 0
    assert listed(store)["all"].waiting.stories == 2
    assert run(store, NOW + 2 * HOUR, AT_TEN).delivered == 1
    publish(store, "island", text=words_of("island"))
    for hours in (3, 10, 24):
        assert run(store, NOW + hours * HOUR, AT_TEN).delivered == 0
    assert run(store, NOW + 27 * HOUR, AT_TEN).delivered == 1
    assert run(store, NOW + 3 * DAY, AT_TEN).delivered == 0  # nothing was found
    first, second = (json.loads(seen.body) for seen in hook.requests)
    assert first["type"] == "digest"
    assert [one["title"] for one in first["stories"]] == ["News of the ferry", "News of the tram"]
    assert first["markdown"].startswith("# all: 2 new stories, daily digest\n")
    assert first["html"].count("<li>") == 2
    assert [one["title"] for one in second["stories"]] == ["News of the island"]


def test_a_digest_that_fails_is_tried_again_as_it_is(store: Store, hook: Server) -> None:
    hook.route("/hook", Reply(b"", 500), Reply(b"ok"))
    publish(store, "ferry", text=words_of("ferry"))
    assert run(store, NOW + 2 * HOUR, AT_TEN).failures
    publish(store, "tram", text=words_of("tram"))
    assert run(store, NOW + 2 * HOUR + 60, AT_TEN).delivered == 1
    (story,) = json.loads(hook.requests[1].body)["stories"]
    assert story["title"] == "News of the ferry"
    assert hook.requests[0].header("webhook-id") == hook.requests[1].header("webhook-id")
