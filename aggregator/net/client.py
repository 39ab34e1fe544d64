"""Net: fetches, politely and guarded, and follows redirects through the same door."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from types import TracebackType
from urllib.parse import urljoin

import httpx

from aggregator.errors import FetchError, FetchKind
from aggregator.model import Response
from aggregator.net import headers
from aggregator.net.addresses import Networks, networks
from aggregator.net.decoding import DecodingError, TooLarge, decode
from aggregator.net.faults import Fault
from aggregator.net.politeness import Turns
from aggregator.net.requests import NetSettings, Request
from aggregator.net.resolver import refusal
from aggregator.net.targets import Target, target, without_login
from aggregator.net.transport import Transport
from aggregator.urls import site_of

_REDIRECTS = (301, 302, 303, 307, 308)
_EMPTY = (204, 205)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Answer:
    """One hop's answer: status, headers (lower-case names) and the body, still encoded."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


@dataclass(slots=True)
class _Journey:
    """One fetch on its way: where it is, how it came there, and the seconds it may still take."""

    request: Request
    start: Target
    place: Target
    allowed: Networks
    limit: int
    left: float
    hops: list[tuple[int, str]]
    received: int = -1  # bytes of this hop's body; -1 before its headers

    def error(self, kind: FetchKind, reason: str, answer: _Answer | None = None) -> FetchError:
        """A FetchError that names the address first asked for, and where it led to."""
        if self.hops:
            reason = f"redirected to {self.place.url}: {reason}"
        url = without_login(self.request.url)
        if answer is None:
            return FetchError(kind, url, reason)
        wait = headers.retry_after(answer.headers.get("retry-after"), datetime.now(UTC))
        return FetchError(kind, url, reason, status=answer.status, retry_after=wait)


class Net:
    """The door. One for the whole program: `async with Net(settings) as net: await net.fetch(Request(url))`.

    Who leaves it open for requests under way closes it on them: they end with a RuntimeError, not with a fault of
    the server's.
    """

    def __init__(self, settings: NetSettings) -> None:
        self._settings = settings
        self._turns = Turns(settings.site_gap, settings.site_connections, settings.connections)
        self._transports: dict[Networks, Transport] = {}
        self._under_way: set[asyncio.Timeout] = set()
        self._closed = False

    async def __aenter__(self) -> "Net":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        for deadline in self._under_way:
            deadline.reschedule(0)
        for transport in self._transports.values():
            await transport.aclose()
        self._transports.clear()

    def set_gap(self, site: str, seconds: float | None) -> None:
        """Give a site its own gap between requests (its Crawl-delay); None takes it back."""
        self._turns.set_gap(site, seconds)

    async def fetch(self, request: Request) -> Response:
        """The answer to a GET: a success with its decoded body, or 304 without; FetchError for everything else.

        `elapsed` is the time on the network, the waiting for a site's turn left out.
        """
        journey = self._journey(request)
        seen = {journey.place.url}
        while (answer := await self._ask(journey)).status in _REDIRECTS:
            journey.place = self._next(journey, answer, seen)
            seen.add(journey.place.url)
        return Response(
            requested_url=request.url,
            url=journey.place.url,
            status=answer.status,
            headers=answer.headers,
            body=_body(journey, answer),
            redirects=tuple(journey.hops),
            elapsed=self._settings.timeout - journey.left,
        )

    def _journey(self, request: Request) -> _Journey:
        own = request.allow_private_networks
        allowed = networks(self._settings.allow_private_networks if own is None else own)
        limit = self._settings.max_bytes if request.max_bytes is None else request.max_bytes
        start = target(request.url)
        return _Journey(request, start, start, allowed, limit, self._settings.timeout, [])

    async def _ask(self, journey: _Journey) -> _Answer:
        """One hop: wait for the site's turn, then ask within the time that is left."""
        rules = _rules(journey)
        loop = asyncio.get_running_loop()
        async with self._turns.turn(_site(journey)):
            began = loop.time()
            try:
                async with self._deadline(journey.left):
                    answer = await self._exchange(journey, rules)
            except TimeoutError:
                self._check_open()
                raise journey.error("timeout", _too_slow(journey, self._settings.timeout)) from None
            except Fault as fault:
                raise journey.error(fault.kind, fault.reason) from fault
            finally:
                took = loop.time() - began
                journey.left = max(journey.left - took, 0.0)
        _log.debug("%s: %d, %d bytes in %.0f ms", journey.place.url, answer.status, len(answer.body), took * 1000)
        return answer

    @asynccontextmanager
    async def _deadline(self, seconds: float) -> AsyncIterator[None]:
        """Bound the time of what is inside; it ends at once when the door closes."""
        async with asyncio.timeout(seconds) as deadline:
            self._under_way.add(deadline)
            try:
                yield
            finally:
                self._under_way.discard(deadline)

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("the network is closed")

    async def _exchange(self, journey: _Journey, rules: Networks) -> _Answer:
        journey.received = -1
        lines = headers.sent(journey.request, journey.start, journey.place, self._settings)
        response = await self._transport(rules).handle_async_request(
            httpx.Request("GET", journey.place.url, headers=lines)
        )
        try:
            answer = _Answer(response.status_code, headers.received(response.headers))
            if answer.status // 100 == 2 and answer.status not in _EMPTY:
                answer.body = await _read(journey, answer, response)
            return answer
        finally:
            await response.aclose()

    def _transport(self, rules: Networks) -> Transport:
        """The transport of these rules: a connection opened under one rule never serves another."""
        self._check_open()
        if (transport := self._transports.get(rules)) is None:
            transport = self._transports[rules] = Transport(rules, self._settings.connect_timeout)
        return transport

    def _next(self, journey: _Journey, answer: _Answer, seen: set[str]) -> Target:
        """Where a redirect leads; notes the hop. Raises FetchError for a loop, too many, or nowhere."""
        location = headers.text(answer.headers.get("location", "")).strip()
        if not location:
            raise journey.error("protocol", f"the server answered {answer.status} without saying where to", answer)
        if len(journey.hops) >= self._settings.max_redirects:
            raise journey.error("redirects", f"more than {self._settings.max_redirects} redirects")
        try:
            place = target(urljoin(journey.place.url, location))
        except FetchError as error:
            raise journey.error(error.kind, f"redirected to {error}") from None
        except ValueError:
            raise journey.error("protocol", f"redirected to {location[:200]!r}, which is not a URL") from None
        if place.url in seen:
            raise journey.error("redirects", f"redirected in a loop, back to {place.url}; it may insist on cookies")
        journey.hops.append((answer.status, place.url))
        return place


def _rules(journey: _Journey) -> Networks:
    """The rules for this hop's host. A host that is an address is judged here, before it costs a turn."""
    rules = journey.allowed.for_host(journey.place.host)
    address = journey.place.address
    if address is not None and rules.objection(address) is not None:
        raise journey.error("refused", str(refusal(rules, str(address), str(address))))
    return rules


def _site(journey: _Journey) -> str:
    """The key of politeness of this hop: the request's own as long as the hop stays on its site."""
    key = journey.request.site
    if key is not None and (journey.place is journey.start or site_of(journey.place.url) == site_of(journey.start.url)):
        return key
    return site_of(journey.place.url)


async def _read(journey: _Journey, answer: _Answer, response: httpx.Response) -> bytes:
    """The body, still encoded. Packed or not, more bytes than the limit can't become fewer."""
    if (headers.number(answer.headers.get("content-length")) or 0) > journey.limit:
        raise journey.error("too_large", _over(journey.limit))
    journey.received = 0
    chunks: list[bytes] = []
    async for chunk in response.stream:  # type: ignore[union-attr]  # the transport's is asynchronous
        journey.received += len(chunk)
        if journey.received > journey.limit:
            raise journey.error("too_large", _over(journey.limit))
        chunks.append(chunk)
    return b"".join(chunks)


def _body(journey: _Journey, answer: _Answer) -> bytes:
    """The decoded body of a success; FetchError for all that is none."""
    if answer.status == 304 and headers.is_conditional(journey.request):
        return b""
    if answer.status == 304:
        raise journey.error("protocol", "the server answered 304 Not Modified to a request without conditions", answer)
    if answer.status // 100 != 2:
        raise journey.error("status", f"the server answered {_phrase(answer.status)}", answer)
    part = answer.headers.get("content-range", "a part")
    if answer.status == 206 and not headers.is_whole(part):
        raise journey.error("protocol", f"the server sent only {part[:100]} of the page", answer)
    try:
        return decode(answer.body, answer.headers.get("content-encoding", ""), journey.limit)
    except TooLarge:
        raise journey.error("too_large", _over(journey.limit)) from None
    except DecodingError as error:
        raise journey.error("protocol", str(error)) from error


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _over(limit: int) -> str:
    return f"the answer is larger than {limit:,} bytes (max_bytes)"


def _too_slow(journey: _Journey, timeout: float) -> str:
    if journey.received < 0:
        return f"no answer within {timeout:g} s"
    if journey.received == 0:
        return f"headers came, but nothing of the page within {timeout:g} s"
    return f"only {journey.received:,} bytes came within {timeout:g} s"
