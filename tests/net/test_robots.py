"""robots.txt: who is meant, what is allowed, and what its absence means."""

import pytest

from aggregator.net.robots_txt import MAX_BYTES, parse_robots

AGENT = "aggregator/1.0 (+https://example.org)"


def rules(text: str) -> tuple[bool, float | None]:
    """Whether /private/a may be asked for, and the delay, by a robots.txt of this text."""
    robots = parse_robots(200, text.encode())
    return robots.allows("https://example.org/private/a", AGENT), robots.crawl_delay(AGENT)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 302])
def test_no_file_allows_everything(status: int) -> None:
    robots = parse_robots(status, b"User-agent: *\nDisallow: /")
    assert robots.reachable
    assert robots.allows("https://example.org/", AGENT)
    assert robots.crawl_delay(AGENT) is None


@pytest.mark.parametrize("status", [0, 429, 500, 503, 599])
def test_a_server_that_cannot_say_allows_nothing_for_now(status: int) -> None:
    robots = parse_robots(status, b"")
    assert not robots.reachable
    assert not robots.allows("https://example.org/", AGENT)


def test_the_group_of_our_name_goes_before_the_star() -> None:
    assert rules("User-agent: *\nDisallow: /\n\nUser-agent: Aggregator\nDisallow: /other\nCrawl-delay: 7") == (
        True,
        7.0,
    )
    assert rules("User-agent: aggregator\nUser-agent: other\nDisallow: /private\n\nUser-agent: *\nAllow: /") == (
        False,
        None,
    )
    assert rules("User-agent: aggregator/2.1\nDisallow: /private") == (False, None)


def test_a_part_of_our_name_is_somebody_else() -> None:
    for name in ("agg", "aggregatorbot", "news-aggregator", "aggregator-x"):
        assert rules(f"User-agent: {name}\nDisallow: /\nCrawl-delay: 9") == (True, None)


def test_the_longest_rule_wins_and_wildcards_match() -> None:
    assert rules("User-agent: *\nDisallow: /private\nAllow: /private/a") == (True, None)
    assert rules("User-agent: *\nDisallow: /*/a$") == (False, None)
    assert rules("User-agent: *\nDisallow: /priv%61te") == (False, None)


def test_groups_of_others_end_where_ours_begins() -> None:
    assert rules("User-agent: evil\nDisallow: /\nUser-agent: *\nDisallow: /tmp") == (True, None)
    assert rules("User-agent: evil\nUser-agent: *\nDisallow: /") == (False, None)


def test_odd_files() -> None:
    assert rules("\ufeffUser-agent: *\r\nDisallow: /private\r\n") == (False, None)
    assert rules("user-agent:*\rdisallow:/private\r") == (False, None)
    assert rules("<!DOCTYPE html><html><body>Not found</body></html>") == (True, None)
    assert rules("User-agent: *\nDisallow:\n") == (True, None)
    assert rules("User-agent: *\nCrawl-delay: soon\n") == (True, None)
    assert parse_robots(200, b"\xff\xfe\x00User-agent").allows("https://example.org/", AGENT)
    assert parse_robots(200, b"").allows("https://example.org/", AGENT)


def test_only_the_first_500_kib_count() -> None:
    start = b"User-agent: *\nDisallow: /private\n"
    padding = b"#" * 99 + b"\n"
    body = start + padding * (MAX_BYTES // 100) + b"Disallow: /late\n"
    robots = parse_robots(200, body)
    assert not robots.allows("https://example.org/private", AGENT)
    assert robots.allows("https://example.org/late", AGENT)


def test_thousands_of_names_and_rules_cost_no_more_than_a_few() -> None:
    names = "".join(f"User-agent: bot{number}\n" for number in range(10000))
    paths = "".join(f"Disallow: /{number}*a*a*a*a*b\n" for number in range(5000))
    robots = parse_robots(200, f"{names}User-agent: *\n{paths}".encode())
    assert not robots.allows("https://example.org/4" + "a" * 1000 + "b", AGENT)
