"""The authors of articles that a feed itself carries."""

import pytest

from aggregator.articles.entry_facts import FeedPolicy
from aggregator.articles.from_entry import prepare
from tests.feeds.test_parse_feed import first, item

FEED = FeedPolicy(1, "https://news.example/feed.xml", "never", None, None, ())


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("Ann Lee and Bo Ek", ("Ann Lee", "Bo Ek")),
        ("Ann Lee, Bo Ek &amp; Cy Fox", ("Ann Lee", "Bo Ek", "Cy Fox")),
        ("Ann Lee", ("Ann Lee",)),
        ("Lee, Ann", ("Lee, Ann",)),
        ("Johnson and Johnson", ("Johnson and Johnson",)),
    ],
)
def test_people_named_in_one_line_are_told_apart(line: str, authors: tuple[str, ...]) -> None:
    parts = {"title": "Rain", "link": "https://news.example/a", "description": "It rained all day in the valley."}
    [prepared] = prepare([first(item(**parts, **{"dc:creator": line}))], FEED, 1_700_000_000)
    assert prepared.article is not None
    assert prepared.article.authors == authors
