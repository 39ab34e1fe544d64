"""A small news site of our own for tests: pages, and feeds that list them in four formats."""

import json
from html import escape

from tests.servers import Reply, Routes, conditional

WORDS = (
    "the council of {0} met on Tuesday and decided after a long debate that the old bridge over the river "
    "will be rebuilt next year, because engineers had warned in report {1} that its pillars no longer hold."
)


def page(number: int, name: str = "Northtown") -> str:
    """An article page with the furniture that pages have."""
    body = "".join(
        f"<p>{WORDS.format(name, number * 100 + part).capitalize()} Resident number {number}-{part} said so too.</p>"
        for part in range(6)
    )
    return (
        f"<!doctype html><html lang=en><head><title>Bridge {number} of {name} | The Paper</title></head><body>"
        "<nav><a href=/>Home</a> <a href=/weather>Weather</a></nav>"
        f"<main><article><h1>Bridge {number} of {name}</h1>{body}</article></main>"
        "<aside><h2>Stay in touch</h2><p>Sign up for our newsletter.</p></aside></body></html>"
    )


def rss(server: Routes, numbers: range, **more: str) -> str:
    """RSS 2.0 of the pages /a/N."""
    items = "".join(
        f"<item><title>Bridge {n}</title><link>{server.url(f'/a/{n}')}</link><guid>g{n}</guid>"
        f"<description>{escape(more.get('description', 'Teaser'))}</description></item>"
        for n in numbers
    )
    return f"<rss version='2.0'><channel><title>Paper</title><link>{server.url('/')}</link>{items}</channel></rss>"


def atom(server: Routes, numbers: range) -> str:
    """Atom 1.0 of the same."""
    items = "".join(
        f"<entry><title>Bridge {n}</title><id>urn:g{n}</id><updated>2026-01-02T03:04:05Z</updated>"
        f"<link href='{server.url(f'/a/{n}')}'/></entry>"
        for n in numbers
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>Paper</title><id>urn:f</id>{items}</feed>"


def rdf(server: Routes, numbers: range) -> str:
    """RSS 1.0 of the same."""
    items = "".join(
        f"<item rdf:about='{url}'><title>Bridge {n}</title><link>{url}</link></item>"
        for n, url in ((n, server.url(f"/a/{n}")) for n in numbers)
    )
    return (
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
        f"<channel><title>Paper</title><link>{server.url('/')}</link></channel>{items}</rdf:RDF>"
    )


def jsonfeed(server: Routes, numbers: range) -> str:
    """JSON Feed 1.1 of the same."""
    items = [{"id": f"g{n}", "url": server.url(f"/a/{n}"), "title": f"Bridge {n}"} for n in numbers]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Paper", "items": items})


def serve_pages(server: Routes, numbers: range, name: str = "Northtown") -> None:
    """Puts the pages /a/N on the server, with validators."""
    for n in numbers:
        server.route(f"/a/{n}", conditional(page(n, name), f'"{n}"', **{"Content-Type": "text/html; charset=utf-8"}))


def serve_feed(server: Routes, path: str, body: str, kind: str = "application/rss+xml") -> str:
    """Puts a feed on the server, with validators; its URL."""
    return server.route(path, conditional(body, f'"{hash(body)}"', **{"Content-Type": kind}))


GONE = Reply(b"gone", 410)
