"""Leases: one owner a site, free when it ran out or its owner died."""

import subprocess
import sys

from aggregator.store import locks
from aggregator.store.engine import Store
from aggregator.store.polling import feeds
from aggregator.store.polling.feeds import Subscription
from aggregator.store.work import leases
from aggregator.store.work.leases import EVERYTHING, Scope, SiteDelay

ONE = Subscription("http://a.example/feed", "feed", "A", None, None, "a.example", "{}")
TWO = Subscription("http://b.example/feed", "feed", "B", None, None, "b.example", "{}")


def test_a_site_has_one_owner(store: Store) -> None:
    with store.write() as conn:
        assert leases.claim(conn, "a.example", "me", 100, 0, ()) is not None
        assert leases.claim(conn, "a.example", "you", 100, 50, ()) is None
        assert leases.owners(conn) == {"me"}
        assert leases.claim(conn, "a.example", "you", 200, 50, {"me"}) is not None  # me is dead
        assert leases.renew(conn, ["a.example"], "me", 300) == set()
        assert leases.renew(conn, ["a.example", "b.example"], "you", 200) == {"a.example"}
        assert leases.claim(conn, "a.example", "me", 400, 200, ()) is not None  # your lease ran out
        leases.release(conn, "a.example", "me", SiteDelay(gap=2.5))
        assert leases.owners(conn) == set()


def test_a_quiet_site_is_left_alone(store: Store) -> None:
    with store.write() as conn:
        leases.pause(conn, "a.example", 100)
        assert leases.claim(conn, "a.example", "me", 200, 99, ()) is None
        assert leases.claim(conn, "a.example", "me", 200, 100, ()) is not None


def test_what_is_due(store: Store) -> None:
    with store.write() as conn:
        assert feeds.sync(conn, [ONE, TWO], 10).added == 2
        assert {row.site for row in leases.due_sites(conn, 10, EVERYTHING)} == {"a.example", "b.example"}
        assert not leases.due_sites(conn, 9, EVERYTHING)
        first = feeds.active(conn)[0]
        only = Scope(frozenset({first.id}))
        assert [row.site for row in leases.due_sites(conn, 10, only)] == [first.site]
        assert feeds.sync(conn, [TWO], 20).retired == 1
        assert [row.site for row in leases.due_sites(conn, 20, EVERYTHING)] == ["b.example"]


def test_a_lock_is_free_when_its_holder_is_dead(store: Store) -> None:
    with locks.hold(store, "owner-x") as taken:
        assert taken
        with locks.hold(store, "owner-x") as second:
            assert not second
        assert not locks.is_dead(store, "owner-x")
    assert locks.is_dead(store, "owner-x")


def test_a_killed_process_holds_nothing(store: Store) -> None:
    code = (
        "import os, sys, signal; from aggregator.store import engine, locks\n"
        f"s = engine.open({store.url!r})\n"
        "with locks.hold(s, 'owner-y') as taken: print(taken, flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == "True"
    assert not locks.is_dead(store, "owner-y")
    child.kill()
    child.communicate()
    for _ in range(100):  # PostgreSQL takes a moment to notice that a session is gone
        if locks.is_dead(store, "owner-y"):
            break
    assert locks.is_dead(store, "owner-y")
