"""Shows one article with all that is stored of it."""

from dataclasses import dataclass
from html import escape

import zstandard

from aggregator.model import Json
from aggregator.store import stored_articles
from aggregator.store.engine import Store
from aggregator.store.records import current, record
from aggregator.text import paragraphs
from aggregator.times import iso

_MAX_HTML_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Shown:
    """An article: its JSON object, its sanitised body, the objects of its copies (or, if it is a copy itself, of its
    head and the head's other copies), and since when its page is gone."""

    record: Json
    html: str
    copies: tuple[Json, ...]
    gone_at: str | None


def show(store: Store, article_id: int) -> Shown:
    """Returns the article of this id. Raises UsageError if there is none."""
    with store.read() as conn:
        article = stored_articles.get(conn, article_id)
        return Shown(
            record=current(article),
            html=_html(article.text, stored_articles.body(conn, article_id)),
            copies=tuple(record(one) for one in stored_articles.copies_of(conn, article)),
            gone_at=iso(article.gone_at),
        )


def _html(text: str, packed: bytes | None) -> str:
    """Returns the stored body, which there is only where it says more than the paragraphs of the text do, or these."""
    if packed is None:
        return "\n".join(f"<p>{escape(part)}</p>" for part in paragraphs(text))
    return zstandard.ZstdDecompressor().decompress(packed, max_output_size=_MAX_HTML_BYTES).decode()
