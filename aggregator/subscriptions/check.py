"""Checks how subscriptions fare: their polls, their pages, and whether their selectors still match."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from aggregator.articles.row import unpacked
from aggregator.config.models import Config, Feed, Page
from aggregator.extraction.apply_selectors import match_selectors
from aggregator.extraction.selectors import Selectors, selectors_of
from aggregator.schedule import health
from aggregator.store.content import raw_pages
from aggregator.store.content.raw_pages import KeptPage
from aggregator.store.engine import Store
from aggregator.store.polling import entries, feeds
from aggregator.store.polling.entries import EntryOutcome
from aggregator.store.polling.feeds import FeedRow, Poll
from aggregator.subscriptions.names import named_sources
from aggregator.times import iso

if TYPE_CHECKING:
    from aggregator.feeds.candidates import FeedCandidate

MAX_PAGES_TRIED = 5  # by selectors, the latest ones
MIN_FAILURES = 3  # of polls in a row; fewer may pass by themselves
MAX_OUTCOMES, MIN_OUTCOMES = 20, 5  # of the latest pages, of which one at least should have given an article


@dataclass(frozen=True, slots=True)
class SelectorHealth:
    """Counts on how many (`matched`) of the latest pages (`pages`) a selector matched; `since`: of the oldest."""

    name: str
    selector: str
    matched: int
    pages: int
    since: str | None

    def __str__(self) -> str:
        since = f" since {self.since[:10]}" if self.since else ""
        pages = f"of the last {self.pages} pages" if self.pages > 1 else "of 1 page"
        return f"{self.name} selector '{self.selector}' matched {self.matched} {pages}{since}"


@dataclass(frozen=True, slots=True)
class Health:
    """Tells how a subscription fares. Times are ISO 8601, UTC.

    `problems` need a person, `notes` do not. `state`: one of `health.STATES`. `lost`: its address seems to hold no feed
    any more. `link`: the page that the feed names as its own.
    """

    url: str
    title: str | None
    last_poll_at: str | None
    last_success_at: str | None
    failures: int
    last_error: str | None
    selectors: tuple[SelectorHealth, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    state: str = "new"
    lost: bool = False
    link: str | None = None


def check(store: Store | None, config: Config, named: str | None = None) -> list[Health]:
    """Checks every subscription of feeds.yaml, or the one that is named by its URL or title.

    `store` None: there is no database yet. Needs no network. Raises UsageError (no such subscription), StoreError.
    """
    sources: list[Feed | Page] = [*config.feeds, *config.articles]
    if store is None:
        return [_health(item, None, (), None) for item in named_sources(sources, {}, named)]
    with store.read() as conn:
        rows = {row.url: row for row in feeds.active(conn)}
        wanted = named_sources(sources, {url: row.title for url, row in rows.items()}, named)
        return [_checked(conn, item, rows.get(item.url)) for item in wanted]


def find_replacements(
    found: Sequence[Health], config: Config, on_request: Callable[[str], None]
) -> "dict[str, FeedCandidate]":
    """Searches the sites of the feeds that are lost for the feeds that they have now.

    Returns the likeliest one by the lost one's URL, none that is subscribed already. `on_request` is told of each URL
    that is asked for.
    """
    lost = [one for one in found if one.lost]
    if not lost:
        return {}
    from aggregator.subscriptions.discover import Lost, rediscover  # late: it brings the network

    known = {item.url for item in config.feeds}
    sought = [Lost(one.url, one.title, one.link) for one in lost]
    there = rediscover(sought, config.settings, on_request)
    new = {url: [one for one in some if one.url not in known] for url, some in there.items()}
    return {url: some[0] for url, some in new.items() if some}


def _checked(conn: Connection, item: Feed | Page, row: FeedRow | None) -> Health:
    if row is None:
        return _health(item, None, (), None)
    selectors = selectors_of(item.selectors)
    tried = None if selectors is None else _tried(selectors, raw_pages.latest(conn, item.url, MAX_PAGES_TRIED))
    lost = row.kind == "feed" and bool(row.failures) and _is_lost(row, feeds.recent_polls(conn, int(row.id), 1))
    return _health(item, row, entries.outcomes(conn, int(row.id), MAX_OUTCOMES), tried, lost=lost)


def _health(
    item: Feed | Page,
    row: FeedRow | None,
    outcomes: Sequence[EntryOutcome],
    tried: tuple[SelectorHealth, ...] | None,
    *,
    lost: bool = False,
) -> Health:
    silent = [one for one in tried or () if not one.matched]
    problems = [*_state_sentences(row, is_problem=True), *_page_problems(outcomes)]
    problems += [str(one) for one in silent if one.name != "remove"]
    notes = _state_sentences(row, is_problem=False)
    notes += [str(one) for one in tried or () if one.matched < one.pages and (one.matched or one.name == "remove")]
    if tried is not None and not tried:
        notes.append("no raw page is kept that its selectors could be tried on")
    return Health(
        url=item.url,
        title=item.title or (row.title if row else None),
        last_poll_at=iso(row.last_poll_at) if row else None,
        last_success_at=iso(row.last_success_at) if row else None,
        failures=row.failures if row else 0,
        last_error=row.last_error if row else None,
        selectors=tried or (),
        problems=tuple(problems),
        notes=tuple(notes),
        state=_state(row),
        lost=lost,
        link=row.link if row else None,
    )


def _is_lost(row: FeedRow, polls: Sequence[Poll]) -> bool:
    """Tells whether the last poll failed in a way that waiting will hardly mend: gone, or again and again not found,
    without a host, or something else than a feed."""
    last = polls[0] if polls else None
    if last is None or last.outcome != "failed":
        return False
    if last.status == 410:
        return True
    return bool(row.failures >= MIN_FAILURES and (last.status == 404 or last.kind in ("dns", "feed")))


def _state(row: FeedRow | None) -> str:
    if row is None:
        return "new"
    return row.health or ("failing" if row.failures >= MIN_FAILURES else "new")


def _state_sentences(row: FeedRow | None, *, is_problem: bool) -> list[str]:
    """Returns what the state says of the polls, where it is a problem or where it is none."""
    state = _state(row)
    if row is None or state in ("new", "healthy") or (state in health.NEEDS_A_PERSON) != is_problem:
        return []
    since = f" since {(iso(row.health_since) or '')[:10]}" if row.health_since else ""
    return [f"{state}{since}: {row.health_why or row.last_error or 'no reason kept'}"]


def _page_problems(outcomes: Sequence[EntryOutcome]) -> list[str]:
    if len(outcomes) < MIN_OUTCOMES or any(row.state == "done" for row in outcomes):
        return []
    return [f"none of its last {len(outcomes)} pages gave an article: {outcomes[0].error or 'no reason kept'}"]


def _tried(selectors: Selectors, pages: Sequence[KeptPage]) -> tuple[SelectorHealth, ...]:
    """Tries each selector on the pages; returns nothing if there are none."""
    bodies = [(body, row) for row in pages if (body := unpacked(row.body)) is not None]
    if not bodies:
        return ()
    since = iso(min(row.fetched_at for _, row in bodies))
    found = [match_selectors(body, row.content_type, selectors) for body, row in bodies]
    return tuple(
        SelectorHealth(same[0].name, same[0].selector, sum(one.matched for one in same), len(same), since)
        for same in zip(*found, strict=True)
    )
