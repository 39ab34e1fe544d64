"""Fetches, politely and guarded, and follows redirects under the same rules: `Net`."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from types import TracebackType
from urllib.parse import urljoin

import httpx

from aggregator.errors import FetchError
from aggregator.model import Response
from aggregator.net import headers
from aggregator.net.adaptive_delay import AdaptiveDelay
from aggregator.net.addresses import Networks, networks
from aggregator.net.content_encoding import DecodingError, TooLarge, decode
from aggregator.net.exchange import Answer, Exchange
from aggregator.net.net_settings import NetSettings
from aggregator.net.proxies import proxy_of
from aggregator.net.request import Request
from aggregator.net.resolver import refusal
from aggregator.net.site_limiter import CoolingDown, SiteLimiter, Take
from aggregator.net.targets import Target, target
from aggregator.net.transport import Transport
from aggregator.net.transport_errors import from_httpx
from aggregator.times import http_date, retry_after

_REDIRECTS = (301, 302, 303, 307, 308)
_EMPTY = (204, 205)
_DEFAULT_COOLDOWN_SECONDS = 600.0
"""The cooldown after a 429 without Retry-After."""
_log = logging.getLogger(__name__)


class Net:
    """Fetches for the whole program: `async with Net(settings) as net: await net.fetch(Request(url))`.

    `clock`: seconds since 1970, by which cooldowns end. `transport`: any transport of httpx instead of the guarded one,
    such as `httpx.MockTransport`. Redirects, limits, politeness and the refusal of private addresses in URLs stay as
    they are; which addresses a name may lead to is then the transport's affair. It is closed with the Net.
    `take`: spaces requests between processes, see `SiteLimiter`.

    `answers` counts what was answered, whatever it was.

    Closing ends requests under way with a RuntimeError, as that is no failure of a server.
    """

    def __init__(
        self,
        settings: NetSettings,
        clock: Callable[[], float] = time.time,
        transport: httpx.AsyncBaseTransport | None = None,
        take: Take | None = None,
    ) -> None:
        self.user_agent = settings.user_agent
        self.site_gap = settings.site_gap
        self.answers = 0
        self._settings = settings
        self._clock = clock
        self._limiter = SiteLimiter(settings.site_gap, settings.site_connections, settings.connections, clock, take)
        self._client = _Client(
            transport=transport or Transport(settings.connect_timeout),
            event_hooks={"response": [_set_location_aside]},
            timeout=httpx.Timeout(None, connect=settings.connect_timeout),
            trust_env=False,
        )
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
        await self._client.aclose()

    def set_gap(self, site: str, seconds: float | None) -> None:
        """Gives a site its own gap between requests (its Crawl-delay); None takes it back."""
        self._limiter.set_gap(site, seconds)

    def gap(self, site: str) -> float:
        """Returns the seconds between the starts of two requests to a site, as they are now."""
        return self._limiter.gap(site)

    def delay(self, site: str) -> AdaptiveDelay | None:
        """Returns what a site's answers said of how fast it may be asked; None if it was not asked."""
        return self._limiter.delay(site)

    def restore(self, site: str, delay: AdaptiveDelay) -> None:
        """Goes on with what was learnt of a site before this Net was opened."""
        self._limiter.restore(site, delay)

    def cooldown(self, site: str) -> float:
        """Returns the seconds for which a site is not asked yet."""
        return self._limiter.cooldown(site)

    async def fetch(self, request: Request) -> Response:
        """Returns the answer to a request: a success with its decoded body, or 304 without. Raises FetchError for
        everything else, a redirect of what is posted too.

        A Retry-After of a failure (429, 503 …) makes other requests fail as "cooling" for that long: those to its
        site, or those of the same `cooldown`. `elapsed` is the time on the network, without the waiting for the site.
        """
        exchange = self._begin(request)
        seen = {exchange.target.url}
        while (answer := await self._ask(exchange)).status in _REDIRECTS:
            exchange.target = self._next(exchange, answer, seen)
            seen.add(exchange.target.url)
            await self._permit(exchange)
        return Response(
            requested_url=request.url,
            url=exchange.target.url,
            status=answer.status,
            headers=answer.headers,
            body=self._body(exchange, answer),
            redirects=tuple(exchange.redirects),
            elapsed=self._settings.timeout - exchange.seconds_left,
        )

    async def _permit(self, exchange: Exchange) -> None:
        """Asks whoever made the request whether this redirect is to be followed."""
        if exchange.request.permit is not None:
            try:
                await exchange.request.permit(exchange.target.url)
            except FetchError as error:
                error.redirects = tuple(exchange.redirects)
                raise

    def _begin(self, request: Request) -> Exchange:
        own = request.allow_private_networks
        allowed = networks(self._settings.allow_private_networks if own is None else own)
        max_bytes = self._settings.max_bytes if request.max_bytes is None else request.max_bytes
        start = target(request.url)
        proxy = self._settings.proxy if request.proxy is None else request.proxy
        return Exchange(request, start, start, allowed, proxy, max_bytes, self._settings.timeout, [])

    async def _ask(self, exchange: Exchange) -> Answer:
        """Sends one request when its site may be asked, within the time that is left."""
        rules = _rules(exchange)
        try:
            starting = None if exchange.redirects else exchange.request.starting
            async with self._limiter.slot(exchange.site, exchange.cooldown_key, starting):
                return await self._timed(exchange, rules)
        except CoolingDown as cooling:
            left = max(1, round(cooling.seconds / 60))
            reason = f"not asked: the server wants to be left alone for another {left} min"
            raise exchange.error("cooling", reason, retry_after=cooling.seconds) from None

    async def _timed(self, exchange: Exchange, rules: Networks) -> Answer:
        """Sends one request now; the delay of its site adapts to the answer."""
        began, answer = asyncio.get_running_loop().time(), None
        try:
            async with self._deadline(exchange.seconds_left):
                answer = await self._send(exchange, rules)
                self.answers += 1
        except TimeoutError:
            self._check_open()
            raise exchange.error("timeout", _too_slow(exchange, self._settings.timeout)) from None
        except (httpx.TransportError, httpx.InvalidURL) as error:
            failure = from_httpx(error, exchange.target.host)
            raise exchange.error(failure.kind, failure.reason) from error
        finally:
            took = asyncio.get_running_loop().time() - began
            exchange.seconds_left = max(exchange.seconds_left - took, 0.0)
            self._limiter.record_response(exchange.site, took, answer.status if answer else None)
        if answer.status >= 400 and (wait := self._wait(answer)):
            self._limiter.start_cooldown(exchange.cooldown_key or exchange.site, wait)
        _log.debug("%s: %d, %d bytes in %.0f ms", exchange.target.url, answer.status, len(answer.body), took * 1000)
        return answer

    def _wait(self, answer: Answer) -> float | None:
        """Returns the seconds that an answer asks to wait; reckoned from its own Date, as clocks differ."""
        now = http_date(answer.headers.get("date")) or datetime.fromtimestamp(self._clock(), UTC)
        asked = retry_after(answer.headers.get("retry-after"), now)
        return _DEFAULT_COOLDOWN_SECONDS if asked is None and answer.status == 429 else asked

    @asynccontextmanager
    async def _deadline(self, seconds: float) -> AsyncIterator[None]:
        """Bounds the time of what is inside, which ends at once when this Net is closed."""
        async with asyncio.timeout(seconds) as deadline:
            self._under_way.add(deadline)
            try:
                yield
            finally:
                self._under_way.discard(deadline)

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("the network is closed")

    async def _send(self, exchange: Exchange, rules: Networks) -> Answer:
        self._check_open()
        exchange.received = -1
        lines = headers.sent(exchange.request, exchange.start, exchange.target, self._settings)
        extensions = {"networks": rules, "proxy": proxy_of(exchange.proxy, exchange.target)}
        # With a stream given, httpx adds no headers of its own, which takes it as long as to parse the URL.
        posted = exchange.request.post
        method, stream = ("GET", _NO_BODY) if posted is None else ("POST", httpx.ByteStream(posted))
        request = httpx.Request(method, exchange.target.url, headers=lines, stream=stream, extensions=extensions)
        response = await self._client.send(request, stream=True)
        try:
            raw = response.extensions.get("raw_headers", response.headers.raw)
            answer = Answer(response.status_code, headers.received(raw))
            if answer.status // 100 == 2 and answer.status not in _EMPTY:
                answer.body = await _read(exchange, answer, response)
            return answer
        finally:
            await response.aclose()

    def _next(self, exchange: Exchange, answer: Answer, seen: set[str]) -> Target:
        """Returns where a redirect leads, and records it. Raises FetchError for a loop, too many, or nowhere."""
        location = headers.text(answer.headers.get("location", "")).strip()
        if exchange.request.post is not None:
            reason = f"redirected to {location[:200]!r}, where nothing is posted; name the address that takes it"
            raise exchange.error("redirects", reason, answer.status)
        if not location:
            raise exchange.error(
                "protocol", f"the server answered {answer.status} without saying where to", answer.status
            )
        if len(exchange.redirects) >= self._settings.max_redirects:
            raise exchange.error("redirects", f"more than {self._settings.max_redirects} redirects")
        try:
            goal = target(urljoin(exchange.target.url, location))
        except FetchError as error:
            raise exchange.error(error.kind, f"redirected to {error}") from None
        except ValueError:
            raise exchange.error("protocol", f"redirected to {location[:200]!r}, which is not a URL") from None
        if goal.url in seen:
            raise exchange.error("redirects", f"redirected in a loop, back to {goal.url}; it may insist on cookies")
        exchange.redirects.append((answer.status, goal.url))
        return goal

    def _body(self, exchange: Exchange, answer: Answer) -> bytes:
        """Returns the decoded body of a success. Raises FetchError for any other answer."""
        if answer.status == 304 and headers.is_conditional(exchange.request, exchange.start, exchange.target):
            return b""
        if answer.status == 304:
            reason = "the server answered 304 Not Modified to a request without conditions"
            raise exchange.error("protocol", reason, 304)
        if answer.status // 100 != 2:
            reason = f"the server answered {_phrase(answer.status)}"
            raise exchange.error("status", reason, answer.status, self._wait(answer))
        part = headers.part_of(answer.headers) if answer.status == 206 else None
        if part is not None:
            raise exchange.error("protocol", f"the server sent only {part[:100]} of the page", 206)
        encodings, truncate = answer.headers.get("content-encoding", ""), exchange.request.truncate
        try:
            return decode(answer.body, encodings, exchange.max_bytes, cut=truncate)
        except TooLarge:
            raise exchange.error("too_large", _over(exchange.max_bytes)) from None
        except DecodingError as error:
            raise exchange.error("protocol", str(error)) from error


class _NoCookies(httpx.Cookies):
    """A jar that takes no cookie."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Leaves all cookies where they are."""


class _Client(httpx.AsyncClient):
    """httpx's client, without its cookies: to look for some would cost each request as much as to make it."""

    @property  # type: ignore[misc]  # nobody sets them
    def cookies(self) -> httpx.Cookies:
        return _NO_COOKIES


_NO_COOKIES = _NoCookies()
_NO_BODY = httpx.ByteStream(b"")


async def _set_location_aside(response: httpx.Response) -> None:
    """Keeps httpx from reading the Location, which it refuses in spellings that servers use and browsers follow."""
    if response.has_redirect_location:
        response.extensions["raw_headers"] = response.headers.raw
        response.headers = httpx.Headers([pair for pair in response.headers.raw if pair[0].lower() != b"location"])


def _rules(exchange: Exchange) -> Networks:
    """Returns the rules for the target's host. Raises FetchError at once for an address or a name that they refuse."""
    host = exchange.target.host
    rules = exchange.allowed.for_host(host)
    if (word := rules.objection_to_name(host)) is not None:
        how = f"to allow it, set allow_private_networks to true or to a list with {host}"
        raise exchange.error("refused", f"{host} is {word}; {how}")
    address = exchange.target.address
    if address is not None and rules.objection(address) is not None:
        raise exchange.error("refused", str(refusal(rules, str(address), str(address))))
    return rules


async def _read(exchange: Exchange, answer: Answer, response: httpx.Response) -> bytes:
    """Reads the body, still encoded. Encoded or not, more bytes than the limit can't become fewer."""
    truncate = exchange.request.truncate
    if (headers.number(answer.headers.get("content-length")) or 0) > exchange.max_bytes and not truncate:
        raise exchange.error("too_large", _over(exchange.max_bytes))
    exchange.received = 0
    chunks: list[bytes] = []
    assert isinstance(response.stream, httpx.AsyncByteStream)
    async for chunk in response.stream:  # the raw bytes, also where a transport decoded them already
        exchange.received += len(chunk)
        chunks.append(chunk)
        if exchange.received > exchange.max_bytes:
            if truncate:
                break
            raise exchange.error("too_large", _over(exchange.max_bytes))
    return b"".join(chunks)


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _over(limit: int) -> str:
    return f"the answer is larger than {limit:,} bytes (max_bytes)"


def _too_slow(exchange: Exchange, timeout: float) -> str:
    if exchange.received < 0:
        return f"no answer within {timeout:g} s"
    if exchange.received == 0:
        return f"headers came, but nothing of the page within {timeout:g} s"
    return f"only {exchange.received:,} bytes came within {timeout:g} s"
