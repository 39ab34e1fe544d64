"""Serves three small news sites on loopback.

Each article lies in `articles/` as a text: `key: value` lines, an empty line, paragraphs separated by empty lines.
`templates/` holds one page a site, with what surrounds it on real ones, around the article: menus, weather, newsletter,
related posts, consent, share bars, advertisements.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from hashlib import blake2b
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from string import Template
from threading import Thread


@dataclass(frozen=True, slots=True)
class Text:
    """Holds an article as its author wrote it. `hours`: how long ago it was published."""

    slug: str
    site: str
    lang: str
    title: str
    author: str
    lead: str
    hours: int
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlet:
    """Holds one of the sites: its name, language, address on loopback and the form of its feed."""

    key: str
    name: str
    lang: str
    host: str
    feed: str
    content_type: str


OUTLETS = (
    Outlet("courier", "The Harbour Courier", "en", "127.0.0.21", "/rss.xml", "application/rss+xml"),
    Outlet("bote", "Der Talbote", "de", "127.0.0.22", "/atom.xml", "application/atom+xml"),
    Outlet("faro", "El Faro del Norte", "es", "127.0.0.23", "/feed.json", "application/feed+json"),
)

Answer = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Served:
    """Holds what can be fetched while the sites are up: the feeds' URLs, and the pages by theirs."""

    feeds: tuple[str, ...]
    pages: dict[str, bytes]


def read_texts() -> tuple[Text, ...]:
    """Reads the articles that ship with the package, the newest first."""
    found = []
    for file in sorted(files(__package__).joinpath("articles").iterdir(), key=lambda file: file.name):
        head, _, body = file.read_text("utf-8").partition("\n\n")
        fields = dict(line.split(": ", 1) for line in head.splitlines())
        paragraphs = tuple(" ".join(part.split()) for part in body.split("\n\n") if part.strip())
        site, lead = fields["site"], fields["lead"]
        lang = fields.get("lang") or next(outlet.lang for outlet in OUTLETS if outlet.key == site)
        slug, hours = file.name.removesuffix(".txt"), int(fields["hours"])
        found.append(Text(slug, site, lang, fields["title"], fields["author"], lead, hours, paragraphs))
    return tuple(sorted(found, key=lambda text: text.hours))


@contextmanager
def serve(now: datetime) -> Iterator[Served]:
    """Serves the sites on loopback, at ports that are free, until the end of the block."""
    texts = read_texts()
    with ExitStack() as stack:
        served = Served((), {})
        for outlet in OUTLETS:
            own = [text for text in texts if text.site == outlet.key]
            answers: dict[str, Answer] = {}
            server = ThreadingHTTPServer((outlet.host, 0), partial(_Handler, answers))
            base = f"http://{outlet.host}:{server.server_address[1]}"  # what the pages say depends on the port
            answers.update(_answers(outlet, own, base, now))
            Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            pages = {base + path: body for path, (kind, body) in answers.items() if kind == "text/html"}
            served = Served((*served.feeds, base + outlet.feed), served.pages | pages)
        yield served


class _Handler(BaseHTTPRequestHandler):
    """Serves a dictionary, with ETags."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, answers: dict[str, Answer], *args: object) -> None:
        self._answers = answers
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        kind, body = self._answers.get(self.path, ("text/plain", b""))
        tag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
        status = 404 if not body else 304 if self.headers.get("If-None-Match") == tag else 200
        body = body if status == 200 else b""
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Prints nothing: the demonstration prints what came of it, not each request."""


def _answers(outlet: Outlet, texts: list[Text], base: str, now: datetime) -> dict[str, Answer]:
    pages = {_path(text): ("text/html", _page(outlet, text, texts, base, now).encode()) for text in texts}
    feed = {"courier": _rss, "bote": _atom, "faro": _json_feed}[outlet.key](outlet, texts, base, now)
    return {**pages, outlet.feed: (outlet.content_type, feed.encode())}


def _path(text: Text) -> str:
    return f"/news/{text.slug}.html"


def _when(text: Text, now: datetime) -> datetime:
    return (now - timedelta(hours=text.hours)).astimezone(UTC).replace(microsecond=0)


def _page(outlet: Outlet, text: Text, texts: list[Text], base: str, now: datetime) -> str:
    """Returns a whole page: the site's template around the article."""
    template = files(__package__).joinpath("templates", f"{outlet.key}.html").read_text("utf-8")
    related = [f'<li><a href="{_path(other)}">{escape(other.title)}</a></li>' for other in texts if other != text]
    when = _when(text, now)
    linked = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": text.title,
        "datePublished": when.isoformat(),
        "author": {"@type": "Person", "name": text.author},
        "publisher": {"@type": "Organization", "name": outlet.name},
    }
    return Template(template).substitute(
        title=escape(text.title),
        lang=text.lang,
        author=escape(text.author),
        lead=escape(text.lead),
        published=when.isoformat(),
        day=when.strftime("%d.%m.%Y"),
        url=base + _path(text),
        body="\n".join(f"<p>{escape(part)}</p>" for part in text.paragraphs),
        first="\n".join(f"<p>{escape(part)}</p>" for part in text.paragraphs[:2]),
        rest="\n".join(f"<p>{escape(part)}</p>" for part in text.paragraphs[2:]),
        related="\n".join(related),
        linked=json.dumps(linked, ensure_ascii=False),
    )


def _rss(outlet: Outlet, texts: list[Text], base: str, now: datetime) -> str:
    items = "".join(
        f"<item><title>{escape(text.title)}</title><link>{base}{_path(text)}</link>"
        f'<guid isPermaLink="false">{text.slug}</guid><pubDate>{format_datetime(_when(text, now))}</pubDate>'
        f"<description>{escape(text.lead)}</description></item>"
        for text in texts
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{outlet.name}</title>'
        f"<link>{base}/</link><description>News</description><ttl>30</ttl>{items}</channel></rss>"
    )


def _atom(outlet: Outlet, texts: list[Text], base: str, now: datetime) -> str:
    entries = "".join(
        f"<entry><id>tag:talbote.example,2026:{text.slug}</id><title>{escape(text.title)}</title>"
        f'<link rel="alternate" href="{_path(text)}"/><updated>{_when(text, now).isoformat()}</updated>'
        f"<author><name>{escape(text.author)}</name></author><summary>{escape(text.lead)}</summary></entry>"
        for text in texts
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.lang}">'
        f'<title>{outlet.name}</title><id>{base}/</id><link href="{base}/"/>'
        f"<updated>{now.astimezone(UTC).isoformat()}</updated>{entries}</feed>"
    )


def _json_feed(outlet: Outlet, texts: list[Text], base: str, now: datetime) -> str:
    items = [
        {
            "id": text.slug,
            "url": base + _path(text),
            "title": text.title,
            "summary": text.lead,
            "date_published": _when(text, now).isoformat(),
            "authors": [{"name": text.author}],
        }
        for text in texts
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": outlet.name, "home_page_url": base, "items": items}
    return json.dumps({**feed, "language": outlet.lang}, ensure_ascii=False)
