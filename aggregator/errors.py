"""Every error a user can cause is one of these: one line that says what, where and what to do.

AggregatorError                 exit code 1: it failed
├── UsageError                  exit code 2: wrong usage
│   ├── ConfigError             feeds.yaml or a setting: file, line, feed and the wrong value
│   ├── QueryError              a search query that can't be read
│   └── NotFound                what is named is not there
├── StoreError                  the database
│   ├── DatabaseBusy            another process holds it
│   ├── Deadlock                a transaction and another one's waited for each other
│   ├── SearchTooLong           a search took longer than the setting allows
│   └── DatabaseNewer           it was written by a newer version of this program
├── LeaseLost                   another process has the site that is being visited
├── FetchError                  one request came to nothing (`kind` says how)
├── DeliveryError               what an alert tells did not arrive
├── FeedError                   a document that is no feed
└── ExtractionError             a page whose article could not be worked out in bounds of time
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Literal


class AggregatorError(Exception):
    """Something failed; the message is one line made for people."""

    exit_code = 1


class UsageError(AggregatorError):
    """The command line asks for something that can't be done."""

    exit_code = 2


@contextmanager
def needing(extra: str, package: str, what: str) -> Iterator[None]:
    """Says how to install an optional package, where what is imported inside lacks it. Raises UsageError."""
    try:
        yield
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != package:
            raise
        raise UsageError(f"{what} needs the package {package}: `pip install 'aggregator[{extra}]'`") from None


class ConfigError(UsageError):
    """feeds.yaml or a setting is wrong; the message names file, line, feed and value."""


class QueryError(UsageError):
    """A search query can't be read; the message shows where."""


class NotFound(UsageError):
    """What is named, an article, a story, a feed, is not there."""


class StoreError(AggregatorError):
    """The database can't be used: missing, read-only, full or damaged."""


class SearchTooLong(StoreError):
    """A search took longer than `search_timeout`."""


class DatabaseBusy(StoreError):
    """Another process holds the database for longer than is waited."""


class Deadlock(StoreError):
    """A transaction was undone, as it and another one waited for each other; it may be run again."""


class DatabaseNewer(StoreError):
    """The database was written by a newer version of this program."""


class LeaseLost(AggregatorError):
    """The site that is being visited is another process's now, as this one was held to be dead."""


FetchKind = Literal[
    "dns",  # the name has no address
    "connect",  # refused, reset, unreachable
    "tls",  # certificate or handshake
    "timeout",  # too slow at any stage
    "refused",  # by the guard: a scheme, address or port that must not be asked
    "robots",  # the site's robots.txt forbids it
    "elsewhere",  # a redirect was not followed: another subscription polls the address where it leads
    "cooling",  # nothing was asked: the site had asked to be left alone for a while
    "redirects",  # a loop, or too many
    "type",  # an answer that is no page: a feed, a sound, a script
    "too_large",  # more bytes than allowed, decoded
    "protocol",  # broken HTTP, broken encoding, body cut off
    "status",  # an HTTP status that is no success
]


class FetchError(AggregatorError):
    """One request came to nothing.

    `status` and `retry_after` (seconds) are set for kind "status" where the server gave them. `site`: the key of
    politeness of who answered so, after redirects; `redirects`: the way there as (status, target).
    """

    def __init__(
        self,
        kind: FetchKind,
        url: str,
        reason: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        site: str | None = None,
        redirects: tuple[tuple[int, str], ...] = (),
    ) -> None:
        super().__init__(f"{url}: {reason}")
        self.kind: FetchKind = kind
        self.url = url
        self.reason = reason
        self.status = status
        self.retry_after = retry_after
        self.site = site
        self.redirects = redirects

    def __reduce__(self) -> tuple[object, ...]:  # keyword-only arguments do not survive pickling by themselves
        more = {name: getattr(self, name) for name in ("status", "retry_after", "site", "redirects")}
        return (partial(FetchError, **more), (self.kind, self.url, self.reason))


class DeliveryError(AggregatorError):
    """What an alert tells did not arrive; it is tried again."""


class FeedError(AggregatorError):
    """The document is no feed; the message says what it seems to be instead."""


class ExtractionError(AggregatorError):
    """A page's article could not be worked out within bounds of time."""
