"""What an alert tells, written for people: nothing in it is taken for markup."""

import json
from dataclasses import replace

from aggregator.alerts.message import Message, as_html, as_json, as_markdown, excerpt, made_up

STORY = replace(
    made_up(0),
    title="<b>Two</b> [boats] *sank*\nSubject: x",
    url="https://a.example/?a=1&b=<x>",
    excerpt="They & others <script>",
    sites=("example.org", *(f"{n}.example" for n in range(7))),
)
MESSAGE = Message("msg_1", "stories", "boats", 'a OR "b"', 0, (STORY,))


def test_markup_of_strangers_is_text() -> None:
    assert MESSAGE.subject == "<b>Two</b> [boats] *sank* Subject: x"
    html, markdown = as_html(MESSAGE), as_markdown(MESSAGE)
    assert "<b>Two" not in html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "\\[boats\\] \\*sank\\*" in markdown
    assert "](" not in markdown  # a URL that could end its link is none
    assert "also on 0.example, 1.example, 2.example, 3.example, 4.example and 2 more" in html


def test_a_link_is_http() -> None:
    bad = replace(MESSAGE, stories=(replace(STORY, url="javascript:alert(1)"),))
    assert "javascript" not in as_html(bad) + as_markdown(bad)


def test_json_holds_both() -> None:
    body = json.loads(as_json(MESSAGE))
    assert body["created_at"] == "1970-01-01T00:00:00Z"
    assert body["markdown"] == as_markdown(MESSAGE)
    assert body["html"] == as_html(MESSAGE)
    assert body["stories"][0]["sites"][0] == "example.org"


def test_subjects() -> None:
    two = replace(MESSAGE, stories=(STORY, STORY))
    assert two.subject == "2 new stories"
    assert replace(two, type="digest").subject == "2 new stories, daily digest"
    assert replace(MESSAGE, type="test").subject.startswith("a test: ")


def test_excerpts_are_one_line_and_short() -> None:
    assert excerpt(None, " ", "a\nb") == "a b"
    assert excerpt("word " * 200).endswith("word …")
    assert len(excerpt("word " * 200)) <= 302
