"""Alerts by webhook against a real server: what arrives, once, and what comes of failures."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.alerts import deliver, manage
from aggregator.archive.import_articles import import_file
from aggregator.config.models import Settings
from aggregator.store import locks
from aggregator.store.engine import Store
from tests.alerts.newsroom import NOW, add, created, listed, next_try, publish, run, words_of
from tests.servers import Reply, Server

MINUTE, DAY = 60, 86_400


@pytest.fixture
def hook() -> Iterator[Server]:
    with Server() as running:
        running.route("/hook", Reply(b"ok"))
        yield running


def test_a_new_story_is_told_once_and_signed(store: Store, hook: Server) -> None:
    secret = add(store, "ferries", "ferry -tram", "webhook", hook.url("/hook"))
    number = publish(store, "ferry")
    publish(store, "tram")
    assert run(store).delivered == 1
    assert run(store).delivered == 0
    (seen,) = hook.requests
    assert (seen.method, seen.header("content-type")) == ("POST", "application/json")
    body = json.loads(seen.body)
    (story,) = body["stories"]
    assert (body["type"], body["alert"], body["query"]) == ("stories", "ferries", "ferry -tram")
    assert (story["article_id"], story["title"], story["url"]) == (
        number,
        "News of the ferry",
        "https://a.example/ferry",
    )
    assert story["published_at"] == "2027-01-15T07:59:00Z"
    assert "[News of the ferry](<https://a.example/ferry>)" in body["markdown"]
    assert '<a href="https://a.example/ferry">News of the ferry</a>' in body["html"]
    identity, at = seen.header("webhook-id") or "", seen.header("webhook-timestamp") or ""
    assert (identity, at) == (body["id"], str(NOW))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.new(key, f"{identity}.{at}.".encode() + seen.body, hashlib.sha256).digest()
    assert seen.header("webhook-signature") == "v1," + base64.b64encode(signed).decode()


def test_copies_and_later_reports_of_a_story_are_not_told_again(store: Store, hook: Server) -> None:
    add(store, "ferries", "ferry", "webhook", hook.url("/hook"))
    text = " ".join(f"ferry{n} crosses the bay of number {n} again" for n in range(40))
    for site in ("a.example", "b.example", "c.example"):
        publish(store, "ferry", site=site, text=text)
    assert run(store).delivered == 1
    publish(store, "ferry", site="d.example", text=text)
    assert run(store).delivered == 0
    (story,) = json.loads(hook.requests[0].body)["stories"]
    assert story["site"] == "a.example"
    assert story["sites"] == ["a.example", "b.example", "c.example"]


def test_stories_of_one_round_come_together(store: Store, hook: Server) -> None:
    add(store, "all", "*", "webhook", hook.url("/hook"))
    for topic in ("ferry", "tram", "lighthouse"):
        publish(store, topic, text=words_of(topic))
    assert run(store).delivered == 1
    assert len(json.loads(hook.requests[0].body)["stories"]) == 3


def test_what_was_there_before_and_what_is_imported_is_not_told(store: Store, hook: Server, tmp_path: Path) -> None:
    publish(store, "ferry")
    add(store, "ferries", "ferry", "webhook", hook.url("/hook"))
    file = tmp_path / "articles.jsonl"
    file.write_text(json.dumps({"url": "https://z.example/1", "title": "A ferry", "text": "The ferry left. " * 20}))
    assert import_file(store, str(file), lambda _: None).new == 1
    assert run(store).delivered == 0
    assert hook.requests == []


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(b"broken", 500), "the server answered 500 Internal Server Error"),
        (Reply(b"who?", 404), "the server answered 404 Not Found"),
        (Reply(hang="before"), "no answer within 0.3 s"),
        (Reply(b"", 307, headers={"Location": "/other"}), "redirected to '/other', where nothing is posted"),
        (Reply(raw=b"nonsense\r\n\r\n"), ""),
    ],
)
def test_a_failure_is_tried_again_under_the_same_id(
    store: Store, hook: Server, reply: Reply, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "_SECONDS", 0.3)
    add(store, "ferries", "ferry", "webhook", hook.route("/hook", reply, Reply(b"ok")))
    publish(store, "ferry")
    ((name, reason),) = run(store).failures
    assert name == "ferries"
    assert reason.startswith(why)
    one = listed(store)["ferries"]
    assert one.problem is not None
    assert one.problem.startswith(why)
    assert (one.waiting.deliveries, one.waiting.next_try_at) == (1, NOW + MINUTE)
    assert run(store, NOW + MINUTE - 1).delivered == 0
    assert run(store, NOW + MINUTE).delivered == 1
    assert len({seen.header("webhook-id") for seen in hook.requests}) == 1
    assert [seen.path for seen in hook.requests] == ["/hook", "/hook"]
    one = listed(store)["ferries"]
    assert (one.problem, one.waiting.deliveries, one.search.delivered_at) == (None, 0, NOW + MINUTE)


def test_a_server_that_is_not_there(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    add(store, "ferries", "ferry", "webhook", f"http://127.0.0.1:{port}/")
    publish(store, "ferry")
    ((_, reason),) = run(store).failures
    assert reason.startswith("the server refuses connections")


def test_waits_grow_and_follow_retry_after(store: Store, hook: Server) -> None:
    busy = Reply(b"", 503, headers={"Retry-After": "7200"})
    add(store, "ferries", "ferry", "webhook", hook.route("/hook", Reply(b"", 500), Reply(b"", 500), busy))
    publish(store, "ferry")
    at = NOW
    for wait in (MINUTE, 5 * MINUTE, 7200):
        run(store, at)
        assert next_try(store) == [at + wait]
        at += wait


def test_after_three_days_it_is_given_up(store: Store, hook: Server) -> None:
    add(store, "ferries", "ferry", "webhook", hook.route("/hook", Reply(b"", 500), Reply(b"ok")))
    publish(store, "ferry")
    run(store)
    created(store, NOW - 4 * DAY)
    hook.route("/hook", Reply(b"", 500), Reply(b"ok"))
    ((_, reason),) = run(store, NOW + MINUTE).failures
    assert reason.endswith("given up after 2 tries")
    assert run(store, NOW + DAY).delivered == 0
    one = listed(store)["ferries"]
    assert (one.waiting.deliveries, one.waiting.given_up) == (0, 1)
    assert one.problem is not None
    publish(store, "ferry2", text="ferry " + words_of("other"))
    assert run(store, NOW + DAY).delivered == 1
    assert listed(store)["ferries"].problem is None


def test_a_receiver_that_is_down_is_asked_for_one_delivery_at_a_time(store: Store, hook: Server) -> None:
    add(store, "all", "*", "webhook", hook.route("/hook", Reply(b"", 500), Reply(b"", 500), Reply(b"ok")))
    add(store, "ferries", "ferry", "webhook", hook.url("/other"))
    hook.route("/other", Reply(b"ok"))
    publish(store, "ferry")
    assert run(store).delivered == 1  # no alert disturbs another
    publish(store, "tram", text=words_of("tram"))
    run(store, NOW + MINUTE)
    assert len(hook.seen("/hook")) == 2
    assert run(store, NOW + 10 * MINUTE).delivered == 2
    assert len(hook.seen("/hook")) == 4
    assert len(hook.seen("/other")) == 1


def test_one_process_delivers_at_a_time(store: Store, hook: Server) -> None:
    add(store, "ferries", "ferry", "webhook", hook.url("/hook"))
    publish(store, "ferry")
    with locks.hold(store, "alerts"):
        assert run(store).delivered == 0
    assert run(store).delivered == 1


def test_what_is_removed_tells_nothing_more(store: Store, hook: Server) -> None:
    add(store, "ferries", "ferry", "webhook", hook.route("/hook", Reply(b"", 500)))
    publish(store, "ferry")
    run(store)
    manage.remove(store, "ferries")
    assert next_try(store) == []
    publish(store, "ferry3", text="ferry " + words_of("third"))
    assert not run(store, NOW + DAY).failures


def test_an_alert_whose_query_names_what_is_gone_says_so_and_disturbs_no_other(store: Store, hook: Server) -> None:
    manage.save(store, "boats", "ferry")
    add(store, "broken", "saved:boats", "webhook", hook.url("/hook"))
    add(store, "ferries", "ferry", "webhook", hook.url("/hook"))
    manage.remove(store, "boats")
    publish(store, "ferry")
    assert run(store).delivered == 1
    problem = listed(store)["broken"].problem
    assert problem is not None
    assert problem.startswith("no search is saved as 'boats'")


def test_a_sample(store: Store, hook: Server) -> None:
    add(store, "ferries", "ferry", "webhook", hook.url("/hook"))
    said = deliver.deliver_sample(store, Settings(), "ferries", lambda: float(NOW))
    assert said == f"127.0.0.1:{hook.port} answered 200"
    publish(store, "ferry")
    publish(store, "tram")
    deliver.deliver_sample(store, Settings(), "ferries", lambda: float(NOW))
    made_up, sample = (json.loads(seen.body) for seen in hook.requests)
    assert made_up["stories"][0]["title"] == "A story that is made up"
    assert (sample["type"], sample["stories"][0]["title"]) == ("test", "News of the ferry")
    assert run(store).delivered == 1  # a sample takes nothing away
