"""`aggregator feeds discover` and `feeds add`: from an address to a subscription."""

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli import global_options, output
from aggregator.cli.options import Format, Json, ListFormat
from aggregator.errors import AggregatorError, FetchError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aggregator.config.models import Settings
    from aggregator.feeds.candidates import FeedCandidate

_PATIENCE_SECONDS = 15  # for an answer while a person waits
_GONE = (404, 410)
_FORMATS = {
    "json": "JSON Feed",
    "sitemap": "sitemap",
    "news-sitemap": "news sitemap",
    "sitemap-index": "sitemap index",
    "section": "section page",
}


def discover(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A page, such as a site's front page.")],
    form: ListFormat = Format.TABLE,
    json: Json = False,
) -> None:
    """Find what can be subscribed on a site: feeds, sitemaps, else the page itself as a list of links. Best first.

    Asks what the page names, what robots.txt names, and common addresses, with the gap between two requests that
    politeness asks for. Exit code 1 if nothing is found.

    \b
    aggregator feeds discover https://example.org
    aggregator feeds discover https://example.org/world --json
    """
    from aggregator.subscriptions.discover import discover as search

    options = global_options.of(ctx)
    url = _address(url)
    found = search(url, options.load_config().settings, teller(options))
    form = Format.JSON if json else form
    if form is Format.TEXT:
        for one in found:
            print(one.url)
    elif form is not Format.TABLE:
        output.objects([record(one) for one in found], form)
    elif found:
        print_candidates(found)
        print(f"to subscribe: {_command(found[0])}")
    if not found:
        raise AggregatorError(f"{url}: no feed, sitemap or list of articles found")


def record(one: "FeedCandidate") -> dict[str, Any]:
    """A candidate as JSON."""
    return {
        "url": one.url,
        "format": one.format,
        "title": one.title,
        "entries": one.entries,
        "newest_at": output.iso(one.newest_at),
        "age_seconds": _age(one),
        "found_by": one.found_by,
        "links": one.links,
        "command": _command(one),
    }


def described(one: "FeedCandidate") -> str:
    """A candidate in a few words: `RSS 2.0 'The Paper', 20 entries, newest 3 h ago`."""
    title = f" {one.title!r}" if one.title else ""
    return f"{_format(one.format)}{title}, {one.entries} entries, newest {_ago(one)}"


def print_candidates(found: "list[FeedCandidate]") -> None:
    """The table of what was found."""
    columns = [
        output.Column("address", flexible=3),
        output.Column("format"),
        output.Column("title", flexible=2),
        output.Column("entries", right=True),
        output.Column("newest", right=True),
        output.Column("found by"),
    ]
    output.table(
        columns, [(one.url, _format(one.format), one.title, one.entries, _ago(one), one.found_by) for one in found]
    )


def add(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="The feed's address, or that of a page that names it.")],
    title: Annotated[str | None, typer.Option(help="Its name; default: what it calls itself.")] = None,
    category: Annotated[str | None, typer.Option(help="The group it belongs to.")] = None,
    lang: Annotated[str | None, typer.Option(metavar="CODE", help="Its language, such as en.")] = None,
    interval: Annotated[str | None, typer.Option(metavar="TIME", help="Between two polls, such as 30m.")] = None,
    full_text: Annotated[str | None, typer.Option(metavar="auto|always|never", help="Fetch its pages?")] = None,
    links: Annotated[
        str | None,
        typer.Option(metavar="auto|SELECTOR", help="It is a section page: its links to articles are the entries."),
    ] = None,
    best: Annotated[bool, typer.Option("--discover", help="Of a page, add the best that is found.")] = False,
    unchecked: Annotated[bool, typer.Option("--no-check", help="Add it without asking for it.")] = False,
    replace: Annotated[
        str | None, typer.Option(metavar="OLD", help="Put it in the place of this feed, whose options stay.")
    ] = None,
) -> None:
    """Subscribe: add a feed to feeds.yaml, which is made if there is none; comments in it stay.

    The address is asked for first. One that is no feed is not added: what was discovered there is shown (exit code 1),
    and --discover adds the best of it. One that can't be reached is added with a warning.

    \b
    aggregator feeds add https://example.org/feed.xml --category World --lang en
    aggregator feeds add https://example.org --discover
    aggregator feeds add https://example.org/news --links "h2 > a"
    aggregator feeds add https://example.org/new.xml --replace https://example.org/old.xml
    """
    from aggregator.config import edit, load_config

    options = global_options.of(ctx)
    path = options.editable_config()
    values = {"title": title, "category": category, "lang": lang, "interval": interval, "full_text": full_text}
    if replace is not None and (links or any(values.values())):
        raise UsageError("--replace keeps the options of the feed it replaces; give it no others")
    known = load_config.load(path, os.environ) if path.exists() else load_config.parse("", "environment", os.environ)
    if replace is None and any(feed.url == url for feed in known.feeds):
        raise UsageError(f"{path}: {url} is subscribed already; edit it there, or `aggregator feeds remove` it first")
    if replace is None:
        edit.check_feed(path, {"url": _address(url), **values, "links": links})  # before anybody is asked
    if not unchecked and all(feed.url != url for feed in known.feeds):
        url, links = _checked(options, known.settings, url, links, best)
    if replace is not None:
        edit.replace_url(path, replace, url)
        print(f"{path}: {url} in the place of {replace}")
        return
    edit.add_feed(path, {"url": url, **values, "links": links})
    print(f"{path}: added {url}")


def _checked(
    options: global_options.Globals, settings: "Settings", url: str, links: str | None, best: bool
) -> tuple[str, str | None]:
    """What is to be added, and its `links`. Raises AggregatorError if that is no feed."""
    from datetime import timedelta

    from aggregator.subscriptions.discover import look

    patience = min(settings.timeout, timedelta(seconds=_PATIENCE_SECONDS))
    url = _address(url)
    try:
        found = look(url, links, settings.model_copy(update={"timeout": patience}), teller(options))
    except FetchError as error:
        if error.status in _GONE:
            raise AggregatorError(f"{error}; check the address (--no-check adds it all the same)") from None
        if not options.quiet:
            print(output.cell(f"aggregator: {error}; added without having been read"), file=sys.stderr)
        return url, links
    if not isinstance(found, list):
        return url, links
    if not found:
        raise AggregatorError(f"{url}: no feed, and none found from it; `--links SELECTOR` reads its links")
    if best:
        return found[0].url, found[0].links
    print_candidates(found)
    raise AggregatorError(f"{url}: a page, not a feed; add one of these, the first with: {_command(found[0])}")


def _address(url: str) -> str:
    """An address as a person types it: `example.org` is meant as https. Raises UsageError."""
    from aggregator.urls import is_http

    full = url if "://" in url else f"https://{url}"
    if not is_http(full) or any(character.isspace() for character in full):
        raise UsageError(f"{url}: not an http:// or https:// URL")
    return full


def teller(options: global_options.Globals) -> "Callable[[str], None]":
    """Tells a person at a terminal what is being asked for."""
    shown = sys.stderr.isatty() and not options.quiet

    def tell(url: str) -> None:
        if shown:
            print(output.cell(f"asking {url}"), file=sys.stderr)

    return tell


def _command(one: "FeedCandidate") -> str:
    from shlex import quote

    return f"aggregator feeds add {quote(one.url)}" + (f" --links {one.links}" if one.links else "")


def _format(name: str) -> str:
    if name in _FORMATS:
        return _FORMATS[name]
    letters, digits = name.rstrip("0123456789"), name[len(name.rstrip("0123456789")) :]
    return f"{letters.upper() if letters != 'atom' else 'Atom'} {'.'.join(digits)}".strip()


def _age(one: "FeedCandidate") -> int | None:
    import time

    return None if one.newest_at is None else max(0, int(time.time()) - one.newest_at)


def _ago(one: "FeedCandidate") -> str:
    age = _age(one)
    if age is None:
        return "unknown"
    for name, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if age >= length:
            return f"{age // length} {name} ago"
    return "just now"
