"""Compares an article's text with the next one on its page: are they the same, and is the next one worth keeping?"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from aggregator.text import index_form, paragraphs

# What typesetting changes and readers do not see.
_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"),
    }
)
# "Updated 3 hours ago", "vor 5 Minuten", "10:45 Uhr", "5 March 2026": a line that changes by itself, or is no text.
_MAX_TIME_LINE = 60  # characters, and no sentence
_SENTENCE_END = (".", "!", "?", "\u3002", "\uff01", "\uff1f", "\u0964", "\u061f")
_UNITS = (
    "sec second minute hour day week sekunde stunde tag woche seconde heure jour semaine segundo minuto hora día dia "
    "semana secondi minuti ora ore giorno giorni settiman minuut uur uren dag weken sekund minutt timer timme timmar "
    "minut godzin dni dzień hodin den perc óra nap dakika saat gün menit jam hari phút giờ ngày λεπτ ώρ ημέρ секунд "
    "минут час дн день хвилин годин دقيق دقائق ساع أيام יום דקות שעות मिनट घंट दिन 시간 일"
)
_UNSPACED_UNITS = "[秒分時天초분]|小[时時]|日前"
_MOVING = re.compile(
    r"\d{1,2}\D{1,15}(?:19|20)\d\d|(?:19|20)\d\d\D{1,5}\d{1,2}\D{1,3}\d{1,2}|"
    rf"\d{{1,2}}[:h]\d{{2}}\b|"
    rf"\d{{1,4}} ?(?:(?:{'|'.join(_UNITS.split())})(?!\w{{3}})|(?:s|m|min|h|hr|d|w|мин)\b|{_UNSPACED_UNITS})",
    re.IGNORECASE,
)
_SHORT_WORDS = 80  # of a text shorter than this the half may be a correction
_MIN_LEFT = 0.5  # of the words: with less, a page holds a teaser, or an excuse
_MIN_COMMON = 0.3  # of the words: with less, and another title, it is another article


@dataclass(frozen=True, slots=True)
class ComparedText:
    """Holds a text as far as it is compared: `words` counts those of `text`; `paywalled`: the reason, else None."""

    title: str | None
    lead: str | None
    text: str
    words: int = 0
    is_article: bool = True
    paywalled: str | None = None


def same(old: ComparedText, new: ComparedText) -> bool:
    """Tells whether a reader sees the same. A letter makes a difference; white space, the kind of quotation marks and
    dashes, and a line that only says when or how long ago do not."""
    return _seen(old) == _seen(new)


def poorer(old: ComparedText, new: ComparedText) -> str | None:
    """Returns why `new` must not take the place of `old`: the page holds (a part of) it no longer. None if it may."""
    if old.is_article and not new.is_article:
        return "the page is no article now"
    if new.paywalled and not old.paywalled:
        return f"the page shows only a part now ({new.paywalled})"
    if old.words >= _SHORT_WORDS and new.words < _MIN_LEFT * old.words:
        return f"the page holds {new.words} words now, it had {old.words}"
    return None


def unrelated(old: ComparedText, new: ComparedText) -> bool:
    """Tells whether `new` is another article: other words, and another title."""
    if index_form(old.title or "") == index_form(new.title or ""):
        return False
    ours, theirs = (Counter(index_form(one.text).split()) for one in (old, new))
    return (ours & theirs).total() < _MIN_COMMON * min(ours.total(), theirs.total())


def _seen(one: ComparedText) -> object:
    heads = [_form(one.title or ""), "" if _moves(one.lead or "") else _form(one.lead or "")]
    return heads, " ".join(_form(part) for part in paragraphs(one.text) if not _moves(part))


def _form(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).translate(_TYPOGRAPHY).split())


def _moves(part: str) -> bool:
    short = len(part) <= _MAX_TIME_LINE and not part.endswith(_SENTENCE_END)
    return short and _MOVING.search(part) is not None
