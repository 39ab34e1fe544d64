"""What of a sitemap is read on, and which sitemaps of an index are read."""

from datetime import UTC, datetime, timedelta

from aggregator.feeds import sitemap_backlog
from aggregator.feeds.sitemap_backlog import KnownSitemap
from aggregator.model import Entry

SINCE = datetime(2026, 3, 18, 10, tzinfo=UTC)


def at(days: float) -> datetime:
    return SINCE + timedelta(days=days)


def test_entries_before_the_subscription_are_old() -> None:
    found = [
        Entry("out long ago, changed lately", published_at=at(-9), updated_at=at(1)),
        Entry("out lately", published_at=at(1)),
        Entry("changed lately", updated_at=at(1)),
        Entry("changed long ago", updated_at=at(-9)),
        Entry("no more than the day", updated_at=datetime(2026, 3, 18, tzinfo=UTC)),
        Entry("the day before", updated_at=datetime(2026, 3, 17, tzinfo=UTC)),
        Entry(
            "the end of time", updated_at=datetime.max.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
        ),
        Entry("no date"),
    ]
    old = {"out long ago, changed lately", "changed long ago", "the day before"}
    assert sitemap_backlog.old_keys(found, SINCE, read_before=True) == old
    assert sitemap_backlog.old_keys(found, SINCE, read_before=False) == old | {"no date"}


def test_what_changed_is_read_the_newest_first() -> None:
    found = [
        KnownSitemap("long ago", at(-9)),
        KnownSitemap("new", at(1)),
        KnownSitemap("newer", at(2)),
        KnownSitemap("read", at(3), at(3), at(4)),
        KnownSitemap("read, and changed since", at(5), at(3), at(4)),
        KnownSitemap("long ago, and changed since", at(-5), at(-6), at(4)),
    ]
    names = [one.url for one in sitemap_backlog.due_sitemaps(found, SINCE, 20)]
    assert names == ["read, and changed since", "newer", "new", "long ago, and changed since"]
    assert [one.url for one in sitemap_backlog.due_sitemaps(found, SINCE, 2)] == names[:2]


def test_what_has_no_date_is_read_in_turn() -> None:
    found = [KnownSitemap(str(n), read_at=at(n)) for n in range(8)] + [
        KnownSitemap("never"),
        KnownSitemap("lively", None, None, at(9), at(9)),
    ]
    assert [one.url for one in sitemap_backlog.due_sitemaps(found, SINCE, 4)] == ["lively", "never", "0", "1"]
    assert len(sitemap_backlog.due_sitemaps(found, SINCE, 20)) == 10
