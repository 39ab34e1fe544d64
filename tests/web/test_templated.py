"""What pages say of times, numbers and differences."""

import time

from aggregator.web.pages.templated import around, moment, original, percent, words


def test_of_what_two_texts_share_only_the_surroundings_of_a_difference_are_shown() -> None:
    text = " ".join(f"word{n}" for n in range(300))
    between = around(text, False, False)
    assert between.startswith("word0 ")
    assert between.endswith(" word299")
    assert "[…]" in between
    assert len(between) < 700
    assert "word0 " not in around(text, True, False)
    assert "word299" not in around(text, False, True)
    assert around("a < b", False, False) == "a &lt; b"
    assert "<" not in str(around("<" * 2000, False, False)).replace("<span", "").replace("</span>", "")


def test_a_text_that_differs_is_never_wholly_the_same() -> None:
    assert [percent(share) for share in (1.0, 0.9996, 0.5, 0.0)] == ["100 %", "99 %", "50 %", "0 %"]


def test_what_stands_in_a_page_is_escaped() -> None:
    assert words("<b>", 'e"n') == '<bdi lang="e&#34;n" dir="auto">&lt;b&gt;</bdi>'
    assert original('https://a.example/"><script>', "<i>") == (
        '<a href="https://a.example/&#34;&gt;&lt;script&gt;" rel="noopener noreferrer" data-original>&lt;i&gt;</a>'
    )
    assert original("javascript:alert(1)", "<i>") == "&lt;i&gt;"
    assert ">3 h ago<" in moment(int(time.time()) - 3 * 3600 - 60)
    assert moment(None) == ""
