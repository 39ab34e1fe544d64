"""Makes the row that is stored of an article and the facts of its feed: cleaned, fingerprinted, with index terms."""

import re
from datetime import datetime

from aggregator.articles.entry_facts import EntryFacts
from aggregator.articles.row import ArticleRow, RawPage, derived, packed
from aggregator.articles.safe_html import stored_html
from aggregator.extraction.article import Article
from aggregator.model import BodyFrom
from aggregator.text import storable
from aggregator.times import DAY
from aggregator.urls import site_of

_YEAR_1990 = 631152000
_MAX_AHEAD = 2 * DAY  # a page's time may lie in the future by as much


def assemble(
    article: Article,
    facts: EntryFacts,
    own_url: str,
    claimed_url: str | None,
    fetched_at: int,
    body_from: BodyFrom,
    raw: RawPage | None,
) -> ArticleRow:
    """Returns the row of an article; what it does not know itself is taken from the feed's facts.

    `own_url`: normalised, where it was found; `claimed_url`: the canonical address that its page claims, if believable.
    """
    title = storable(article.title or facts.title or "")
    lead, text = storable(article.lead or ""), storable(article.text)
    lang = article.lang or facts.lang
    found = derived(title, lead, text, lang)
    return ArticleRow(
        url=facts.url,
        own_url=own_url,
        claimed_url=claimed_url,
        site=site_of(claimed_url or own_url),
        feed=facts.feed,
        body_from=body_from,
        title=title or None,
        authors=tuple(map(storable, article.authors)) or facts.authors,
        published_at=_plausible(article.published_at, fetched_at) or facts.published_at,
        modified_at=_plausible(article.modified_at, fetched_at) or facts.updated_at,
        fetched_at=fetched_at,
        lang=lang,
        lead=lead or None,
        text=text,
        summary=facts.summary,
        image=storable(article.image or facts.image or "") or None,
        tags=tuple(dict.fromkeys(map(storable, (*article.tags, *facts.tags)))),
        word_count=article.word_count or found["fingerprint"].words,
        is_article=article.is_article,
        paywalled=article.paywalled,
        extractor_version=article.extractor_version,
        html=packed(stored_html(article.html).encode()) if _says_more(article.html) else None,
        **found,
        raw=raw,
    )


def _plausible(when: datetime | None, now: int) -> int | None:
    """Returns a page's time in seconds if it can be one: after 1990, and not more than two days ahead."""
    at = None if when is None else int(when.timestamp())
    return at if at is not None and _YEAR_1990 <= at <= now + _MAX_AHEAD else None


def _says_more(html: str) -> bool:
    """Tells whether a body has more than plain paragraphs: then its HTML is kept beside its text."""
    return bool(re.search(r"<(?!/?p>)", html))
