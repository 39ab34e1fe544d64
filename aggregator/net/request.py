"""Defines a request as the network takes it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

PAGE_TYPES = "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5"
FEED_TYPES = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
"""Values of the header Accept."""

Allowed = bool | tuple[str, ...]
"""Private networks that may be asked: all (True), none (False), or these hosts and CIDRs."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: GET, or POST of a body.

    `site`: the key of politeness instead of the URL's own site; it holds for the hops that stay on the URL's site.
    `headers`: of the feed, sent to the URL's host only, never on to another host.
    `etag`, `last_modified`: validators as `Response.headers` gave them; they go back byte for byte, to the address
    they came from: `validated_url` (None: this URL), be it this one or one that it redirects to.
    `allow_private_networks`, `proxy`, `max_bytes` (decoded): instead of the settings' when not None.
    `cooldown`: what a Retry-After stops: "site", all requests to the site; any other word, all that say the same word.
    `permit`: asked before each redirect is followed; raises FetchError where its target must not be asked.
    `starting`: called when it is the request's turn, before anything is sent.
    `truncate`: the first `max_bytes` of a longer body are as good as all of it.
    `post`: the body that is posted; redirects of such a request are not followed.
    """

    url: str
    site: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None
    last_modified: str | None = None
    accept: str = "*/*"
    allow_private_networks: Allowed | None = None
    proxy: str | None = None
    max_bytes: int | None = None
    validated_url: str | None = None
    cooldown: str = "site"
    permit: Callable[[str], Awaitable[None]] | None = None
    truncate: bool = False
    starting: Callable[[], Awaitable[None]] | None = None
    post: bytes | None = None
