"""Copies and stories in SQL, on both databases: assigned once, re-pointed, taken away, listed."""

from random import Random
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from aggregator.store.engine import Store
from aggregator.store.grouping import near_copies, stories, story_list
from aggregator.store.schema import articles, fingerprints, shingles
from aggregator.store.schema import stories as story_table
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.stories import fingerprint
from aggregator.text import count_words, text_hash

DAY = 86_400
T0 = 1_700_000_000


def paragraphs(topic: str, start: int, stop: int) -> str:
    """Paragraphs of made-up words, the same for the same topic and number."""
    chosen = [Random(f"{topic} {n}") for n in range(start, stop)]
    return "\n\n".join(" ".join(_word(r) for _ in range(40)).capitalize() + f" {topic}." for r in chosen)


def _word(chosen: Random) -> str:
    return "".join(chosen.choice("bdfgklmnprst") + chosen.choice("aeiou") for _ in range(chosen.randint(1, 4)))


def add(conn: UnitOfWork, text: str, *, site: str, at: int = T0, title: str | None = None) -> int:
    """An article through the story path, as saving does it; its id."""
    made, digest = fingerprint(text), text_hash(text)
    assignment = stories.assign(conn, site=site, at=at, title=title, text_hash=digest, fingerprint=made)
    key = (conn.execute(select(func.max(articles.c.id))).scalar() or 0) + 1
    row = {
        "id": key,
        "url": f"https://{site}/{key}",
        "canonical_url": f"https://{site}/{key}",
        "site": site,
        "body_from": "page",
        "title": title,
        "fetched_at": at,
        "at": at,
        "text": text,
        "story_id": assignment.story_id,
        "copy_of": assignment.copy_of,
        "word_count": count_words(text),
        "text_hash": digest,
        "is_article": True,
        "extractor_version": 1,
    }
    conn.execute(insert(articles).values(row))
    stories.record(conn, key, assignment)
    return key


def remove(conn: Connection, key: int) -> None:
    emptied = stories.leave(conn, key)
    conn.execute(delete(articles).where(articles.c.id == key))
    stories.drop_empty(conn, [emptied])


def heads(conn: Connection) -> dict[int, int | None]:
    return {row.id: row.copy_of for row in conn.execute(select(articles.c.id, articles.c.copy_of))}


def row(conn: Connection, key: int) -> Any:
    return conn.execute(select(articles).where(articles.c.id == key)).one()


def check(conn: Connection) -> None:
    """What always holds: stories count their articles and know their times, heads are no copies, hashes have owners."""
    grouped = select(articles.c.story_id, func.count(), func.min(articles.c.at), func.max(articles.c.at))
    counted = {r[0]: tuple(r)[1:] for r in conn.execute(grouped.group_by(articles.c.story_id))}
    listed = {r.id: (r.articles, r.first_at, r.last_at) for r in conn.execute(select(story_table))}
    assert counted == listed
    known = heads(conn)
    assert all(known[head] is None for head in known.values() if head is not None)
    owners = set(conn.execute(select(shingles.c.article_id).distinct()).scalars())
    assert owners <= set(conn.execute(select(fingerprints.c.article_id)).scalars()) <= set(known)


def test_a_copy_joins_its_head_and_another_text_does_not(store: Store) -> None:
    text = paragraphs("Alpha", 0, 12)
    with store.write() as conn:
        first = add(conn, text, site="one.example")
        same = add(conn, text, site="two.example", at=T0 + 60)
        cut = add(conn, paragraphs("Alpha", 0, 5), site="three.example", at=T0 + 120)
        other = add(conn, paragraphs("Beta", 0, 12), site="two.example", at=T0 + 180)
    with store.read() as conn:
        assert heads(conn) == {first: None, same: first, cut: first, other: None}
        assert row(conn, cut).story_id == row(conn, first).story_id != row(conn, other).story_id
        check(conn)


def test_a_copy_of_a_copy_names_the_head(store: Store) -> None:
    with store.write() as conn:
        head = add(conn, paragraphs("Alpha", 0, 12), site="one.example")
        copy = add(conn, paragraphs("Alpha", 2, 12), site="two.example", at=T0 + 1)
        again = add(conn, paragraphs("Alpha", 2, 12), site="three.example", at=T0 + 2)
        assert heads(conn) == {head: None, copy: head, again: head}


def test_a_more_complete_copy_becomes_the_head_of_all(store: Store) -> None:
    with store.write() as conn:
        short = add(conn, paragraphs("Alpha", 0, 5), site="one.example")
        second = add(conn, paragraphs("Alpha", 0, 5), site="two.example", at=T0 + 1)
        story = row(conn, short).story_id
        full = add(conn, paragraphs("Alpha", 0, 12), site="three.example", at=T0 + 2)
        assert heads(conn) == {short: full, second: full, full: None}
        assert row(conn, full).story_id == story
        check(conn)


def test_the_original_that_comes_late_becomes_the_head(store: Store) -> None:
    with store.write() as conn:
        copy = add(conn, paragraphs("Alpha", 0, 12), site="one.example", at=T0)
        original = add(conn, paragraphs("Alpha", 0, 12), site="agency.example", at=T0 - 3600)
        assert heads(conn) == {copy: original, original: None}
        check(conn)


def test_nothing_is_compared_beyond_the_window(store: Store) -> None:
    text = paragraphs("Alpha", 0, 12)
    with store.write() as conn:
        add(conn, text, site="one.example")
        inside = add(conn, text, site="two.example", at=T0 + 7 * DAY)
        outside = add(conn, text, site="three.example", at=T0 - 7 * DAY - 1)
        assert heads(conn)[inside] is not None
        assert heads(conn)[outside] is None


def test_what_every_article_of_a_site_carries_links_nothing(store: Store) -> None:
    notice = paragraphs("Subscription", 0, 3)
    with store.write() as conn:
        for n in range(near_copies.COMMON_NGRAM + 15):
            add(conn, f"{paragraphs(f'Topic{n}x', 0, 6)}\n\n{notice}", site=f"s{n}.example", at=T0 + n)
        assert set(heads(conn).values()) == {None}
        most = select(func.count()).select_from(shingles).group_by(shingles.c.hash).order_by(func.count().desc())
        assert conn.execute(most.limit(1)).scalar() == near_copies.COMMON_NGRAM
        check(conn)


def test_a_pruned_head_leaves_its_copies_to_the_first_of_them(store: Store) -> None:
    text = paragraphs("Alpha", 0, 12)
    with store.write() as conn:
        head, one, two = (add(conn, text, site=f"s{n}.example", at=T0 + n) for n in range(3))
        remove(conn, head)
        assert heads(conn) == {one: None, two: one}
        check(conn)
        remove(conn, two)
        check(conn)
        remove(conn, one)
        assert conn.execute(select(func.count()).select_from(story_table)).scalar() == 0
        check(conn)


def test_a_changed_text_is_found_by_its_new_words_and_keeps_its_story(store: Store) -> None:
    with store.write() as conn:
        key = add(conn, paragraphs("Alpha", 0, 12), site="one.example")
        story, changed = row(conn, key).story_id, paragraphs("Beta", 0, 12)
        new = {"text": changed, "text_hash": text_hash(changed)}
        conn.execute(articles.update().where(articles.c.id == key).values(new))
        near_copies.replace(conn, key, T0, fingerprint(changed))
        before = add(conn, paragraphs("Alpha", 0, 12), site="two.example", at=T0 + 1)
        after = add(conn, paragraphs("Beta", 1, 12), site="three.example", at=T0 + 2)
        assert heads(conn) == {key: None, before: None, after: key}
        assert row(conn, key).story_id == story
        check(conn)


def test_texts_without_words_are_stories_of_their_own(store: Store) -> None:
    with store.write() as conn:
        keys = [add(conn, text, site="one.example", at=T0) for text in ("", "", "Hi.", "Hi.")]
        assert heads(conn) == dict.fromkeys(keys)
        check(conn)


def test_expired_weeks_are_forgotten(store: Store) -> None:
    with store.write() as conn:
        add(conn, paragraphs("Alpha", 0, 12), site="one.example", at=T0 - 60 * DAY)
        kept = add(conn, paragraphs("Beta", 0, 12), site="one.example", at=T0)
        stories.expire(conn, T0 - 14 * DAY)
        assert set(conn.execute(select(shingles.c.article_id)).scalars()) == {kept}
        check(conn)


def test_the_biggest_story_is_listed_first(store: Store) -> None:
    with store.write() as conn:
        lone = add(conn, paragraphs("Beta", 0, 12), site="one.example", at=T0 + 5, title="Alone")
        for n in range(3):
            add(conn, paragraphs("Alpha", 0, 12), site=f"s{n}.example", at=T0 + n, title=f"Title {n}")
    with store.read() as conn:
        first, second = story_list.listing(conn, T0, T0 + DAY, 10)
        assert (first.title, first.articles, first.copies) == ("Title 0", 3, 2)
        assert first.sites == ("s0.example", "s1.example", "s2.example")
        assert (first.first_at, first.last_at) == (T0, T0 + 2)
        assert (second.title, second.article_id, second.articles) == ("Alone", lone, 1)
        assert len(story_list.listing(conn, T0, T0 + DAY, 1)) == 1
        assert story_list.listing(conn, T0 + DAY, T0 + 2 * DAY, 10) == []
