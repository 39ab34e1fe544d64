"""Kept raw pages read again: what changes, what stays, and what an end in the middle leaves."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard
from sqlalchemy import select, text, update

from aggregator.archive import search
from aggregator.archive.reextract import Change, Reextraction, Totals
from aggregator.archive.search import Search
from aggregator.articles.entry_facts import EntryFacts
from aggregator.articles.from_page import from_page
from aggregator.articles.row import ServedPage
from aggregator.config import load_config
from aggregator.engines import fetch
from aggregator.errors import UsageError
from aggregator.extraction import pipeline
from aggregator.extraction.version import EXTRACTOR_VERSION
from aggregator.pool import Pool
from aggregator.store.content import save_article, stored_articles
from aggregator.store.engine import Store
from aggregator.store.schema import articles as article_table
from aggregator.store.schema import metadata, raw_pages, site_memories, stories
from aggregator.store.upkeep import maintenance
from tests.servers import Server
from tests.visit import site

ENVIRON = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": "0", "AGGREGATOR_WORKERS": "1"}
COUNT = 3
NOW = 1_800_000_000


@pytest.fixture
def feed() -> Iterator[str]:
    with Server() as server:
        site.serve_pages(server, range(COUNT))
        yield site.serve_feed(server, "/rss", site.rss(server, range(COUNT)))


@pytest.fixture
def fetched(store: Store, tmp_path: Path, feed: str, pool: Pool) -> Store:
    """A store with three articles and their raw pages, and nothing learnt of their site."""
    (tmp_path / "feeds.yaml").write_text(f"feeds:\n  - url: {feed}\n")
    request = fetch.FetchRequest(tmp_path / "feeds.yaml", store.url, force=True)
    summary = fetch.run(request, environ=ENVIRON, pool=pool)
    assert summary.articles_new == COUNT
    with store.write() as conn:
        conn.execute(site_memories.delete())
    return store


def run(store: Store, yaml: str = "", *, dry_run: bool = False, **asked: Any) -> tuple[list[Change], Totals]:
    config = load_config.parse(yaml, "feeds.yaml", {"AGGREGATOR_WORKERS": "1"})
    changes: list[Change] = []
    totals = Totals()
    Reextraction(store, config, Search(**asked), dry_run, NOW, changes.append, lambda _: None, totals).run()
    return changes, totals


def row(store: Store, article_id: int) -> Any:
    with store.read() as conn:
        return conn.execute(select(article_table).where(article_table.c.id == article_id)).one()


def ids(store: Store) -> list[int]:
    with store.read() as conn:
        return list(conn.execute(select(article_table.c.id).order_by(article_table.c.id)).scalars())


def spoil(store: Store, article_id: int, **values: Any) -> None:
    """Makes an article what an older extractor might have found on its page."""
    with store.write() as conn:
        page = conn.execute(select(raw_pages).where(raw_pages.c.article_id == article_id)).one()
        stored = stored_articles.by_id(conn, article_id)
        assert stored is not None
        body = zstandard.ZstdDecompressor().decompress(page.body)
        found = replace(pipeline.article(body, page.url), extractor_version=0, **values)
        listed = EntryFacts(stored.url, stored.feed, stored.title, summary=stored.summary)
        finished = from_page(found, ServedPage(page.url, body, None, page.fetched_at), listed, keep_raw=False)
        assert finished is not None
        save_article.renew(conn, stored, finished)


def found(store: Store, query: str) -> list[int]:
    return [hit.article.id for hit in search.search(store, Search(query)).hits]


def everything(store: Store) -> dict[str, list[Any]]:
    with store.read() as conn:
        return {name: sorted(map(repr, conn.execute(select(table)))) for name, table in metadata.tables.items()}


def sound(store: Store) -> bool:
    return list(maintenance.check(store)) == []


def test_todays_articles_stay_as_they_are(fetched: Store) -> None:
    before = {article_id: row(fetched, article_id) for article_id in ids(fetched)}
    changes, totals = run(fetched)
    assert changes == []
    assert totals == Totals(pages=COUNT, unchanged=COUNT)
    assert {article_id: row(fetched, article_id) for article_id in ids(fetched)} == before
    with fetched.read() as conn:
        assert conn.execute(select(site_memories.c.pages)).scalar_one() == COUNT


def test_a_better_text_takes_the_place_of_the_old_one(fetched: Store) -> None:
    first, second, _ = ids(fetched)
    good = row(fetched, first)
    spoil(fetched, first, text="Sign up for our newsletterish promises.", title="Menu", authors=("Staff",))
    assert found(fetched, "newsletterish") == [first]
    (change,), totals = run(fetched)
    assert totals == Totals(pages=COUNT, unchanged=COUNT - 1, changed=1)
    assert (change.id, change.outcome, change.old_version) == (first, "changed", 0)
    assert change.new_version == EXTRACTOR_VERSION
    assert (change.words_added > 100, 3 <= change.words_removed <= 6) == (True, True)
    assert {"title", "text", "authors"} <= set(change.fields)
    assert row(fetched, first) == good
    assert found(fetched, "newsletterish") == []
    assert first in found(fetched, "pillars")
    with fetched.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM revisions")).scalar_one() == 0
        shingles = conn.execute(text("SELECT article_id, count(*) FROM shingles GROUP BY article_id")).all()
    assert {article_id for article_id, _ in shingles} >= {first, second}
    assert sound(fetched)
    assert run(fetched)[0] == []


def test_a_corrected_date_moves_article_and_story(fetched: Store) -> None:
    first = ids(fetched)[0]
    before = row(fetched, first)
    spoil(fetched, first, published_at=datetime(2020, 5, 1, tzinfo=UTC))
    with fetched.read() as conn:
        assert conn.execute(select(stories.c.first_at).where(stories.c.id == before.story_id)).scalar_one() < before.at
    (change,), _ = run(fetched)
    assert change.fields == ("published_at",)
    assert (change.words_added, change.words_removed) == (0, 0)
    assert row(fetched, first).published_at == before.published_at
    with fetched.read() as conn:
        span = conn.execute(select(stories).where(stories.c.id == before.story_id)).one()
    assert span.first_at == row(fetched, first).at
    assert sound(fetched)


def test_a_trial_run_changes_nothing(fetched: Store) -> None:
    spoil(fetched, ids(fetched)[0], text="Something else.")
    before = everything(fetched)
    changes, totals = run(fetched, dry_run=True)
    assert totals == Totals(pages=COUNT, unchanged=COUNT - 1, changed=1)
    assert everything(fetched) == before
    assert run(fetched)[0] == changes


@pytest.mark.parametrize("page", ["<html><body></body></html>", "<html><title>Log in</title><p>Log in</p></html>"])
def test_a_page_with_no_article_any_more_keeps_what_was_there(fetched: Store, page: str) -> None:
    first = ids(fetched)[0]
    packed = zstandard.compress(page.encode())
    with fetched.write() as conn:
        conn.execute(update(raw_pages).where(raw_pages.c.article_id == first).values(body=packed))
    before = row(fetched, first)
    (change,), totals = run(fetched)
    assert (change.outcome, change.fields) == ("no_article", ())
    assert (totals.no_article, totals.exit_code) == (1, 0)
    assert row(fetched, first) == before


def test_a_damaged_page_fails_alone(fetched: Store) -> None:
    with fetched.write() as conn:
        conn.execute(update(raw_pages).where(raw_pages.c.article_id == ids(fetched)[0]).values(body=b"no zstd"))
    (change,), totals = run(fetched)
    assert (change.outcome, change.error) == ("failed", "the raw page is damaged")
    assert (totals.failed, totals.unchanged, totals.exit_code) == (1, COUNT - 1, 0)
    with fetched.write() as conn:
        conn.execute(update(raw_pages).values(body=b"no zstd"))
    assert run(fetched)[1].exit_code == 1


def test_selectors_apply_as_they_stand_in_the_configuration_now(fetched: Store, feed: str) -> None:
    changes, _ = run(fetched, f"feeds:\n  - url: {feed}\n    selectors: {{body: 'article p:nth-of-type(2)'}}\n")
    assert [change.outcome for change in changes] == ["changed"] * COUNT
    assert len(row(fetched, ids(fetched)[0]).text.split("\n\n")) == 1
    assert sound(fetched)


def test_filters_and_articles_without_a_page(fetched: Store, feed: str) -> None:
    with fetched.write() as conn:
        conn.execute(raw_pages.delete().where(raw_pages.c.article_id == ids(fetched)[1]))
    assert run(fetched)[1] == Totals(pages=COUNT - 1, without_raw_page=1, unchanged=COUNT - 1)
    for field, unknown in (("site", "nowhere.example"), ("feed", "https://nowhere.example/feed")):
        asked: dict[str, Any] = {field: unknown}
        with pytest.raises(UsageError, match="in this archive"):
            run(fetched, **asked)
    assert run(fetched, feed=feed)[1].done == COUNT - 1


def test_an_article_that_no_entry_holds_keeps_its_facts(fetched: Store) -> None:
    first = ids(fetched)[0]
    with fetched.write() as conn:
        conn.execute(text("DELETE FROM entries"))
        conn.execute(update(article_table).where(article_table.c.id == first).values(tags='["kept"]'))
    assert run(fetched)[0] == []
    assert row(fetched, first).tags == '["kept"]'


def test_what_was_done_before_an_interruption_stays_done(fetched: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aggregator.archive.reextract.ARTICLES_AT_ONCE", 1)
    for article_id in ids(fetched):
        spoil(fetched, article_id, text="An older text.")
    config = load_config.parse("", "feeds.yaml", {"AGGREGATOR_WORKERS": "1"})

    def stop(totals: Totals) -> None:
        if totals.done == 2:
            raise KeyboardInterrupt

    totals = Totals()
    with pytest.raises(KeyboardInterrupt):
        Reextraction(fetched, config, Search(), False, NOW, lambda _: None, stop, totals).run()
    assert totals.changed == 2
    versions = [row(fetched, article_id).extractor_version for article_id in ids(fetched)]
    assert versions == [EXTRACTOR_VERSION] * 2 + [0]
    assert sound(fetched)
    assert run(fetched)[1] == Totals(pages=COUNT, unchanged=2, changed=1)


def test_a_page_that_was_fetched_again_meanwhile_is_left_alone(fetched: Store) -> None:
    first = ids(fetched)[0]
    spoil(fetched, first, text="A newer text.")
    before = row(fetched, first)
    config = load_config.parse("", "feeds.yaml", {"AGGREGATOR_WORKERS": "1"})
    totals = Totals()
    again = Reextraction(fetched, config, Search(), False, NOW, lambda _: None, lambda _: None, totals)
    real = Reextraction._next

    def fetched_meanwhile(self: Reextraction, last: int) -> Any:
        chunk = real(self, last)
        with fetched.write() as conn:
            conn.execute(update(raw_pages).where(raw_pages.c.article_id == first).values(fetched_at=NOW))
        return chunk

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reextraction, "_next", fetched_meanwhile)
        again.run()
    assert (totals.changed, totals.unchanged) == (0, COUNT)
    assert row(fetched, first) == before
