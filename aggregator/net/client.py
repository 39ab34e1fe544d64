"""Net: fetches, politely and guarded, and follows redirects through the same door."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from types import TracebackType
from urllib.parse import urljoin

from aggregator.errors import FetchError
from aggregator.model import Response
from aggregator.net import headers
from aggregator.net.adaptive_delay import Pace
from aggregator.net.addresses import Networks, networks
from aggregator.net.content_encoding import DecodingError, TooLarge, decode
from aggregator.net.exchange import Answer, Journey
from aggregator.net.request import NetSettings, Request
from aggregator.net.resolver import refusal
from aggregator.net.site_limiter import Cooling, Turns
from aggregator.net.targets import Target, target
from aggregator.net.transport import Answering, Transport
from aggregator.net.transport_errors import Fault
from aggregator.times import http_date, retry_after

_REDIRECTS = (301, 302, 303, 307, 308)
_EMPTY = (204, 205)
_COOL_DOWN = 600.0
"""Seconds that a 429 without Retry-After stands for."""
_log = logging.getLogger(__name__)


class Net:
    """The door. One for the whole program: `async with Net(settings) as net: await net.fetch(Request(url))`.

    Who leaves it open for requests under way closes it on them: they end with a RuntimeError, not with a fault of
    the server's.
    """

    def __init__(self, settings: NetSettings, clock: Callable[[], float] = time.time) -> None:
        self.user_agent = settings.user_agent
        self._settings = settings
        self._clock = clock
        self._turns = Turns(settings.site_gap, settings.site_connections, settings.connections, clock)
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

    def gap(self, site: str) -> float:
        """Seconds between the starts of two requests to a site, as they are now."""
        return self._turns.gap(site)

    def pace(self, site: str) -> Pace | None:
        """What a site's answers have taught about how fast it may be asked; None if it was not asked."""
        return self._turns.pace(site)

    def resume(self, site: str, pace: Pace) -> None:
        """Go on with what was taught before this door was opened."""
        self._turns.resume(site, pace)

    def cooling(self, site: str) -> float:
        """Seconds for which a site is still to be left alone."""
        return self._turns.cooling(site)

    async def fetch(self, request: Request) -> Response:
        """The answer to a GET: a success with its decoded body, or 304 without; FetchError for everything else.

        An answer that pushes back (429, 503 …) with a Retry-After makes other requests fail as "cooling" for that long:
        those to its site, or those of the same `cooldown`.
        `elapsed` is the time on the network, the waiting for a site's turn left out.
        """
        journey = self._journey(request)
        seen = {journey.place.url}
        while (answer := await self._ask(journey)).status in _REDIRECTS:
            journey.place = self._next(journey, answer, seen)
            seen.add(journey.place.url)
            await self._permit(journey)
        return Response(
            requested_url=request.url,
            url=journey.place.url,
            status=answer.status,
            headers=answer.headers,
            body=self._body(journey, answer),
            redirects=tuple(journey.hops),
            elapsed=self._settings.timeout - journey.left,
        )

    async def _permit(self, journey: Journey) -> None:
        """Asks whoever made the request whether this redirect is to be followed."""
        if journey.request.permit is not None:
            try:
                await journey.request.permit(journey.place.url)
            except FetchError as error:
                error.redirects = tuple(journey.hops)
                raise

    def _journey(self, request: Request) -> Journey:
        own = request.allow_private_networks
        allowed = networks(self._settings.allow_private_networks if own is None else own)
        limit = self._settings.max_bytes if request.max_bytes is None else request.max_bytes
        start = target(request.url)
        return Journey(request, start, start, allowed, limit, self._settings.timeout, [])

    async def _ask(self, journey: Journey) -> Answer:
        """One hop: wait for the site's turn, then ask within the time that is left."""
        rules = _rules(journey)
        try:
            async with self._turns.turn(journey.site, journey.word):
                return await self._timed(journey, rules)
        except Cooling as cooling:
            left = max(1, round(cooling.seconds / 60))
            reason = f"not asked: the server wants to be left alone for another {left} min"
            raise journey.error("cooling", reason, retry_after=cooling.seconds) from None

    async def _timed(self, journey: Journey, rules: Networks) -> Answer:
        """The answer to one hop, asked now; its site's pace learns from it."""
        began, answer = asyncio.get_running_loop().time(), None
        try:
            async with self._deadline(journey.left):
                answer = await self._exchange(journey, rules)
        except TimeoutError:
            self._check_open()
            raise journey.error("timeout", _too_slow(journey, self._settings.timeout)) from None
        except Fault as fault:
            raise journey.error(fault.kind, fault.reason) from fault
        finally:
            took = asyncio.get_running_loop().time() - began
            journey.left = max(journey.left - took, 0.0)
            self._turns.learn(journey.site, took, answer.status if answer else None)
        if answer.status >= 400 and (wait := self._wait(answer)):
            self._turns.cool(journey.word or journey.site, wait)
        _log.debug("%s: %d, %d bytes in %.0f ms", journey.place.url, answer.status, len(answer.body), took * 1000)
        return answer

    def _wait(self, answer: Answer) -> float | None:
        """Seconds that an answer asks to wait; reckoned from its own Date, as clocks differ."""
        now = http_date(answer.headers.get("date")) or datetime.fromtimestamp(self._clock(), UTC)
        asked = retry_after(answer.headers.get("retry-after"), now)
        return _COOL_DOWN if asked is None and answer.status == 429 else asked

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

    async def _exchange(self, journey: Journey, rules: Networks) -> Answer:
        journey.received = -1
        lines = headers.sent(journey.request, journey.start, journey.place, self._settings)
        response = await self._transport(rules).ask("GET", journey.place.url, lines, journey.place.host)
        try:
            answer = Answer(response.status, headers.received(response.headers))
            if answer.status // 100 == 2 and answer.status not in _EMPTY:
                answer.body = await _read(journey, answer, response)
            return answer
        finally:
            response.release()

    def _transport(self, rules: Networks) -> Transport:
        """The transport of these rules: a connection opened under one rule never serves another."""
        self._check_open()
        if (transport := self._transports.get(rules)) is None:
            transport = self._transports[rules] = Transport(rules, self._settings.connect_timeout)
        return transport

    def _next(self, journey: Journey, answer: Answer, seen: set[str]) -> Target:
        """Where a redirect leads; notes the hop. Raises FetchError for a loop, too many, or nowhere."""
        location = headers.text(answer.headers.get("location", "")).strip()
        if not location:
            raise journey.error(
                "protocol", f"the server answered {answer.status} without saying where to", answer.status
            )
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

    def _body(self, journey: Journey, answer: Answer) -> bytes:
        """The decoded body of a success; FetchError for all that is none."""
        if answer.status == 304 and headers.is_conditional(journey.request, journey.start, journey.place):
            return b""
        if answer.status == 304:
            raise journey.error("protocol", "the server answered 304 Not Modified to a request without conditions", 304)
        if answer.status // 100 != 2:
            reason = f"the server answered {_phrase(answer.status)}"
            raise journey.error("status", reason, answer.status, self._wait(answer))
        part = answer.headers.get("content-range", "a part")
        if answer.status == 206 and not headers.is_whole(part):
            raise journey.error("protocol", f"the server sent only {part[:100]} of the page", 206)
        try:
            return decode(
                answer.body, answer.headers.get("content-encoding", ""), journey.limit, cut=journey.request.start_alone
            )
        except TooLarge:
            raise journey.error("too_large", _over(journey.limit)) from None
        except DecodingError as error:
            raise journey.error("protocol", str(error)) from error


def _rules(journey: Journey) -> Networks:
    """The rules for this hop's host. A host that is an address is judged here, before it costs a turn."""
    rules = journey.allowed.for_host(journey.place.host)
    address = journey.place.address
    if address is not None and rules.objection(address) is not None:
        raise journey.error("refused", str(refusal(rules, str(address), str(address))))
    return rules


async def _read(journey: Journey, answer: Answer, response: Answering) -> bytes:
    """The body, still encoded. Packed or not, more bytes than the limit can't become fewer."""
    cut = journey.request.start_alone
    if (headers.number(answer.headers.get("content-length")) or 0) > journey.limit and not cut:
        raise journey.error("too_large", _over(journey.limit))
    journey.received = 0
    chunks: list[bytes] = []
    async for chunk in response.chunks():
        journey.received += len(chunk)
        chunks.append(chunk)
        if journey.received > journey.limit:
            if cut:
                break
            raise journey.error("too_large", _over(journey.limit))
    return b"".join(chunks)


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _over(limit: int) -> str:
    return f"the answer is larger than {limit:,} bytes (max_bytes)"


def _too_slow(journey: Journey, timeout: float) -> str:
    if journey.received < 0:
        return f"no answer within {timeout:g} s"
    if journey.received == 0:
        return f"headers came, but nothing of the page within {timeout:g} s"
    return f"only {journey.received:,} bytes came within {timeout:g} s"
