"""Health: failures weighed by kind, silence, moves, and what needs a person first."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from aggregator.cli.app import build
from aggregator.schedule.health import (
    NEEDS_A_PERSON,
    STATES,
    FeedFacts,
    HealthState,
    State,
    advice,
    is_block_page,
    judge,
    sort_key,
)

NOW, DAY, HOUR = 1_800_000_000, 86400, 3600
URL = "https://example.org/feed"


def failed(
    count: int, kind: str | None, status: int | None = None, *, ago: int = HOUR, before: State = "healthy"
) -> HealthState:
    facts = FeedFacts(URL, count, kind, status, "it went wrong", NOW - ago, NOW - 90 * DAY)
    return judge(facts, before, NOW)


@pytest.mark.parametrize(
    ("kind", "status", "patience"),
    [
        ("timeout", None, 3),
        ("dns", None, 2),
        ("tls", None, 1),
        ("status", 500, 2),
        ("status", 403, 1),
        ("status", 429, 3),
        ("status", 404, 2),
        ("refused", None, 0),
        ("wall", None, 0),
        ("robots", None, 0),
        ("robots", 503, 2),
        ("status", 410, 0),
    ],
)
def test_a_failure_or_two_may_pass_by_themselves(kind: str, status: int | None, patience: int) -> None:
    assert all(failed(count, kind, status).state == "healthy" for count in range(1, patience + 1))
    assert failed(patience + 1, kind, status).state in NEEDS_A_PERSON
    if patience:
        assert "pass by itself" in failed(1, kind, status).why


def test_what_failures_mean() -> None:
    assert failed(4, "timeout").state == "failing"
    assert failed(2, "status", 403).state == "blocked"
    assert failed(1, "wall").state == "blocked"
    assert failed(1, "status", 410).state == "gone"
    assert failed(3, "status", 404).state == "failing"
    assert failed(3, "status", 404, ago=2 * DAY).state == "gone"
    assert failed(9, "dns", ago=DAY).state == "failing"
    assert failed(9, "dns", ago=8 * DAY).state == "gone"
    assert failed(1, "timeout", before="gone").state == "gone"
    assert judge(FeedFacts(URL, 1, "timeout"), None, NOW).state == "new"
    never = judge(FeedFacts(URL, 5, "timeout", None, "no answer", None, NOW), None, NOW)
    assert never == HealthState("failing", "no answer, 5 times in a row; it never worked")


def test_a_success_ends_it() -> None:
    assert judge(FeedFacts(URL), "blocked", NOW).state == "healthy"
    assert judge(FeedFacts(URL, latency=12.0), "failing", NOW) == HealthState("slow", "its server takes 12 s to answer")
    moved = judge(FeedFacts(URL, moved_to="https://new.example/f"), "healthy", NOW)
    assert (moved.state, "https://new.example/f" in moved.why) == ("moved", True)
    assert judge(FeedFacts(URL, moved_to=URL), "moved", NOW).state == "healthy"


def test_a_document_that_is_damaged_is_said_to_be() -> None:
    found = judge(FeedFacts(URL, problem="not well-formed: no element found"), "healthy", NOW)
    assert (found.state, "not well-formed: no element found" in found.why) == ("healthy", True)


def test_silence_is_measured_by_the_rhythm() -> None:
    def quiet(days: int, gap: int) -> State:
        return judge(FeedFacts(URL, gaps=(gap,) * 9, newest_at=NOW - days * DAY), "healthy", NOW).state

    assert quiet(5, HOUR) == "healthy"  # a holiday
    assert quiet(15, HOUR) == "silent"
    assert quiet(60, 7 * DAY) == "healthy"
    assert quiet(71, 7 * DAY) == "silent"
    assert judge(FeedFacts(URL, gaps=(HOUR,), newest_at=0), "healthy", NOW).state == "healthy"  # too little is known


def test_what_needs_a_person_comes_first() -> None:
    assert NEEDS_A_PERSON == ("blocked", "gone", "failing", "moved")
    assert sorted(STATES, key=sort_key) == list(STATES)
    assert sort_key(None) == sort_key("new")
    assert all(advice(state, URL) for state in NEEDS_A_PERSON)
    assert advice("healthy", URL) == ""


def test_documentation_and_help_name_the_states() -> None:
    page = (Path(__file__).parents[2] / "docs" / "scheduling.md").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^\| `(\w+)` \|", page.partition("## States")[2], re.MULTILINE)) == STATES
    needing = f"{', '.join(NEEDS_A_PERSON[:-1])} or {NEEDS_A_PERSON[-1]}"
    assert needing in page
    assert ", ".join(STATES) in _help("list")
    assert needing in _help("check")


def _help(command: str) -> str:
    """The help of a command of `aggregator feeds`, on one line."""
    found = CliRunner().invoke(build(), ["feeds", command, "--help"])
    return " ".join(found.output.replace("│", " ").split())


def test_pages_that_keep_machines_out() -> None:
    assert is_block_page(b"<html><title>Just a moment...</title>")
    assert not is_block_page(b"<html><title>Our feed has moved</title>")


@given(
    st.integers(1, 50), st.sampled_from(["dns", "tls", "timeout", "feed", "status"]), st.none() | st.integers(400, 599)
)
def test_more_failures_never_look_better(count: int, kind: str, status: int | None) -> None:
    now, more = failed(count, kind, status), failed(count + 1, kind, status)
    assert sort_key(more.state) <= sort_key(now.state)
