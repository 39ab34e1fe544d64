"""This project and the extractors it is compared with, each as a function of a page. Peers are imported when asked
for."""

from collections.abc import Callable
from typing import Any

from benchmarks.measures import Found

Extractor = Callable[[str, str | None], Found]


def aggregator() -> Extractor:
    import aggregator as project

    def run(html: str, url: str | None) -> Found:
        found = project.extract(html, url=url)
        return Found(found.text, found.lead or "", found.title, found.authors, found.published_at)

    return run


def _trafilatura(**options: Any) -> Extractor:
    import trafilatura as peer

    def run(html: str, url: str | None) -> Found:
        document = peer.bare_extraction(html, url=url, include_comments=False, with_metadata=True, **options)
        found = document.as_dict() if hasattr(document, "as_dict") else document or {}
        authors = tuple(name.strip() for name in (found.get("author") or "").split(";") if name.strip())
        return Found(found.get("text") or "", "", found.get("title"), authors, found.get("date"))

    return run


def readability() -> Extractor:
    from lxml.html import fromstring
    from readability import Document

    def run(html: str, url: str | None) -> Found:
        document = Document(html)
        summary = document.summary(html_partial=True)
        text = "\n".join(part for part in fromstring(summary).itertext() if part.strip()) if summary.strip() else ""
        return Found(text, "", document.short_title())

    return run


def newspaper4k() -> Extractor:
    from newspaper import Article

    def run(html: str, url: str | None) -> Found:
        found = Article(url or "http://example.org/", fetch_images=False)
        found.download(input_html=html)
        found.parse()
        return Found(found.text, "", found.title, tuple(found.authors), found.publish_date)

    return run


def resiliparse() -> Extractor:
    from resiliparse.extract.html2text import extract_plain_text

    return lambda html, url: Found(extract_plain_text(html, main_content=True, alt_texts=False))


OURS = "aggregator"
EXTRACTORS: dict[str, Callable[[], Extractor]] = {
    OURS: aggregator,
    "trafilatura": _trafilatura,
    "trafilatura-precision": lambda: _trafilatura(favor_precision=True),
    "trafilatura-fast": lambda: _trafilatura(fast=True),
    "readability": readability,
    "newspaper4k": newspaper4k,
    "resiliparse": resiliparse,
}
