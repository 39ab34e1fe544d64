"""A server that keeps score of how a feed reader behaves, as the well-known feed-reader score project does.

Its rules, of which each breach is one complaint:

- The request: no cookie, no referrer, no parameters added to the address, gzip accepted, a User-Agent that says who it
  is, which version, and whom to write to.
- Conditional requests carry what the server gave last, byte for byte, and come once an hour at most, unless the feed's
  own hints allow more. A request without conditions comes once in 24 hours at most where the server gives validators.
- What a feed asks for (ttl, max-age, Retry-After, 410 Gone) is obeyed; of robots.txt one request a day is enough.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from tests.servers import Reply, Seen, Server

HOUR = 3600
DAY = 86400


@dataclass(slots=True)
class Address:
    """One scored address, what was asked of it, and what it said. `answer(seen, now)` is what it does.

    `least`: seconds between two requests; `validators`: the bytes of (ETag, Last-Modified) that it gave last.
    """

    url: str
    answer: Callable[[Seen, float], Reply]
    least: float = HOUR
    asked: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)  # answers with a body to requests without conditions
    answers: list[int] = field(default_factory=list)
    validators: tuple[bytes | None, bytes | None] = (None, None)
    quiet_until: float = 0.0
    told_at: float = 0.0
    gone: bool = False


class Scorekeeper:
    """Servers on loopback hosts of their own (each a site), whose addresses are scored by one clock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._servers: list[Server] = []
        self.addresses: dict[str, Address] = {}
        self.complaints: list[str] = []

    def __enter__(self) -> "Scorekeeper":
        return self

    def __exit__(self, *error: object) -> None:
        for server in self._servers:
            server.__exit__(None, None, None)

    def host(self) -> Server:
        """One more host; its robots.txt is scored already."""
        server = Server(f"127.0.7.{len(self._servers) + 1}")
        server.__enter__()
        self._servers.append(server)
        server.otherwise(lambda seen: self._unasked(server, seen))
        self.score(server, "/robots.txt", lambda seen, now: Reply(b"User-agent: *\nDisallow: /no\n"), least=DAY)
        return server

    def score(self, server: Server, path: str, answer: Callable[[Seen, float], Reply], least: float = HOUR) -> Address:
        """Puts a scored address on a host."""
        address = Address(server.url(path), answer, least)
        self.addresses[address.url] = address
        server.route(path, lambda seen: self._answer(address, seen))
        return address

    def feed(
        self, path: str, answer: Callable[[Seen, float], Reply], least: float = HOUR, on: Server | None = None
    ) -> Address:
        """A scored feed, on a host of its own unless one is given."""
        return self.score(on or self.host(), path, answer, least)

    def _answer(self, address: Address, seen: Seen) -> Reply:
        now = self._clock()
        reply = address.answer(seen, now)
        self._judge(address, seen, reply, now)
        address.asked.append(now)
        address.answers.append(reply.status)
        headers = dict(reply.headers)
        if reply.status == 200:
            if not _conditions(seen):
                address.whole.append(now)
            address.validators = (_octets(headers.get("ETag")), _octets(headers.get("Last-Modified")))
        address.gone = address.gone or reply.status == 410
        if "Retry-After" in headers:
            address.told_at = now
            address.quiet_until = now + _seconds(str(headers["Retry-After"]), now)
        return Reply(reply.body, reply.status, headers | {"Date": http_date(now)})

    def _judge(self, address: Address, seen: Seen, reply: Reply, now: float) -> None:
        def complain(what: str) -> None:
            self.complaints.append(f"{address.url}, request {len(address.asked) + 1}: {what}")

        self._judge_request(seen, complain)
        if address.asked and now - address.asked[-1] < address.least:
            complain(f"after {now - address.asked[-1]:.0f} s, not {address.least:.0f}")
        if address.gone:
            complain("after it was gone")
        same_site = [
            other for url, other in self.addresses.items() if url.startswith(address.url.rpartition(":")[0] + ":")
        ]
        # What was on its way when another request was told to wait comes in the same second: the clock stands still
        # then.
        if any(other.told_at + 1 < now < other.quiet_until for other in same_site):
            complain("before the end of a Retry-After")
        given = tuple(value for value in address.validators)
        sent = (seen.headers.get("if-none-match"), seen.headers.get("if-modified-since"))
        if any(sent):
            if sent != given:
                complain(f"sends {sent}, was given {given}")
        elif any(given) and reply.status == 200 and address.whole and now - address.whole[-1] < DAY:
            complain(f"without conditions, {now - address.whole[-1]:.0f} s after the last of these")

    def _judge_request(self, seen: Seen, complain: Callable[[str], None]) -> None:
        if seen.method != "GET" or "?" in seen.target:
            complain(f"{seen.method} {seen.target}")
        for name in ("cookie", "referer", "cookie2", "origin", "pragma", "cache-control"):
            if name in seen.headers:
                complain(f"sends {name}")
        if "gzip" not in (seen.header("accept-encoding") or ""):
            complain("does not accept gzip")
        agent = seen.header("user-agent") or ""
        if (
            not agent.startswith("aggregator/")
            or "ed@example.org" not in agent
            or seen.header("from") != "ed@example.org"
        ):
            complain(f"does not say who it is: {agent}")

    def _unasked(self, server: Server, seen: Seen) -> Reply:
        self.complaints.append(f"{server.url(seen.target)}: nobody told it to ask for this")
        return Reply(b"", 404)


def http_date(at: float) -> str:
    """A time as HTTP writes it."""
    return format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)


def _conditions(seen: Seen) -> bool:
    return bool(seen.headers.keys() & {"if-none-match", "if-modified-since"})


def _octets(value: str | bytes | None) -> bytes | None:
    return value.encode("latin-1") if isinstance(value, str) else value


def _seconds(value: str, now: float) -> float:
    if value.isdigit():
        return float(value)
    return (datetime.strptime(value, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)).timestamp() - now
