"""Reading pages in batches: bounds, memory handed on, failures that stay alone."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from aggregator.articles import read_pages
from aggregator.articles.entry_facts import EntryFacts
from aggregator.articles.read_pages import Batch, PageJob, Read
from aggregator.articles.row import ServedPage
from aggregator.errors import ExtractionError
from aggregator.extraction.selectors import SelectorMatch, Selectors
from tests.visit import site

HTML = b"""<html><head><title>Old bridge</title></head><body><div class=promo>Buy</div><h1>Old bridge</h1>
<time datetime="2026-01-02T03:04:05Z"></time><div class=story><p>The council met.</p></div><i class=empty></i></body>"""


def job(number: int, *, size: int = 0, selectors: Selectors | None = None) -> PageJob:
    url = f"https://a.example/{number}"
    body = site.page(number).encode() + b" " * size
    return PageJob(ServedPage(url, body, "text/html", 1_700_000_000), EntryFacts(url), selectors, keep_raw=True)


class Here:
    """A pool that runs everything here and now."""

    def __init__(self, breaks: int | None = None, error: Exception | None = None) -> None:
        self.breaks, self.error = breaks, error
        self.sizes: list[int] = []

    async def run(self, function: Any, jobs: Sequence[PageJob], memory: bytes | None) -> Batch:
        self.sizes.append(len(jobs))
        if self.error is not None and any(one.page.url.endswith(f"/{self.breaks}") for one in jobs):
            raise self.error
        return function(jobs, memory)


def run(pool: Any, jobs: Sequence[PageJob], memory: bytes | None = None) -> Batch:
    return asyncio.run(read_pages.read(pool, jobs, memory))


def test_a_batch_is_bounded_in_pages_and_in_bytes() -> None:
    assert len(read_pages.first_batch([job(n) for n in range(40)])) == read_pages.MAX_BATCH_PAGES
    assert len(read_pages.first_batch([job(n, size=3 << 20) for n in range(5)])) == 2
    assert len(read_pages.first_batch([job(0, size=9 << 20), job(1)])) == 1


def test_a_batch_gives_articles_in_order_and_hands_the_memory_on() -> None:
    first = run(Here(), [job(n) for n in range(3)])
    assert [one.article.url for one in first.reads if one.article] == [f"https://a.example/{n}" for n in range(3)]
    assert first.reads[0].article is not None
    assert first.reads[0].article.raw is not None
    assert (first.learned, first.reset) == (3, False)
    again = run(Here(), [job(7)], first.memory)
    assert again.memory != first.memory
    assert not again.reset


@pytest.mark.parametrize("packed", [b"", b"nonsense", b"\xff" * 1000])
def test_what_is_no_memory_is_none(packed: bytes) -> None:
    found = run(Here(), [job(1)], packed)
    assert found.reset
    assert found.memory == run(Here(), [job(1)]).memory


@pytest.mark.parametrize("error", [ExtractionError("took too long"), ValueError("a defect")])
def test_a_page_that_can_not_be_read_fails_alone(error: Exception) -> None:
    pool = Here(1, error)
    found = run(pool, [job(n) for n in range(3)])
    assert pool.sizes == [3, 1, 1, 1]
    assert [one.article is not None for one in found.reads] == [True, False, True]
    assert str(error) in (found.reads[1].error or "")
    assert found.learned == 2
    assert found.memory == run(Here(), [job(2)], run(Here(), [job(0)]).memory).memory


def test_a_page_without_text_has_no_article() -> None:
    empty = PageJob(ServedPage("https://a.example/", b"", None, 0), EntryFacts("https://a.example/"), None, True)
    assert run(Here(), [empty]).reads == (Read(None),)


def test_unmatched_selectors_come_with_the_page() -> None:
    found = run(Here(), [job(0, selectors=Selectors(body=".x", title="h1", remove=(".promo",)))])
    assert found.reads[0].unmatched == (SelectorMatch("body", ".x", False),)
    assert str(found.reads[0].unmatched[0]) == "body selector '.x'"
