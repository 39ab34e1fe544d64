"""Is a text the same as the one before, and is it worth keeping?"""

import pytest

from aggregator.revisions.compare import ComparedText, poorer, same, unrelated

TEXT = "The council met on Tuesday.\n\nIt decided to rebuild the old bridge next year."


def of(text: str, title: str | None = "Bridge", lead: str | None = None) -> ComparedText:
    return ComparedText(title, lead, text, len(text.split()))


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace(" ", "  "),
        TEXT.replace("\n\n", "\n\n\n"),
        f"Updated 3 hours ago\n\n{TEXT}",
        f"vor 5 Minuten\n\n{TEXT}",
        f"il y a 2 heures\n\n{TEXT}",
        f"hace 3 d\u00edas\n\n{TEXT}",
        f"2\u6642\u9593\u524d\n\n{TEXT}",
        f"5 \u043c\u0438\u043d\u0443\u0442 \u043d\u0430\u0437\u0430\u0434\n\n{TEXT}",
        f"5 March 2026\n\n{TEXT}",
        f"2026-03-05 10:45\n\n{TEXT}",
    ],
)
def test_what_a_reader_does_not_see_is_no_change(text: str) -> None:
    assert same(of(TEXT), of(text))


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("Tuesday", "Thursday"),
        TEXT.replace("old", "Old"),
        TEXT.replace("next year.", "next year!"),
        f"{TEXT}\n\n12 dead, 5 missing",
        f"{TEXT}\n\nIt was his 5 masks.",
        f"{TEXT}\n\nThe engineers had warned of it for 3 hours.",
    ],
)
def test_a_letter_is_one(text: str) -> None:
    assert not same(of(TEXT), of(text))


def test_title_and_standfirst_count() -> None:
    assert not same(of(TEXT), of(TEXT, "Bridges"))
    assert not same(of(TEXT), of(TEXT, lead="Engineers had warned."))
    assert same(of(TEXT, "\u201cBridge\u201d \u2013 falls"), of(TEXT, '"Bridge" - falls'))


def test_a_part_is_poorer_and_a_correction_is_not() -> None:
    long = of("word " * 200)
    assert poorer(long, of("word " * 99)) == "the page holds 99 words now, it had 200"
    assert poorer(long, of("word " * 120)) is None
    assert poorer(of("word " * 60), of("word " * 20)) is None
    assert poorer(long, ComparedText("Bridge", None, "word " * 200, 200, paywalled="it asks for money"))
    assert poorer(long, ComparedText("Bridge", None, "word " * 200, 200, is_article=False))
    assert poorer(ComparedText("Bridge", None, "word " * 200, 200, is_article=False), of("word " * 150)) is None


def test_another_article_has_other_words_and_another_title() -> None:
    other = "Rain fell over the northern hills and three villages lost their power for hours."
    assert unrelated(of(TEXT), of(other, "Rain"))
    assert not unrelated(of(TEXT), of(other))
    assert not unrelated(of(TEXT), of(TEXT.replace("old", "new"), "Rain"))
