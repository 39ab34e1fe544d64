"""The extractor as a library: what it takes, what it says of what it does not take, and its JSON object."""

import json
from pathlib import Path

import pytest

import aggregator
from aggregator import RawPage
from aggregator.extraction.selectors import Selectors

PAGE = (
    '<html><head><meta property="article:published_time" content="2026-03-04T10:00:00+02:00"></head><body><article>'
    "<h1>The tram comes</h1>" + "<p>The council decided on Monday that the tram will come next year.</p>" * 6
)


@pytest.mark.parametrize("wrong", [None, Path("page.html"), 7, ["<p>"], bytearray(b"<p>")])
def test_what_is_no_page_is_a_type_error_that_says_what_is_wanted(wrong: object) -> None:
    for call in (aggregator.extract, RawPage):
        with pytest.raises(TypeError, match="a page is str or bytes, not"):
            call(wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="read_bytes"):
        aggregator.extract(Path("page.html"))  # type: ignore[arg-type]


@pytest.mark.parametrize("selectors", [Selectors(body="div[["), Selectors(remove=("p", "p:nope("))])
def test_a_selector_that_is_no_css_is_a_value_error(selectors: Selectors) -> None:
    with pytest.raises(ValueError, match="is no CSS selector"):
        aggregator.extract(PAGE, selectors=selectors)
    assert aggregator.extract(PAGE, selectors=Selectors(body="article")).text


def test_an_article_as_a_json_object() -> None:
    found = json.loads(json.dumps(aggregator.extract(PAGE, "https://example.org/1").to_dict()))
    assert (found["title"], found["published_at"], found["authors"]) == ("The tram comes", "2026-03-04T08:00:00Z", [])
    assert found["text"].startswith("The council decided")
