"""Takes what the expat reader keeps of a feed's outermost element and of its channel."""

from urllib.parse import urljoin

from aggregator.feeds.formats.raw import RawFeed
from aggregator.feeds.quick.item import Unsupported
from aggregator.feeds.quick.namespaces import ATOM, XML


def root(name: str, attributes: dict[str, str], declared: list[str]) -> RawFeed:
    """Returns the feed of an outermost element; `declared`: its namespaces, in lower case. Raises Unsupported."""
    lang = attributes.get(f"{XML} lang") or attributes.get("lang")
    base = attributes.get(f"{XML} base")
    kind = _kind(name, attributes, declared)
    return RawFeed(
        kind,
        lang=lang.replace("_", "-") if lang else None,
        base=base.strip() if base else None,
        storable=True,
        may_skip=False,
    )


def _kind(name: str, attributes: dict[str, str], declared: list[str]) -> str:
    rss1 = [uri for uri in declared if uri in ("http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/")]
    if name == "rss" and not rss1 and attributes.get("version", "").startswith("2."):
        return "rss20"
    if name == "feed" and ATOM in declared and not rss1 and "version" not in attributes:
        return "atom10"
    if name == "rdf_rdf" and len(rss1) == 1 and ATOM not in declared:
        return "rss10" if rss1[0].startswith("http://purl") else "rss090"
    raise Unsupported


def enter(feed: RawFeed, attributes: dict[str, str]) -> None:
    """Takes what a channel's own element says of what is in it."""
    if base := attributes.get(f"{XML} base"):
        feed.base = urljoin(feed.base or "", base.strip())


def set_field(feed: RawFeed, name: str, value: str | None) -> None:
    """Sets what a channel says in one line: its language or how often it changes."""
    if name in ("language", "dc_language"):
        feed.lang = value
    elif name == "ttl":
        feed.ttl = value
    elif name == "sy_updateperiod":
        feed.period = value
    else:
        feed.frequency = value
