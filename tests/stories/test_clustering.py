"""Which story a report joins: by its words, its names, its dates and its time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.stories import Centroid, NearStory, closest, fingerprint
from aggregator.stories.clustering import MAX_STORY_TERMS, merge_centroids, pack_centroid, report, unpack_centroid
from aggregator.stories.terms import times
from aggregator.times import DAY

FERRY = "The ferry Aurora ran aground near Velden on Monday evening with 212 passengers aboard, the coastguard said."
AGAIN = (
    "All 212 passengers were brought ashore after the Aurora, a ferry, struck rocks off Velden, said "
    "coastguard officers."
)
BUDGET = "Parliament in Karlow passed the budget after a night of debate about pensions, taxes and the cost of schools."
JAPANESE = "東京で月曜日に大きな地震があり、気象庁は津波の心配はないと発表した。電車は一時止まった。"
JAPANESE_AGAIN = "月曜日の地震で東京の電車が一時止まった。気象庁によると津波の心配はないという。"


def vector(text: str, lang: str = "en", title: str | None = None) -> Centroid:
    return report(fingerprint(text, lang, title), {}, 0)


def story(text: str, story_id: int = 1, at: int = 0, lang: str = "en") -> NearStory:
    return NearStory(story_id, at, at, at, vector(text, lang))


def test_a_report_joins_the_story_it_is_most_alike() -> None:
    found = closest(vector(AGAIN), 0, [story(BUDGET, 1), story(FERRY, 2)])
    assert found is not None
    assert found.story.story_id == 2
    assert "alike" in found.reason
    assert closest(vector(BUDGET), 0, [story(FERRY)]) is None


def test_two_first_articles_are_not_alike_by_their_short_words_alone() -> None:
    plain = (
        "It was said that they had not been able to get to it and so it is not yet known who did it or why they did."
    )
    assert closest(vector(f"{plain} Harbour."), 0, [story(f"{plain} Budget.")]) is not None  # nothing else is said
    assert closest(vector(f"{plain} {FERRY}"), 0, [story(f"{plain} {BUDGET}")]) is None


def test_the_title_of_a_sites_next_report_must_name_what_its_story_is_about() -> None:
    of_site, of_others = (NearStory(1, 0, 0, 0, vector(FERRY), own) for own in (2, 0))
    assert closest(vector(AGAIN, title="Kestrel founders"), 0, [of_site]) is None  # one form, another company
    assert closest(vector(AGAIN, title="Kestrel founders"), 0, [of_others]) is not None  # the headline of another site
    assert closest(vector(AGAIN, title="Aurora founders"), 0, [of_site]) is not None


def test_what_a_story_has_in_common_counts_less_the_more_reports_it_takes_to_say_it() -> None:
    one, many = (NearStory(1, 0, 0, 0, vector(FERRY), reports=reports) for reports in (1, 4))
    alone, among = (closest(vector(FERRY), 0, [near]) for near in (one, many))
    assert alone is not None
    assert among is not None
    assert among.score == pytest.approx(alone.score / 2)


def test_words_of_the_title_count_most() -> None:
    said, plain = vector(FERRY, title="Velden"), vector(FERRY)
    term = fingerprint("Velden", "en").terms[0]
    assert said.terms[term] > 1.5 * plain.terms[term]


def test_a_story_that_is_known_to_be_another_is_left_out() -> None:
    assert closest(vector(AGAIN), 0, [story(FERRY, 2)], apart={2}) is None


def test_the_longer_ago_the_less_alike() -> None:
    scores = [closest(vector(AGAIN), days * DAY, [story(FERRY)]) for days in (0, 2, 5)]
    assert [s.score for s in scores if s] == sorted((s.score for s in scores if s), reverse=True)
    before = closest(vector(AGAIN), -2 * DAY, [story(FERRY)])
    assert before is not None
    assert before.score == pytest.approx(scores[1].score)  # type: ignore[union-attr]


def test_a_story_is_as_far_away_as_its_articles_are_on_average() -> None:
    new, old, slow = (
        closest(vector(FERRY), 10 * DAY, [NearStory(1, first * DAY, 9 * DAY, mean * DAY, vector(FERRY))])
        for first, mean in ((8, 9), (8, 5), (-20, 5))
    )
    assert new is not None
    assert old is not None
    assert slow is not None
    assert new.score > slow.score > old.score  # what runs for weeks is given weeks


def test_numbers_say_more_than_words() -> None:
    terms = vector(f"{FERRY} Chairman 5812").terms
    chairman, number = (terms[fingerprint(word, "en").terms[0]] for word in ("Chairman", "5812"))
    assert number > 1.5 * chairman


def test_a_single_digit_says_no_more_than_a_word() -> None:
    terms = vector(f"{FERRY} Chairman 7").terms
    chairman, digit = (terms[fingerprint(word, "en").terms[0]] for word in ("Chairman", "7"))
    assert digit <= chairman


def test_a_term_that_seems_more_common_than_there_are_articles_says_nothing() -> None:
    made = fingerprint(FERRY, "en")
    assert made.terms[1] not in report(made, {made.terms[1]: 1000}, 5).terms


def test_other_dates_are_other_events() -> None:
    same, other = (
        closest(vector(f"{AGAIN} {day}"), 0, [story(f"{FERRY} March 5, 2024")]) for day in ("5 March", "9 June")
    )
    assert same is not None
    assert other is None or other.score < same.score


def test_words_of_another_language_are_other_words() -> None:
    assert closest(vector(AGAIN, "de"), 0, [story(FERRY)]) is None
    assert closest(vector(AGAIN, "en-GB"), 0, [story(FERRY)]) is not None


def test_scripts_without_spaces_have_stories_too() -> None:
    assert closest(vector(JAPANESE_AGAIN, "ja"), 0, [story(JAPANESE, lang="ja")]) is not None


def test_common_terms_count_less() -> None:
    made = fingerprint(FERRY, "en")
    rare, common = report(made, {}, 1000), report(made, dict.fromkeys(made.terms[:5], 900), 1000)
    assert common.terms.get(made.terms[1], 0.0) < rare.terms[made.terms[1]]
    assert sum(w * w for w in common.terms.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("on March 5 , 2024", (101, 2024)),
        ("am 5 März", (101,)),
        ("the 21st of May", ()),
        ("21st May", (181,)),
        ("05 Mai 1850", (165,)),
        ("3 月 5 日", (101,)),
        ("12 monkeys", ()),
    ],
)
def test_days_and_years_are_found(text: str, found: tuple[int, ...]) -> None:
    assert times([word.lower() for word in text.replace(",", "").split()]) == found


@given(
    st.dictionaries(st.integers(0, 2**32 - 1), st.floats(0.001, 500), max_size=MAX_STORY_TERMS),
    st.frozensets(st.integers(33, 2049), max_size=150),
)
def test_a_centroid_survives_its_blob(terms: dict[int, float], named: frozenset[int]) -> None:
    back = unpack_centroid(pack_centroid(Centroid(terms, named)))
    assert back.times == named
    assert dict(back.terms) == pytest.approx(terms, rel=1e-3)


@given(st.lists(st.dictionaries(st.integers(0, 300), st.floats(0.01, 1), max_size=100), max_size=6))
def test_a_story_never_grows_beyond_its_heaviest_terms(reports: list[dict[int, float]]) -> None:
    total = Centroid({})
    for one in reports:
        total = merge_centroids(total, Centroid(one))
    assert len(total.terms) <= MAX_STORY_TERMS


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_texts_can_be_compared(one: str, other: str) -> None:
    closest(vector(one), 0, [story(other)])


def test_the_more_a_house_has_in_a_story_the_more_alike_its_next_article_must_be() -> None:
    one = story(FERRY)
    near = [NearStory(1, 0, 0, 0, one.centroid, own=own) for own in (0, 20)]
    assert closest(vector(AGAIN), 0, near[:1]) is not None
    assert closest(vector(AGAIN), 0, near[1:]) is None
