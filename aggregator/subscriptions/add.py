"""Subscribes: asks for an address, reads it, and writes it into feeds.yaml if it is a feed."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from aggregator.config import edit, load_config
from aggregator.config.models import Settings
from aggregator.errors import AggregatorError, FetchError, UsageError
from aggregator.feeds.candidates import FeedCandidate
from aggregator.urls import full_url

MAX_WAIT = timedelta(seconds=15)
"""For an answer, as a person waits for it."""

_GONE = (404, 410)


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A feed as a person names it; the fields are keys of feeds.yaml, as they are written there."""

    url: str
    title: str | None = None
    category: str | None = None
    lang: str | None = None
    interval: str | None = None
    full_text: str | None = None
    links: str | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """A feed that was added. `found`: what it was when it was read; `unread`: why it could not be, and was not."""

    url: str
    found: FeedCandidate | None = None
    unread: FetchError | None = None


class NotAFeed(AggregatorError):
    """The address is no feed; `candidates` were found from it, the best one first."""

    def __init__(self, url: str, candidates: list[FeedCandidate]) -> None:
        super().__init__(f"{url}: a page, not a feed")
        self.url = url
        self.candidates = candidates


def add(
    path: Path,
    wanted: NewFeed,
    environ: Mapping[str, str],
    on_request: Callable[[str], None],
    *,
    old: str | None = None,
    best: bool = False,
    check: bool = True,
) -> Added:
    """Adds a feed to the file, which is made if there is none; with `old` in place of that feed, whose options stay.

    With `check` it is read first, where the file does not have it yet; with `best` the best candidate is taken where it
    is no feed. `on_request` is told of each URL that is asked for. Raises NotAFeed, UsageError, AggregatorError.
    """
    if old is not None and any(asdict(replace(wanted, url="")).values()):
        raise UsageError("--replace keeps the options of the feed it replaces; give it no others")
    wanted = replace(wanted, url=full_url(wanted.url))
    known = load_config.load(path if path.exists() else None, environ)
    is_known = any(feed.url == wanted.url for feed in known.feeds)
    if old is None and is_known:
        raise UsageError(
            f"{path}: {wanted.url} is subscribed already; edit it there, or `aggregator feeds remove` it first"
        )
    _refuse_nameless(wanted.url, known.settings)
    if old is None:
        edit.check_feed(path, asdict(wanted))  # before anybody is asked
    found, unread = None, None
    if check and not is_known:
        try:
            found = _read(wanted, known.settings, on_request, best=best)
            if found.found_by != "itself":
                wanted = replace(wanted, url=found.url, links=found.links)
        except FetchError as error:
            if error.status in _GONE:
                raise AggregatorError(f"{error}; check the address (--no-check adds it all the same)") from None
            unread = error
    if old is None:
        edit.add_feed(path, asdict(wanted))
    else:
        edit.replace_url(path, old, wanted.url)
    return Added(wanted.url, found, unread)


def _refuse_nameless(url: str, settings: Settings) -> None:
    """Raises UsageError for a host that no public network has: a word that was typed is no address."""
    host, allowed = urlsplit(url).hostname or "", settings.allow_private_networks
    if "." in host or ":" in host or host == "localhost" or allowed is True or (allowed and host in allowed):
        return
    raise UsageError(f"{url}: {host!r} is no public host; a feed's address is such as https://example.org/feed.xml")


def _read(wanted: NewFeed, settings: Settings, on_request: Callable[[str], None], *, best: bool) -> FeedCandidate:
    """Returns what is to be added. Raises FetchError, and AggregatorError where that is no feed."""
    from aggregator.subscriptions.discover import (
        read_or_discover,  # late: it brings the network, which --no-check needs not
    )

    patient = settings.model_copy(update={"timeout": min(settings.timeout, MAX_WAIT)})
    found = read_or_discover(wanted.url, wanted.links, patient, on_request)
    if not isinstance(found, list):
        return found
    if not found:
        raise AggregatorError(f"{wanted.url}: no feed, and none found from it; `links`, a CSS selector, reads a page")
    if not best:
        raise NotAFeed(wanted.url, found)
    return found[0]
