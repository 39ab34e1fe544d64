"""Writes an article with its title and lead as one document: text, Markdown, HTML."""

from html import escape

from aggregator.archive.show import Shown
from aggregator.articles.safe_html import shown_html
from aggregator.extraction.body.markdown import from_html


def as_text(shown: Shown) -> str:
    """Returns title, lead and text, separated by empty lines."""
    record = shown.record
    return _joined("\n\n", record["title"], record["lead"], record["text"])


def as_markdown(shown: Shown) -> str:
    """Returns the same as Markdown."""
    record = shown.record
    title = record["title"] and f"# {record['title']}"
    return _joined("\n\n", title, record["lead"], from_html(shown.html))


def as_html(shown: Shown) -> str:
    """Returns the lead and the body as HTML that is safe to show; the title is left to what shows it."""
    lead = shown.record["lead"]
    return _joined("\n", lead and f"<p>{escape(lead)}</p>", shown_html(shown.html))


def _joined(between: str, *parts: str | None) -> str:
    return between.join(part.strip("\n") for part in parts if part) + "\n"
