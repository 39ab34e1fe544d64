"""Independent reports of one event in SQL, on both databases: joined, kept over restarts, split and merged."""

import json
from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, func, select

from aggregator.archive import edit_stories
from aggregator.errors import UsageError
from aggregator.store import engine
from aggregator.store.content import restore
from aggregator.store.engine import Store
from aggregator.store.grouping import centroids as centroids_of
from aggregator.store.grouping import stories, story_list
from aggregator.store.grouping import story_decisions as decisions
from aggregator.store.schema import centroids, story_decisions, story_terms, term_frequencies
from aggregator.stories import fingerprint
from tests.store.test_stories import DAY, T0, add, check, remove, row
from tests.stories.test_clustering import AGAIN, BUDGET, FERRY

MORE = (
    "Coastguard officers brought 212 passengers ashore from the Aurora, the ferry that ran aground off Velden on"
    " Monday."
)


def of(conn: Connection, keys: Sequence[int]) -> list[int]:
    return [row(conn, key).story_id for key in keys]


def three(store: Store) -> tuple[int, int, int]:
    """Two reports of one event, and one of another."""
    with store.write() as conn:
        first = add(conn, FERRY, site="one.example")
        other = add(conn, BUDGET, site="two.example", at=T0 + 60)
        second = add(conn, AGAIN, site="three.example", at=T0 + 3600)
        assert of(conn, [first]) == of(conn, [second]) != of(conn, [other])
        assert row(conn, second).copy_of is None
        check(conn)
    return first, second, other


def test_independent_reports_are_one_story(store: Store) -> None:
    first, second, _ = three(store)
    with store.read() as conn:
        story, *_ = story_list.listing(conn, T0, T0 + DAY, 10)
        assert (story.articles, story.reports, story.copies) == (2, 2, 0)
        assert story.article_id == first
        assert story.lead_reason == "published first of 2 about as complete"
        assert (story.first_at, story.last_at) == (T0, T0 + 3600)
        assert second != first


def test_what_stories_have_in_common_outlives_the_process(store: Store, database_url: str) -> None:
    first, *_ = three(store)
    again = engine.open(database_url)
    with again.write() as conn:
        assert of(conn, [add(conn, MORE, site="four.example", at=T0 + 2 * DAY)]) == of(conn, [first])
    again.close()


def test_a_late_better_report_leads_and_no_id_changes(store: Store) -> None:
    first, *_ = three(store)
    with store.write() as conn:
        story = row(conn, first).story_id
        longer = add(conn, f"{MORE} " * 3, site="four.example", at=T0 + 7200)
        assert of(conn, [longer]) == [story]
        found = story_list.one(conn, story)
        assert found is not None
        assert found.article_id == longer
        assert found.lead_reason.startswith("the most complete")


def test_nothing_joins_a_story_beyond_the_window(store: Store) -> None:
    first, *_ = three(store)
    with store.write() as conn:
        late = add(conn, MORE, site="four.example", at=T0 + 31 * DAY)
        assert of(conn, [late]) != of(conn, [first])


def test_a_story_goes_on_after_a_silence_of_weeks(store: Store) -> None:
    first, *_ = three(store)
    with store.write() as conn:
        add(conn, BUDGET, site="four.example", at=T0 + 9 * DAY)
        assert of(conn, [add(conn, FERRY, site="five.example", at=T0 + 10 * DAY)]) == of(conn, [first])


def test_a_near_story_says_how_many_reports_it_has_and_how_many_articles_of_the_site(store: Store) -> None:
    first, second, _ = three(store)
    with store.write() as conn:
        copy = add(conn, FERRY, site="one.example", at=T0 + 7200)
        assert row(conn, copy).copy_of == first
        own = centroids_of.weighed(conn, fingerprint(MORE))
        near, *_ = centroids_of.near(conn, own, "one.example", T0)
        assert (near.story_id, near.reports, near.own) == (row(conn, second).story_id, 2, 2)
        assert (near.first_at, near.last_at, near.mean_at) == (T0, T0 + 7200, T0 + 3600)


def test_old_stories_are_forgotten_and_frequencies_stay(store: Store) -> None:
    three(store)
    with store.write() as conn:
        stories.expire(conn, T0 + 31 * DAY)
        for table in (centroids, story_terms):
            assert conn.execute(select(func.count()).select_from(table)).scalar() == 0
        assert conn.execute(select(func.max(term_frequencies.c.articles))).scalar() == 3
        check(conn)


def test_a_story_that_is_gone_leads_nowhere(store: Store) -> None:
    with store.write() as conn:
        remove(conn, add(conn, FERRY, site="one.example"))
        assert conn.execute(select(func.count()).select_from(centroids)).scalar() == 0
        add(conn, AGAIN, site="two.example")
        check(conn)


def test_a_split_story_stays_split(store: Store) -> None:
    first, second, _ = three(store)
    with store.read() as conn:
        story = row(conn, first).story_id
    old, new = edit_stories.split(store, story, [second], 5)
    with store.write() as conn:
        assert of(conn, [first, second]) == [old.id, new.id]
        assert old.id == story != new.id
        copy = add(conn, AGAIN, site="four.example", at=T0 + 7200)
        assert of(conn, [copy, first]) == [new.id, old.id]
        restore.point(conn, second, first)  # a file of before the split is imported again
        assert row(conn, second).copy_of is None
        decided = conn.execute(select(story_decisions)).one()
        assert (decided.kind, decided.story_id, decided.other_id) == ("split", old.id, new.id)
        assert json.loads(decided.articles) == [second]
        check(conn)


def test_every_report_can_be_split_from_every_other(store: Store) -> None:
    first, second, _ = three(store)
    with store.write() as conn:
        copy = add(conn, AGAIN, site="four.example", at=T0 + 7200)
        story = row(conn, first).story_id
    found = edit_stories.split(store, story, (), 5)
    with store.read() as conn:
        assert [one.articles for one in found] == [1, 2]
        assert of(conn, [second]) == of(conn, [copy])
        check(conn)
    with pytest.raises(UsageError, match="one report alone"):
        edit_stories.split(store, story, (), 5)


def test_a_copy_is_not_split_off_its_head(store: Store) -> None:
    with store.write() as conn:
        head, copy = (add(conn, FERRY * 4, site=f"s{n}.example", at=T0 + n) for n in range(2))
        assert row(conn, copy).copy_of == head
        story = row(conn, head).story_id
    with pytest.raises(UsageError, match="copies go with their head"):
        edit_stories.split(store, story, [copy], 5)
    with store.read() as conn:
        assert row(conn, copy).copy_of == head
        check(conn)


def test_merged_stories_are_one_and_the_old_id_leads_there(store: Store) -> None:
    first, _, other = three(store)
    with store.read() as conn:
        one, two = of(conn, [first, other])
    assert edit_stories.merge(store, one, two, 5).articles == 3
    with store.write() as conn:
        assert of(conn, [other]) == [one]
        assert decisions.merged_into(conn, two) == one
        like = (
            "The budget that parliament in Karlow passed raises taxes for schools and pensions, after a night of"
            " debate."
        )
        assert of(conn, [add(conn, like, site="five.example", at=T0 + 7200)]) == [one]
        check(conn)
    with pytest.raises(UsageError, match=f"merged into story {one}"):
        edit_stories.merge(store, two, one, 5)


@pytest.mark.parametrize("call", [lambda s: edit_stories.merge(s, 1, 1, 5), lambda s: edit_stories.split(s, 99, (), 5)])
def test_what_can_not_be_mended_is_said(store: Store, call: object) -> None:
    with pytest.raises(UsageError):
        call(store)  # type: ignore[operator]


def test_a_series_of_one_site_is_no_story(store: Store) -> None:
    form = (
        "{} Corp reported a profit of {} million for its fourth quarter, up from {} million; sales rose to {} million."
    )
    names = ("Acme", "Borel", "Cadwell", "Dunmore", "Egerton", "Farrow", "Gilmer", "Haskell", "Ingram", "Jessop")
    with store.write() as conn:
        texts = [form.format(name, 11 + n * 7, 10 + n * 3, 900 + n * 13) for n, name in enumerate(names * 2)]
        keys = [add(conn, text, site="wire.example", at=T0 + n) for n, text in enumerate(texts)]
        assert max(of(conn, keys).count(story) for story in of(conn, keys)) < len(keys) / 2
        check(conn)
