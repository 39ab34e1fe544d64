"""Pages in, articles out: golden cases, metadata, and input that no page should be."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import aggregator
from aggregator.extraction.feed_content import from_feed
from aggregator.extraction.pipeline import article, explain
from aggregator.extraction.selectors import Selectors

CASES = sorted(folder for folder in (Path(__file__).parent / "cases").iterdir() if folder.is_dir())
TRAM = Path(__file__).parent / "cases" / "weather_and_newsletter"
LINE = "The council met on Tuesday and decided that the bridge over the river will be rebuilt next year, it said. "


@pytest.mark.parametrize("case", CASES, ids=lambda folder: folder.name)
def test_golden(case: Path) -> None:
    """A case holds what is expected of it: the text, the Markdown, some of the fields."""
    found = aggregator.extract((case / "page.html").read_bytes(), url="https://gazette.example/2026/tram")
    for name, got in (("expected.txt", found.text), ("expected.md", found.markdown)):
        if (case / name).exists():
            assert got + "\n" == (case / name).read_text(encoding="utf-8")
    if (case / "expected.json").exists():
        fields = json.loads(json.dumps(asdict(found), default=str))
        wanted = json.loads((case / "expected.json").read_text(encoding="utf-8"))
        assert {name: fields[name] for name in wanted} == wanted


def test_metadata_in_the_pages_own_offset() -> None:
    found = article((TRAM / "page.html").read_bytes(), "https://gazette.example/2026/tram")
    assert found.title == "Council opens the long awaited tram line"
    assert found.authors == ("Ann Field",)
    assert found.published_at == datetime(2026, 3, 4, 8, 30, tzinfo=timezone(timedelta(hours=2)))
    assert found.published_precision == "second"
    assert found.lang == "en"
    assert found.is_article


def test_html_and_markdown_hold_the_structure() -> None:
    found = article((TRAM / "page.html").read_bytes(), "https://gazette.example/2026/tram")
    assert "<h2>What it cost</h2>" in found.html
    assert "## What it cost" in found.markdown
    assert "> " in found.markdown


def _linking(head: str, top: str = "") -> str:
    body = f'<p>{LINE * 2}</p><p>{LINE}<a href="vote.html">The vote</a> was close.</p><p>{LINE * 3}</p>'
    title = "The bridge is rebuilt"
    return f"<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{top}{body}</article>"


@pytest.mark.parametrize(
    ("head", "url", "link"),
    [
        ("", "https://a.example/news/1", "https://a.example/news/vote.html"),
        ('<base href="/old/">', "https://a.example/news/1", "https://a.example/old/vote.html"),
        ('<base href="https://b.example/x/">', None, "https://b.example/x/vote.html"),
        ('<link rel="canonical" href="https://c.example/2026/1">', None, "https://c.example/2026/vote.html"),
    ],
)
def test_links_are_made_absolute_by_what_the_page_says(head: str, url: str | None, link: str) -> None:
    assert f'href="{link}"' in article(_linking(head), url).html


def test_text_that_a_page_has_again_as_one_run_is_there_once() -> None:
    """As where the whole of it stands behind a paywall's dialog, for those who have paid."""
    parts = [
        f"In part {n} of its report the council of Westfield says what the {n} bridges cost. " * 4 for n in range(9)
    ]
    body = "".join(f"<p>{part}</p>" for part in parts)
    page = (
        f"<title>The bridges</title><article><h1>The bridges</h1>{body}<div class=text>{''.join(parts)}</div></article>"
    )
    assert article(page).text.count("In part 3") == 4


def test_byline_is_no_text() -> None:
    found = article(_linking('<meta name="author" content="Ann Lee">', "<p>By Ann Lee</p><p>Ann Lee | Rome</p>"))
    assert found.authors == ("Ann Lee",)
    assert "Ann Lee" not in found.text


def test_scripts_never_come_through() -> None:
    evil = f"<p onclick='x()'>{LINE}<script>alert(1)</script><a href='javascript:x()'>link</a></p>"
    page = f"<article><p>{LINE}</p>{evil}</article>"
    found = article(page)
    assert "alert" not in found.html + found.text
    assert "javascript" not in found.html
    assert "onclick" not in found.html


def test_explain_names_reasons_for_what_was_dropped() -> None:
    told = explain((TRAM / "page.html").read_bytes(), "https://gazette.example/2026/tram")
    dropped = [block for block in told.blocks if not block.kept and "latest news, offers" in block.text]
    assert dropped
    assert dropped[0].reasons
    assert any(block.kept for block in told.blocks)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252", "iso-8859-15"])
def test_bytes_are_decoded(encoding: str) -> None:
    text = "".join(f"<p>Größe {n}: {LINE}</p>" for n in range(5))
    page = f"<html><head><meta charset={encoding}></head><body><article>{text}</article></body></html>"
    assert "Größe 3" in article(page.encode(encoding), content_type=f"text/html; charset={encoding}").text


def test_section_pages_are_no_articles() -> None:
    items = "".join(f"<li><a href='/n/{n}'>Headline number {n} of the day</a></li>" for n in range(60))
    assert not article(f"<html><body><h1>World</h1><ul>{items}</ul></body></html>").is_article


def test_a_feeds_own_text_is_cleaned() -> None:
    text, html = from_feed(f"<p>{LINE}</p><script>x()</script><p>Second.</p>", "https://a.example/")
    assert text == f"{LINE.strip()}\n\nSecond."
    assert "script" not in html


HOSTILE = {
    "empty": b"",
    "nul": b"<p>a\x00b</p>" * 10,
    "deep": b"<div>" * 10_000 + b"text",
    "deep inline": b"<b>" * 10_000 + LINE.encode(),
    "broken json": b"<script type='application/ld+json'>{\"a\": [</script><p>x</p>",
    "binary": bytes(range(256)) * 100,
    "many tags": b"<p>x</p>" * 50_000,
    "one long text": b"<p>" + LINE.encode() * 20_000 + b"</p>",
    "attributes": b"<p " + b" ".join(b"a%d=1" % n for n in range(3000)) + b">x</p>",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_pages_are_read_without_an_error(name: str) -> None:
    article(HOSTILE[name], "https://a.example/")


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(), st.binary()), st.one_of(st.none(), st.text()))
def test_anything_may_come(page: str | bytes, url: str | None) -> None:
    article(page, url)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<div>",
                "<table>",
                "<li>",
                "</ul>",
                "<h2>",
                LINE,
                "<a href=x>",
                "<img src=y>",
                "<",
                "&amp;",
            ]
        )
    )
)
def test_any_markup_may_come(parts: list[str]) -> None:
    article("".join(parts), "https://a.example/")


def test_selectors_win_over_what_is_judged() -> None:
    page = (
        f"<html><head><title>Wrong</title></head><body><article><p>{LINE}</p><p>{LINE} Again.</p></article>"
        "<div class=mine><h5>Right</h5><i class=who>By Ann Field</i><time datetime=2026-05-06T07:08:09Z>May</time>"
        "<p>The short text.</p><p class=ad>Buy.</p></div></body></html>"
    )
    chosen = Selectors(body=".mine p", title=".mine h5", author=".who", date="time", remove=(".ad",))
    found = article(page, selectors=chosen)
    assert (found.title, found.text, found.authors) == ("Right", "The short text.", ("Ann Field",))
    assert found.published_at == datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert "selector" in explain(page, selectors=chosen).blocks[0].reasons[0]
    assert article(page, selectors=Selectors(body=".none")).text == article(page).text
