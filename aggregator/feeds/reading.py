"""A feed's bytes -> FeedDocument.

bytes -> decoding.to_text -> jsonfeed | fast, else slow -> RawFeed -> entries.finished + hints.of -> FeedDocument
"""

from collections.abc import Mapping

from aggregator.errors import FeedError
from aggregator.feeds import decoding, entries, fast, hints, jsonfeed, slow, sniff
from aggregator.feeds.raw import RawFeed
from aggregator.model import FeedDocument
from aggregator.text import squeeze

_NOTHING = "an empty answer"


def parse(body: bytes, headers: Mapping[str, str], url: str) -> FeedDocument:
    """The feed in `body`, which came from `url` with `headers` (lower-case names).

    Raises FeedError, which says what the body seems to be, if it is no feed.
    """
    if not body.strip():
        raise FeedError(f"{url}: {_NOTHING}, not a feed")
    if kind := sniff.binary(body):
        raise FeedError(f"{url}: {kind}, not a feed")
    text = decoding.to_text(body, headers.get("content-type"))
    try:
        raw = _read(text)
    except FeedError as error:
        raise FeedError(f"{url}: {error}") from None
    return FeedDocument(
        format=raw.format,
        title=entries.plain_title(raw.title, is_html=raw.title_is_html, lenient=True),
        link=raw.link,
        lang=squeeze(raw.lang or "") or None,
        entries=entries.finished(raw, url),
        hints=hints.of(raw, text, headers),
        problem=raw.problem,
    )


def _read(text: str) -> RawFeed:
    if text.lstrip()[:1] in ("{", "["):
        return jsonfeed.read(decoding.legal(text))
    if not sniff.looks_like_feed(text):
        raise FeedError(f"{sniff.seems(text)}, not a feed")
    try:
        return fast.read(text)
    except fast.Declined:
        raw = slow.read(decoding.legal(text))
    if not raw.entries and not raw.format:
        raise FeedError(f"{sniff.seems(text)}, not a feed")
    return raw
