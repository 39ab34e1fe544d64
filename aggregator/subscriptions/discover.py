"""Finds the feeds of a page: each candidate is fetched as politely as in a visit, read, and shown.

No database is needed: nothing is remembered but for the length of the search.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from aggregator.articles import pool_jobs
from aggregator.config.models import Settings
from aggregator.errors import ExtractionError, FeedError, FetchError
from aggregator.feeds import candidates as discovery
from aggregator.feeds.candidates import FeedCandidate, PossibleFeed
from aggregator.model import FeedDocument, Response, RobotsAnswer
from aggregator.net.client import Net
from aggregator.net.net_settings import net_settings
from aggregator.net.request import FEED_TYPES, Request
from aggregator.net.robots_policy import RobotsPolicy
from aggregator.pool import Pool
from aggregator.urls import site_of

MAX_ADDRESSES = 16  # asked for, of those that a page names
_PAGE_FAILURES = ("status", "robots", "redirects", "too_large", "protocol")  # the rest of the site may be well
_log = logging.getLogger(__name__)
Tell = Callable[[str], None]
"""Told of each address before it is asked for."""


def discover(url: str, settings: Settings, tell: Tell = lambda _: None) -> list[FeedCandidate]:
    """Returns what can be subscribed at `url`, best first; the feed alone if it is one itself.

    Raises FetchError if the page can't be had.
    """

    async def work(search: "_Search") -> list[FeedCandidate]:
        try:
            return await _discover(search, url)
        except FetchError as error:
            return await _around(search, url, error)

    return _run(settings, tell, work)


def read_or_discover(
    url: str, links: str | None, settings: Settings, tell: Tell = lambda _: None
) -> FeedCandidate | list[FeedCandidate]:
    """Returns the feed that `url` is, else what was discovered from it. Raises FetchError, and FeedError where `links`
    finds none."""

    async def work(search: "_Search") -> FeedCandidate | list[FeedCandidate]:
        if links is None:
            found = await _discover(search, url)
            return found[0] if found and found[0].found_by == "itself" else found
        response = await search.ask(url)
        return discovery.candidate(PossibleFeed(url, "itself"), await search.parse(response, links), now())

    return _run(settings, tell, work)


def rediscover(
    lost: Iterable["Lost"], settings: Settings, tell: Tell = lambda _: None
) -> dict[str, list[FeedCandidate]]:
    """Returns for each lost feed, by its URL, the feeds that its site has now, the likeliest first."""

    async def work(search: "_Search") -> dict[str, list[FeedCandidate]]:
        some = list(lost)
        found = await asyncio.gather(*(_rediscover(search, one) for one in some))  # each site keeps its gap
        return {one.url: there for one, there in zip(some, found, strict=True)}

    return _run(settings, tell, work)


@dataclass(frozen=True, slots=True)
class Lost:
    """Holds what is known of a feed whose address holds none any more. `link`: the page that it named as its own."""

    url: str
    title: str | None
    link: str | None


T = TypeVar("T")


def _run(settings: Settings, tell: Tell, work: "Callable[[_Search], Coroutine[Any, Any, T]]") -> T:
    async def run() -> T:
        pool = Pool(1)
        try:
            async with Net(net_settings(settings)) as net:
                return await work(_Search(net, pool, settings, tell))
        finally:
            pool.close()

    return asyncio.run(run())


class _Memory:
    """Remembers robots.txt for the length of a search, and tells of each before it is asked for."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    async def get(self, origin: str) -> None:
        self._tell(f"{origin}/robots.txt")

    async def put(self, origin: str, answer: RobotsAnswer) -> None:
        """The policy remembers the rules that it read already."""

    async def pause(self, site: str, seconds: float) -> None:
        """The network remembers it for as long as it is open."""


class _Search:
    """Asks for the addresses of one search, as politely as a visit."""

    def __init__(self, net: Net, pool: Pool, settings: Settings, tell: Tell) -> None:
        self.net, self.pool, self.tell = net, pool, tell
        self.policy = RobotsPolicy(net, _Memory(tell), time.time)
        self.respect_robots = settings.respect_robots

    async def ask(self, url: str) -> Response:
        """Returns the answer. Raises FetchError, also where robots.txt forbids to ask."""
        permit = self.policy.permit(url) if self.respect_robots else None
        if permit is not None:
            await permit(url)
        self.tell(url)
        return await self.net.fetch(Request(url, accept=f"text/html, {FEED_TYPES}", permit=permit))

    async def parse(self, response: Response, links: str | None = None) -> FeedDocument:
        """Returns the feed of an answer. Raises FeedError."""
        try:
            return await self.pool.run(pool_jobs.parse, response.body, dict(response.headers), response.url, links)
        except ExtractionError as error:
            raise FeedError(f"{response.url}: {error}") from None

    async def candidates(self, places: Iterable[PossibleFeed], enough: int = MAX_ADDRESSES) -> list[FeedCandidate]:
        """Returns those of the places that hold a document with something in it, until there are `enough`."""
        found: dict[str, FeedCandidate] = {}
        for place in places:
            if len(found) >= enough:
                break
            try:
                response = await self.ask(place.url)
                document = await self.parse(response)
            except (FetchError, FeedError) as error:
                _log.info("no candidate: %s", error)
                continue
            kept = replace(place, url=response.moved_to or place.url)
            found.setdefault(response.url, discovery.candidate(kept, document, now()))
        return list(found.values())


def now() -> int:
    """Returns the seconds since 1970, UTC."""
    return int(time.time())


async def _around(search: _Search, url: str, error: FetchError) -> list[FeedCandidate]:
    """Returns what stands at common addresses of a site whose page can't be had; raises the error if nothing does."""
    if error.kind not in _PAGE_FAILURES:
        raise error
    found = await search.candidates(discovery.common(url), 1)
    maps = await _sitemaps_of(search, url)
    found += await search.candidates([place for place in maps if place.found_by == "robots"], 2)
    if not found:
        raise error
    return discovery.best_first(found, now())


async def _discover(search: _Search, url: str) -> list[FeedCandidate]:
    response = await search.ask(url)
    try:
        document = await search.parse(response)
        return [discovery.candidate(PossibleFeed(response.moved_to or url, "itself"), document, now())]
    except FeedError as error:
        _log.info("%s; looking around it", error)
    found = await _feeds_of(search, response)
    maps = await _sitemaps_of(search, response.url)
    if found:  # then a sitemap is worth asking for only if it is one of news
        maps = [place for place in maps if place.found_by == "robots" and "news" in place.url.lower()]
    found += await search.candidates(maps, 2)
    try:
        section = await search.parse(response, "auto")
        found.append(discovery.candidate(PossibleFeed(url, "page"), section, now()))
    except FeedError:
        pass
    return discovery.best_first(found, now())


async def _sitemaps_of(search: _Search, url: str) -> list[PossibleFeed]:
    try:
        text = (await search.policy.rules(url)).text
    except FetchError:  # it was not needed for the page itself
        text = ""
    return discovery.sitemaps(text, url)


async def _feeds_of(search: _Search, response: Response) -> list[FeedCandidate]:
    """Returns the feeds that a page names; if none of them is one, those at common addresses."""
    places = await search.pool.run(discovery.named, response.body, response.headers.get("content-type"), response.url)
    found = await search.candidates(places[:MAX_ADDRESSES])
    return found or await search.candidates(discovery.common(response.url), 1)


async def _rediscover(search: _Search, lost: Lost) -> list[FeedCandidate]:
    top = urljoin(lost.url, "/")
    pages = dict.fromkeys(page for page in (lost.link, top, f"{urlsplit(top).scheme}://{site_of(top)}/") if page)
    for page in pages:
        if page == lost.url:
            continue
        try:
            found = await _feeds_of(search, await search.ask(page))
        except FetchError as error:
            _log.info("not to be found there: %s", error)
            continue
        fit = [one for one in discovery.best_first(found, now()) if one.entries and one.url != lost.url]
        if fit:
            return sorted(fit, key=lambda one: not (lost.title and one.title == lost.title))
    return []
