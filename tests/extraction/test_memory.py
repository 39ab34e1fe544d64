"""Site memory: what recurs is furniture, what is new where bodies stand is not; bounded, forgetful, never taught
twice."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.extraction import pipeline
from aggregator.extraction.memory.site_memory import (
    MAX_PLACES,
    MAX_TEXTS,
    BlockTrace,
    Remembered,
    SiteMemory,
    Trace,
    learn,
    recall,
)
from aggregator.extraction.memory.sketches import holds, place_key, sketch, text_key
from aggregator.extraction.pipeline import RawPage

BODY, ASIDE = place_key(("p", "div.story")), place_key(("p", "aside.promo"))
PITCH = "The best of our journalism reaches readers every morning"
WORDS = (
    "river",
    "council",
    "vote",
    "budget",
    "school",
    "bridge",
    "winter",
    "market",
    "train",
    "court",
    "doctor",
    "harvest",
)


def paragraphs(article: int, count: int = 8) -> list[str]:
    """An article's paragraphs: other words in other articles."""
    dice = random.Random(article)
    return [" ".join(f"{dice.choice(WORDS)}{chr(97 + dice.randrange(26))}" for _ in range(20)) for _ in range(count)]


def trace(texts: Sequence[str], aside: Sequence[tuple[str, int]] = (), url: int = 0) -> Trace:
    """The trace of a page with these paragraphs as its body, and these texts at these places, kept by the model too."""
    blocks = [BlockTrace(text_key(text), BODY, len(text.split()), True) for text in texts]
    blocks += [BlockTrace(text_key(text), place, len(text.split()), True) for text, place in aside]
    return Trace(tuple(blocks), sketch(texts), url)


def taught(pages: int, aside: Sequence[tuple[str, int]] = ((PITCH, BODY),), first: int = 0) -> SiteMemory:
    return learn(SiteMemory(), [trace(paragraphs(first + n), aside) for n in range(pages)])


def test_nothing_is_remembered_of_a_new_site() -> None:
    assert recall(SiteMemory(), trace(paragraphs(1))) == [Remembered()] * 8


def test_what_recurs_over_articles_is_furniture_and_what_is_new_is_not() -> None:
    *body, pitch = recall(taught(10), trace(paragraphs(99), [(PITCH, BODY)]))
    assert pitch.adjustment < -8
    assert pitch.here > 8
    assert all(found.adjustment > 0 and found.elsewhere == 0 for found in body)


def test_numbers_in_a_text_or_a_place_do_not_hide_that_it_recurs() -> None:
    counters = [[(f"{n} comments on this story of ours", place_key(("p", f"div.post-{n}")))] for n in range(6)]
    memory = learn(SiteMemory(), [trace(paragraphs(n), aside) for n, aside in enumerate(counters)])
    assert (
        recall(memory, trace(paragraphs(99), [("31,337 comments on this story of ours", counters[0][0][1])]))[-1].here
        > 4
    )


def test_news_by_form_stay() -> None:
    form = (
        "An earthquake of magnitude {0}.4 struck {0}7 km to the north of the old harbour at 0{0}:11 on Tuesday, "
        "it was said"
    )
    numbered = learn(SiteMemory(), [trace([form.format(n)] * 3, url=n + 1) for n in range(9)])
    assert all(found.adjustment >= 0 for found in recall(numbered, trace([form.format(9)] * 3)))
    same = ["No delays are known on any line of the network this morning.", "The next report follows at noon."]
    reports = [Trace(trace(same).blocks, sketch(paragraphs(n)), n) for n in range(1, 9)]
    assert all(found.adjustment == 0 for found in recall(learn(SiteMemory(), reports), trace(same)))


def test_numbers_alone_are_compared_as_they_are() -> None:
    assert text_key("12.5 %") != text_key("13.9 %")
    assert text_key("12 comments") == text_key("7 comments")


def test_furniture_is_known_at_a_new_place_if_it_stands_everywhere() -> None:
    memory = taught(10, [(PITCH, ASIDE)])
    elsewhere = place_key(("p", "section.unknown"))
    assert recall(memory, trace(paragraphs(99), [(PITCH, elsewhere)]))[-1].adjustment < -8


def test_a_standfirst_that_other_pages_show_in_their_lists_stays_when_the_model_is_sure() -> None:
    standfirst = paragraphs(99)[0]
    pages = [trace(paragraphs(n), [(standfirst, ASIDE)] if n >= 14 else []) for n in range(20)]
    found = recall(learn(SiteMemory(), pages), trace(paragraphs(99)))[0]
    assert found.elsewhere > 5
    assert found.adjustment == 0


def test_short_texts_may_recur_in_bodies() -> None:
    pages = [trace([*paragraphs(n), "Background"] if n % 3 == 0 else paragraphs(n)) for n in range(12)]
    assert recall(learn(SiteMemory(), pages), trace([*paragraphs(99), "Background"]))[-1].adjustment >= 0


def test_an_article_fetched_again_keeps_its_body() -> None:
    again = trace(paragraphs(3), url=33)
    memory = learn(taught(8, first=10), [again] * 5)
    assert memory.pages == 9
    assert all(found.elsewhere == 0 and found.adjustment >= 0 for found in recall(memory, again))


def test_near_copies_do_not_teach() -> None:
    whole = paragraphs(3, 12)
    copies = [
        trace([text for n, text in enumerate(whole) if n != left_out], url=left_out + 1) for left_out in range(10)
    ]
    memory = learn(SiteMemory(), [*copies, trace([*whole, *paragraphs(4, 3)]), trace(whole[1:5])])
    assert memory.pages == 1
    assert all(found.adjustment >= 0 for found in recall(memory, trace(whole)))


def test_a_page_that_grows_and_changes_under_its_address_does_not_teach() -> None:
    posts = paragraphs(3, 30)
    live = [trace(posts[start : start + 12][::-1], url=7) for start in range(0, 8)]
    memory = learn(SiteMemory(), live)
    assert memory.pages == 1
    assert all(found.adjustment >= 0 for found in recall(memory, live[-1]))


def test_an_address_that_comes_to_hold_another_article_teaches() -> None:
    assert learn(SiteMemory(), [trace(paragraphs(n), url=7) for n in range(5)]).pages == 5


def test_learning_leaves_the_memory_before_as_it_was() -> None:
    memory = taught(5)
    packed = memory.packed()
    learn(memory, [trace(paragraphs(50))])
    assert memory.packed() == packed


def test_pages_without_a_body_teach_nothing() -> None:
    assert learn(SiteMemory(), [Trace((BlockTrace(1, 2, 3, False),))]) == SiteMemory()


def test_a_redesign_is_forgotten_within_fifty_pages() -> None:
    memory = taught(40, [(PITCH, BODY)])
    memory = learn(memory, [trace(paragraphs(100 + n)) for n in range(50)])
    found = recall(memory, trace(paragraphs(999), [(PITCH, place_key(("p", "main.new")))]))[-1]
    assert found.adjustment == 0
    was_dropped = [Trace((BlockTrace(n, ASIDE, 30, False),), sketch(paragraphs(n))) for n in range(40)]
    now_kept = [Trace((BlockTrace(n, ASIDE, 30, True),), sketch(paragraphs(n))) for n in range(40, 90)]
    place = learn(SiteMemory(), [*was_dropped, *now_kept]).places[ASIDE]
    assert place.kept > 0.9 * place.pages


def test_memory_is_bounded() -> None:
    dice = random.Random(1)
    memory = SiteMemory()
    for number in range(60):
        blocks = tuple(BlockTrace(dice.getrandbits(48), dice.getrandbits(48), 9, True) for _ in range(400))
        memory = learn(memory, [Trace(blocks, sketch(paragraphs(number, 30)), number + 1)])
    assert len(memory.texts) <= MAX_TEXTS
    assert len(memory.places) <= MAX_PLACES
    assert len(memory.packed()) <= 200_000
    assert SiteMemory.unpacked(memory.packed()).pages == 60


def test_what_recurs_outlives_what_was_seen_once() -> None:
    dice = random.Random(1)
    pages = []
    for number in range(60):
        noise = tuple(BlockTrace(dice.getrandbits(48), BODY, 9, True) for _ in range(300))
        pages.append(
            Trace((BlockTrace(text_key(PITCH), ASIDE, 9, True), *noise), sketch(paragraphs(number)), number + 1)
        )
    assert text_key(PITCH) in learn(SiteMemory(), pages).texts


def test_packed_memory_comes_back() -> None:
    memory = taught(12)
    back = SiteMemory.unpacked(memory.packed())
    assert back.packed() == memory.packed()
    page = trace(paragraphs(99), [(PITCH, BODY)])
    for mine, theirs in zip(recall(memory, page), recall(back, page), strict=True):
        assert theirs == pytest.approx(mine, rel=0.01)
    assert SiteMemory.unpacked(SiteMemory().packed()) == SiteMemory()


@pytest.mark.parametrize("cut", [0, 3, 10, 30, 100, -1])
def test_truncated_bytes_are_refused(cut: int) -> None:
    with pytest.raises(ValueError, match="site memory"):
        SiteMemory.unpacked(taught(4).packed()[:cut])


@given(at=st.integers(0, 5_000), by=st.integers(1, 255))
@settings(max_examples=60, deadline=None)
def test_damaged_bytes_are_refused(at: int, by: int) -> None:
    data = bytearray(_PACKED)
    data[at % len(data)] ^= by
    with pytest.raises(ValueError, match="site memory"):
        SiteMemory.unpacked(bytes(data))


@given(st.binary(max_size=200))
def test_any_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="site memory"):
        SiteMemory.unpacked(data)


def test_copies_are_told_by_their_sketches() -> None:
    whole = paragraphs(1, 40)
    assert holds(sketch(whole), sketch(whole[:10]), 0.9)
    assert holds(sketch(whole[:-2]), sketch(whole[1:]), 0.8)
    assert not holds(sketch(whole), sketch(paragraphs(2, 40)), 0.1)
    assert not holds((), sketch(whole), 0.1)
    chinese = "".join(chr(0x4E00 + random.Random(number).randrange(900)) for number in range(400))
    assert holds(sketch([chinese]), sketch([chinese[:200]]), 0.9)


def page(article: int) -> RawPage:
    """A page whose furniture looks like paragraphs."""
    body = "".join(f"<p>{text.capitalize()}.</p>" for text in paragraphs(article))
    html = (
        f"<html><head><title>Article {article}</title></head><body><main><article><h1>Article {article}</h1><div "
        f"class=story>{body}"
        f"<p>{PITCH}, says everyone who reads it.</p></div></article></main></body></html>"
    )
    return RawPage(html, f"https://news.example/{article}")


def test_a_page_is_read_with_what_is_remembered_of_its_site() -> None:
    memory = pipeline.learn(SiteMemory(), [page(number) for number in range(6)])
    assert memory.pages == 6
    packed = memory.packed()
    new = page(99)
    assert PITCH in pipeline.article(new.html, new.url).text
    found = pipeline.article(new.html, new.url, site=memory)
    assert found.text.count("\n\n") == 7
    assert PITCH not in found.text
    assert memory.packed() == packed
    (pitch,) = [block for block in pipeline.explain(new.html, new.url, site=memory).blocks if PITCH in block.text]
    assert any("other articles of the site" in reason for reason in pitch.reasons)


def test_the_pages_of_a_first_visit_help_each_other() -> None:
    articles, memory = pipeline.read_pages([page(number) for number in range(4)], SiteMemory())
    assert memory.pages == 4
    assert not any(PITCH in found.text for found in articles)
    assert all(found.text.count("\n\n") == 7 for found in articles)
    again, same = pipeline.read_pages([page(number) for number in range(4)], memory)
    assert (again, same.packed()) == (articles, memory.packed())


_PACKED = taught(4).packed()
