"""Copies, follow-ups and templates: what `decide` says of two texts, and who is the head."""

from dataclasses import replace

from aggregator.stories import CopyCandidate, NewArticle, decide, fingerprint
from aggregator.stories.copy_verdict import better_head
from aggregator.text import index_form, text_hash
from aggregator.times import DAY

PARTS = [
    f"In {town} the council of {2000 + n} people voted {n + 3} to {n} for a {color} ferry that {name} had asked for, "
    f"although the harbour master {name} warned in report {n * 17} that quay {n * 5} might not carry it in winter."
    for n, (town, color, name) in enumerate(
        (f"Town{a}ia", f"shade{b} painted", f"Person{a}{b}") for a in "abcdef" for b in "uvwxy"
    )
]
ARTICLE = "\n\n".join(PARTS[:12])


def new(text: str, *, site: str = "new.example", at: int = 0, title: str = "") -> NewArticle:
    made = fingerprint(text)
    digest = text_hash(text)
    return NewArticle(site, at, index_form(title), made.words, digest, frozenset(made.hashes), frozenset(made.entities))


def old(text: str, *, article_id: int = 1, site: str = "old.example", at: int = 0, title: str = "") -> CopyCandidate:
    n = new(text, site=site, at=at, title=title)
    return CopyCandidate(
        article_id, 10 + article_id, None, site, at, n.title, n.words, n.text_hash, n.hashes, n.entities
    )


def test_nothing_to_compare_with_is_a_story_of_its_own() -> None:
    verdict = decide(new(ARTICLE), [])
    assert (verdict.copy_of, verdict.story_id) == (None, None)


def test_truncated_retitled_and_lengthened_copies() -> None:
    for text in ("\n\n".join(PARTS[:5]), "(AGENCY) - " + ARTICLE, ARTICLE + "\n\n" + " ".join(PARTS[20:26])):
        verdict = decide(new(text, title="Another title"), [old(ARTICLE)])
        assert (verdict.copy_of, verdict.story_id) == (1, 11)
        assert "contained" in verdict.reason


def test_another_text_is_another_story() -> None:
    assert decide(new("\n\n".join(PARTS[15:28])), [old(ARTICLE)]).story_id is None


def test_a_template_with_other_names_and_numbers_is_no_copy() -> None:
    form = (
        "{} reported results for the quarter on {}. Revenue rose to ${} million from ${} million a year earlier, while "
        "net income came to {} cents a share. The company said that demand remained firm in most of its markets and "
        "that it expects the trend to continue in the second half of the year. Shares of {} closed at ${} in New York."
    )
    one = form.format("Orvane Corp", "Tuesday", 418, 377, 61, "Orvane", 33)
    other = form.format("Tellmark Industries", "Friday", 92, 85, 14, "Tellmark", 7)
    assert decide(new(one), [old(other)]).story_id is None
    assert decide(new(one), [old(one + " More on this later today at noon.")]).copy_of == 1


def test_a_follow_up_of_the_same_site_shares_the_story_but_is_no_copy() -> None:
    follow_up = "\n\n".join(PARTS[18:26] + PARTS[:7])
    verdict = decide(new(follow_up, site="old.example", at=2 * DAY), [old(ARTICLE)])
    assert (verdict.copy_of, verdict.story_id) == (None, 11)
    assert "follow-up" in verdict.reason


def test_a_follow_up_is_no_copy_of_the_copies_elsewhere_either() -> None:
    follow_up = "\n\n".join(PARTS[18:26] + PARTS[:7])
    elsewhere = replace(old(ARTICLE, article_id=2, site="third.example"), copy_of=1, story_id=11)
    verdict = decide(new(follow_up, site="old.example", at=2 * DAY), [elsewhere, old(ARTICLE)])
    assert (verdict.copy_of, verdict.story_id) == (None, 11)


def test_the_same_text_twice_on_one_site_is_a_copy() -> None:
    nearly = ARTICLE.replace("ferry", "boat", 2)
    assert decide(new(nearly, site="old.example", at=3600), [old(ARTICLE)]).copy_of == 1
    assert decide(new(ARTICLE, site="old.example", at=5 * DAY), [old(ARTICLE)]).reason == "same text"


def test_very_short_texts_need_equal_titles() -> None:
    text = "Qtly div six cts vs six cts prior. Pay April 15. Record March 23."
    assert decide(new(text, title="Orvane dividend"), [old(text, title="Tellmark dividend")]).copy_of is None
    assert decide(new(text, title="Orvane dividend"), [old(text, title="ORVANE Dividend")]).copy_of == 1


def test_copy_of_names_the_head_of_a_copy() -> None:
    copy = replace(old(ARTICLE, article_id=7), copy_of=3)
    assert decide(new(ARTICLE), [copy]).copy_of == 3


def test_the_best_match_wins_and_ties_go_to_the_first_article() -> None:
    some = old("\n\n".join(PARTS[:6] + PARTS[15:22]), article_id=1)
    assert decide(new("\n\n".join(PARTS[:12])), [some, old(ARTICLE, article_id=2)]).copy_of == 2
    assert decide(new(ARTICLE), [old(ARTICLE, article_id=5), old(ARTICLE, article_id=4)]).copy_of == 4


def test_the_head_is_the_first_unless_a_later_one_is_more_complete() -> None:
    assert not better_head(new_at=9, new_words=500, head_at=5, head_words=500)
    assert better_head(new_at=4, new_words=450, head_at=5, head_words=500)
    assert better_head(new_at=9, new_words=500, head_at=5, head_words=300)
    assert not better_head(new_at=4, new_words=300, head_at=5, head_words=500)
