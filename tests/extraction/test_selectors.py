"""Selectors of a site: which there are, and which match on a page."""

import os
from dataclasses import fields

from aggregator.config.models import SelectorSpec
from aggregator.extraction.apply_selectors import match_selectors
from aggregator.extraction.selectors import SelectorMatch, Selectors, selectors_of

HTML = b"""<html><head><title>Old bridge</title></head><body><div class=promo>Buy</div><h1>Old bridge</h1>
<time datetime="2026-01-02T03:04:05Z"></time><div class=story><p>The council met.</p></div><i class=empty></i></body>"""


def test_the_configuration_has_the_same_selectors() -> None:
    assert sorted(SelectorSpec.model_fields) == sorted(field.name for field in fields(Selectors))


def test_selectors_of_options() -> None:
    assert selectors_of(None) is None
    assert selectors_of(SelectorSpec()) is None
    given = SelectorSpec(body=".story", remove=(".promo",))
    assert selectors_of(given) == Selectors(body=".story", remove=(".promo",))


def test_which_selectors_match() -> None:
    asked = Selectors(body=".story", title="h1", author=".empty", date="time", remove=(".promo", ".ad"))
    assert match_selectors(HTML, None, asked) == [
        SelectorMatch("body", ".story", True),
        SelectorMatch("title", "h1", True),
        SelectorMatch("author", ".empty", False),
        SelectorMatch("date", "time", True),
        SelectorMatch("remove", ".promo", True),
        SelectorMatch("remove", ".ad", False),
    ]
    inside = Selectors(body=".story p", remove=(".story",))
    assert match_selectors(HTML, None, inside)[0] == SelectorMatch("body", ".story p", False)
    assert not match_selectors(os.urandom(2000), None, asked)[0].matched
