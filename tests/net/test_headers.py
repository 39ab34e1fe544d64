"""Header values: numbers, ranges, bytes as text, the User-Agent."""

from aggregator.net.headers import number, octets, part_of, received, text
from aggregator.net.net_settings import user_agent


def test_numbers() -> None:
    assert number("12") == 12
    assert number("9" * 99) is not None
    assert [number(value) for value in (None, "", "-1", "1 2", "abc", "²")] == [None] * 6


def test_a_range_that_is_all() -> None:
    for whole in ("bytes 0-99/100", ""):
        assert part_of({"content-range": whole}) is None
    for part in ("bytes 0-99/5000", "bytes 1-99/100", "bytes 0-99/*", "x/y"):
        assert part_of({"content-range": part}) == part
    assert part_of({"content-type": "multipart/byteranges; boundary=x"}) == "parts"


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
