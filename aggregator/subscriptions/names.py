"""Finds subscriptions by what people call them: the address, or the title in any case of letters."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from aggregator.config.models import Config, Feed, Page
from aggregator.errors import NotFound, UsageError
from aggregator.store.engine import Store
from aggregator.store.polling import feeds

T = TypeVar("T", bound=Feed | Page)


def named_sources(sources: Sequence[T], titles: Mapping[str, str | None], named: str | None) -> list[T]:
    """Returns the subscriptions of that URL, else of that title, or all (None). Raises UsageError if there is none.

    `titles`: what feeds call themselves, by their URLs.
    """
    if named is None:
        return list(sources)
    found = [item for item in sources if item.url == named]
    wanted = named.casefold()
    found = found or [item for item in sources if (item.title or titles.get(item.url) or "").casefold() == wanted]
    found = found or [item for item in sources if item.url.casefold() == wanted]
    if not found or not wanted:
        raise NotFound(f"{named}: no subscription of that URL or title; see `aggregator feeds list`")
    return found


def url_of_feed(store: Store | None, config: Config, named: str) -> str:
    """Returns the URL of the one feed of that URL or title. Raises UsageError if there is none, or more than one."""
    titles: dict[str, str | None] = {}
    if store is not None:
        with store.read() as conn:
            titles = {row.url: row.title for row in feeds.active(conn)}
    found = [item.url for item in named_sources(config.feeds, titles, named)]
    if len(found) > 1:
        raise UsageError(f"{named}: {len(found)} feeds have that title; name one by its URL: {', '.join(found)}")
    return found[0]
