"""Header values: Retry-After, numbers, ranges, bytes as text, the User-Agent."""

from datetime import UTC, datetime

import pytest

from aggregator.net import user_agent
from aggregator.net.headers import MAX_RETRY_AFTER, is_whole, number, octets, received, retry_after, text

NOW = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Fri, 01 May 2026 12:05:00 GMT", 300.0),
        ("Friday, 01-May-26 12:05:00 GMT", 300.0),
        ("Fri May  1 12:05:00 2026", 300.0),
        ("Fri, 01 May 2026 14:05:00 +0200", 300.0),
        ("Fri, 01 May 2026 11:00:00 GMT", 0.0),
        ("Wed, 01 May 2999 12:00:00 GMT", MAX_RETRY_AFTER),
        ("999999999", MAX_RETRY_AFTER),
        ("9" * 400, MAX_RETRY_AFTER),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("Fri, 99 May 2026 12:05:00 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_numbers() -> None:
    assert number("12") == 12
    assert number("9" * 99) is not None
    assert [number(value) for value in (None, "", "-1", "1 2", "abc", "²")] == [None] * 6


def test_a_range_that_is_all() -> None:
    assert is_whole("bytes 0-99/100")
    assert not any(map(is_whole, ("bytes 0-99/5000", "bytes 1-99/100", "bytes 0-99/*", "", "x/y")))


def test_bytes_survive_the_way_through_text() -> None:
    for value in (b'"\xe9"', '"é日"'.encode(), b"W/plain", bytes(range(0x80, 0x100))):
        headers = received([(b"ETag", value)])
        assert octets(headers["etag"]) == value


def test_received_headers() -> None:
    headers = received([(b"Link", b"<a>"), (b"LINK", b"<b>"), (b"Set-Cookie", b"id=1"), (b"X", b"")])
    assert headers == {"link": "<a>, <b>", "x": ""}


def test_text_is_utf_8_where_it_can_be() -> None:
    assert text("/caf\u00c3\u00a9") == "/café"
    assert text("/caf\u00e9") == "/café"


def test_the_user_agent_names_a_contact() -> None:
    assert user_agent("1.0", None) == "aggregator/1.0"
    assert user_agent("1.0", "ed@example.org") == "aggregator/1.0 (ed@example.org)"
    assert user_agent("1.0", "https://example.org/bot") == "aggregator/1.0 (+https://example.org/bot)"
    assert user_agent("1.0", "a\r\nX: (b)") == "aggregator/1.0 (aX: b)"
