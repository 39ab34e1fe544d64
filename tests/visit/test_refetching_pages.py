"""The pages of the extraction's cases, served with changes around their text, in it, and instead of it."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from aggregator.engines import fetch as fetch_engine
from aggregator.pool import Pool
from aggregator.store import engine
from aggregator.store.schema import articles, refetches
from tests.servers import Reply, Server
from tests.visit.test_refetching import ENVIRON, HOUR, START

CASES = Path(__file__).parents[1] / "extraction" / "cases"
WORSE = (
    "error_404",
    "error_access_denied",
    "error_just_a_moment",
    "home_page",
    "login",
    "section_page",
    "tag_page",
    "video_stub",
)
Change = Callable[[bytes], bytes]


class Paper:
    """A site that serves all pages which are articles, changed as it is told."""

    def __init__(self, server: Server, folder: Path, pool: Pool) -> None:
        self.server, self.config, self.now, self.pool = server, folder / "feeds.yaml", START, pool
        self.url = f"sqlite:///{folder / 'a.db'}"
        self.change: Change = lambda html: html
        names = [case.name for case in sorted(CASES.iterdir()) if _is_article(case)]
        items = "".join(
            f"<item><title>{n}</title><link>{server.url(f'/{n}')}</link><guid>{n}</guid></item>" for n in names
        )
        feed = server.route("/rss", Reply(f"<rss version='2.0'><channel><title>P</title>{items}</channel></rss>"))
        for name in names:
            server.route(f"/{name}", self._answer(name))
        self.config.write_text(f"feeds:\n  - url: {feed}\n")

    def _answer(self, name: str) -> Callable[[object], Reply]:
        html = (CASES / name / "page.html").read_bytes()
        return lambda seen: Reply(self.change(html), headers={"Content-Type": "text/html"})

    def fetch(self, after: float = 0) -> fetch_engine.Summary:
        self.now += after
        request = fetch_engine.FetchRequest(self.config, self.url)
        return fetch_engine.run(request, environ=ENVIRON, clock=lambda: self.now, pool=self.pool)

    def rows(self, *columns: object) -> list:
        opened = engine.open(self.url)
        with opened.read() as conn:
            found = list(conn.execute(select(*columns)).all())  # type: ignore[call-overload]
        opened.close()
        return found


def _is_article(case: Path) -> bool:
    said = case / "expected.json"
    return not said.exists() or bool(json.loads(said.read_text()).get("is_article", True))


@pytest.fixture
def paper(tmp_path: Path, pool: Pool) -> Iterator[Paper]:
    with Server() as server:
        yield Paper(server, tmp_path, pool)


def before_end(more: bytes) -> Change:
    return lambda html: re.sub(rb"(?i)</body>", lambda found: more + found[0], html, count=1)


def at_start(more: bytes) -> Change:
    return lambda html: re.sub(rb"(?i)<body[^>]*>", lambda found: found[0] + more, html, count=1)


LIST = (
    b"<ul>"
    + b"".join(b"<li><a href='/more/%d'>The mayor of town %d wants more money</a></li>" % (n, n) for n in range(6))
    + b"</ul>"
)
AROUND = {
    "read more": before_end(b"<section class='related'><h2>Read more</h2>" + LIST + b"</section>"),
    "most read": at_start(b"<div class='most-read'><h3>Most read</h3>" + LIST + b"</div>"),
    "weather": at_start(
        b"<div class='weather'><span>Berlin</span> <span>17 C</span> <a href='/weather'>7-day forecast</a></div>"
    ),
    "newsletter": before_end(
        b"<aside><h2>Stay in touch</h2><p>Sign up for our newsletter.</p><form><input type=email></form></aside>"
    ),
    "cookies": before_end(
        b"<div id='cookie-banner'><p>We and our 812 partners use cookies.</p><button>Accept</button></div>"
    ),
    "scripts": before_end(b"<script>window.t=12345</script><!-- served by node 7 in 31 ms -->"),
    "white space": lambda html: re.sub(rb"> <", b">\n  <", html),
}


@pytest.mark.parametrize("name", AROUND)
def test_changes_around_the_text_of_a_page_make_no_revision(paper: Paper, name: str) -> None:
    count = paper.fetch().articles_new
    assert count >= 30
    paper.change = AROUND[name]
    summary = paper.fetch(HOUR)
    assert [row.url for row in paper.rows(articles.c.url, articles.c.revisions) if row.revisions] == []
    assert (summary.articles_unchanged, summary.articles_updated) == (count, 0)


def test_a_letter_within_the_text_does(paper: Paper) -> None:
    count = paper.fetch().articles_new
    ends = re.compile(rb"(?i)([a-z]{3})([a-z])(?=[.] ?</p>)")
    paper.change = lambda html: ends.sub(rb"\1X", html)
    changed = {
        name.name for name in CASES.iterdir() if _is_article(name) and ends.search((name / "page.html").read_bytes())
    }
    assert len(changed) > 10
    assert paper.fetch(HOUR).articles_updated >= len(changed) - 3
    assert count > len(changed)


@pytest.mark.parametrize("name", WORSE)
def test_what_is_no_article_takes_the_place_of_none(paper: Paper, name: str) -> None:
    paper.fetch()
    before = paper.rows(articles.c.id, articles.c.text, articles.c.is_article)
    other = (CASES / name / "page.html").read_bytes()
    paper.change = lambda html: other
    summary = paper.fetch(HOUR)
    assert summary.articles_updated == 0
    assert paper.rows(articles.c.id, articles.c.text, articles.c.is_article) == before
    assert all(row.note for row in paper.rows(refetches.c.note))
