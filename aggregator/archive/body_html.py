"""Makes the HTML of an article: of its stored body, or of its text."""

from html import escape

import zstandard

from aggregator.store.content.stored_articles import StoredArticle
from aggregator.text import paragraphs

_MAX_HTML_BYTES = 64 * 1024 * 1024


def text_html(text: str, packed: bytes | None) -> str:
    """Returns the stored body, which there is only where it says more than the paragraphs of the text do, or these."""
    if packed is None:
        return "\n".join(f"<p>{escape(part)}</p>" for part in paragraphs(text))
    return zstandard.ZstdDecompressor().decompress(packed, max_output_size=_MAX_HTML_BYTES).decode()


def body_html(article: StoredArticle, packed: bytes | None) -> str:
    """Returns all that is shown under the title: the picture, if the body has none, the lead and the body."""
    body = text_html(article.text, packed)
    picture = f'<p><img src="{escape(article.image)}" alt=""></p>' if article.image and "<img" not in body else ""
    lead = f"<p>{escape(article.lead)}</p>" if article.lead else ""
    return "\n".join(part for part in (picture, lead, body) if part)
