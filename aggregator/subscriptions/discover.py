"""Finding the feeds of a page: each candidate is fetched politely through the one door, read, and shown.

No database is needed: nothing is remembered but for the length of the search.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from aggregator.config.models import Settings
from aggregator.errors import ExtractionError, FeedError, FetchError
from aggregator.feeds import candidates as discovery
from aggregator.feeds import parse_feed
from aggregator.feeds.candidates import FeedCandidate, PossibleFeed
from aggregator.model import FeedDocument, Response
from aggregator.net import Net, Request
from aggregator.net.request import FEED_TYPES, net_settings
from aggregator.net.robots_txt import parse_robots
from aggregator.pool import Pool
from aggregator.urls import site_of

MOST_ASKED = 16  # of the addresses that a page names
_OF_THE_PAGE = ("status", "robots", "redirects", "too_large", "protocol")  # faults that leave the rest of a site
_log = logging.getLogger(__name__)
Tell = Callable[[str], None]
"""Told of each address before it is asked for."""


def discover(url: str, settings: Settings, tell: Tell = lambda _: None) -> list[FeedCandidate]:
    """What can be subscribed at `url`, best first; the feed alone if it is one itself.

    Raises FetchError if the page can't be had.
    """

    async def search(door: "_Door") -> list[FeedCandidate]:
        try:
            return await _discover(door, url)
        except FetchError as error:
            return await _around(door, url, error)

    return _with_door(settings, tell, search)


def look(
    url: str, links: str | None, settings: Settings, tell: Tell = lambda _: None
) -> FeedCandidate | list[FeedCandidate]:
    """The feed that `url` is, else what was discovered from it. Raises FetchError; FeedError where `links` finds none."""

    async def search(door: "_Door") -> FeedCandidate | list[FeedCandidate]:
        if links is None:
            found = await _discover(door, url)
            return found[0] if found and found[0].found_by == "itself" else found
        response = await door.ask(url)
        return discovery.candidate(PossibleFeed(url, "itself"), await door.parse(response, links), now())

    return _with_door(settings, tell, search)


def rediscover(
    lost: Iterable["Lost"], settings: Settings, tell: Tell = lambda _: None
) -> dict[str, list[FeedCandidate]]:
    """For each feed that is lost, by its URL, the feeds that its site has now, the likeliest first."""

    async def search(door: "_Door") -> dict[str, list[FeedCandidate]]:
        some = list(lost)
        found = await asyncio.gather(*(_rediscover(door, one) for one in some))  # each site keeps its gap
        return {one.url: there for one, there in zip(some, found, strict=True)}

    return _with_door(settings, tell, search)


@dataclass(frozen=True, slots=True)
class Lost:
    """A feed that does not answer with a feed any more. `link`: the page that it belonged to, as it said itself."""

    url: str
    title: str | None
    link: str | None


T = TypeVar("T")


def _with_door(settings: Settings, tell: Tell, search: "Callable[[_Door], Coroutine[Any, Any, T]]") -> T:
    async def run() -> T:
        pool = Pool(1)
        try:
            async with Net(net_settings(settings)) as net:
                return await search(_Door(net, pool, settings, tell))
        finally:
            pool.close()

    return asyncio.run(run())


@dataclass(slots=True)
class _Door:
    """The network with the manners of a visit: robots.txt is asked first, and once."""

    net: Net
    pool: Pool
    settings: Settings
    tell: Tell
    robots: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    async def ask(self, url: str) -> Response:
        """The answer. Raises FetchError, also where robots.txt forbids to ask."""
        await self.permit(url)
        self.tell(url)
        return await self.net.fetch(Request(url, accept=f"text/html, {FEED_TYPES}", permit=self.permit))

    async def permit(self, url: str) -> None:
        """Raises FetchError if robots.txt forbids to ask for `url`; notes the delay that it asks for."""
        if not self.settings.respect_robots:
            return
        rules = parse_robots(*await self.robots_of(url))
        if not rules.reachable:
            raise FetchError("robots", url, "its robots.txt can't be had just now (server error)")
        if not rules.allows(url, self.net.user_agent):
            raise FetchError("robots", url, "the site's robots.txt forbids it")
        delay = rules.crawl_delay(self.net.user_agent)
        if delay is not None:
            self.net.set_gap(site_of(url), max(self.settings.site_gap.total_seconds(), min(delay, 60.0)))

    async def robots_of(self, url: str) -> tuple[int, bytes]:
        """Status and body of the robots.txt of an address's origin. Raises FetchError if its host can't be reached."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        if origin not in self.robots:
            self.tell(f"{origin}/robots.txt")
            try:
                response = await self.net.fetch(Request(f"{origin}/robots.txt", accept="text/plain, */*;q=0.1"))
                self.robots[origin] = response.status, response.body
            except FetchError as error:
                if error.status is None and error.kind not in ("redirects", "too_large", "protocol"):
                    raise
                self.robots[origin] = error.status or 404, b""
        return self.robots[origin]

    async def parse(self, response: Response, links: str | None = None) -> FeedDocument:
        """The feed of an answer. Raises FeedError."""
        try:
            return await self.pool.run(parse_feed.parse, response.body, dict(response.headers), response.url, links)
        except ExtractionError as error:
            raise FeedError(f"{response.url}: {error}") from None

    async def candidates(self, places: Iterable[PossibleFeed], enough: int = MOST_ASKED) -> list[FeedCandidate]:
        """Those of the places that hold a document with something in it, until there are `enough`."""
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
    """Seconds since 1970, UTC."""
    return int(time.time())


async def _around(door: _Door, url: str, error: FetchError) -> list[FeedCandidate]:
    """What stands at common addresses of a site whose page can't be had; the error if there is nothing either."""
    if error.kind not in _OF_THE_PAGE:
        raise error
    found = await door.candidates(discovery.common(url), 1)
    maps = await _sitemaps_of(door, url)
    found += await door.candidates([place for place in maps if place.found_by == "robots"], 2)
    if not found:
        raise error
    return discovery.best_first(found, now())


async def _discover(door: _Door, url: str) -> list[FeedCandidate]:
    response = await door.ask(url)
    try:
        document = await door.parse(response)
        return [discovery.candidate(PossibleFeed(response.moved_to or url, "itself"), document, now())]
    except FeedError as error:
        _log.info("%s; looking around it", error)
    found = await _feeds_of(door, response)
    maps = await _sitemaps_of(door, response.url)
    if found:  # then a sitemap is worth asking for only if it is one of news
        maps = [place for place in maps if place.found_by == "robots" and "news" in place.url.lower()]
    found += await door.candidates(maps, 2)
    try:
        section = await door.parse(response, "auto")
        found.append(discovery.candidate(PossibleFeed(url, "page"), section, now()))
    except FeedError:
        pass
    return discovery.best_first(found, now())


async def _sitemaps_of(door: _Door, url: str) -> list[PossibleFeed]:
    try:
        _, robots = await door.robots_of(url)
    except FetchError:  # it was not needed for the page itself
        robots = b""
    return discovery.sitemaps(robots.decode("utf-8", "replace"), url)


async def _feeds_of(door: _Door, response: Response) -> list[FeedCandidate]:
    """The feeds that a page names; if none of them is one, those at common addresses."""
    places = await door.pool.run(discovery.named, response.body, response.headers.get("content-type"), response.url)
    found = await door.candidates(places[:MOST_ASKED])
    return found or await door.candidates(discovery.common(response.url), 1)


async def _rediscover(door: _Door, lost: Lost) -> list[FeedCandidate]:
    top = urljoin(lost.url, "/")
    pages = dict.fromkeys(page for page in (lost.link, top, f"{urlsplit(top).scheme}://{site_of(top)}/") if page)
    for page in pages:
        if page == lost.url:
            continue
        try:
            found = await _feeds_of(door, await door.ask(page))
        except FetchError as error:
            _log.info("not to be found there: %s", error)
            continue
        fit = [one for one in discovery.best_first(found, now()) if one.entries and one.url != lost.url]
        if fit:
            return sorted(fit, key=lambda one: not (lost.title and one.title == lost.title))
    return []
