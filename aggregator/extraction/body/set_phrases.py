"""Recognises what pages say to their readers in the same words everywhere: pointers to other articles, newsletters,
offers, how to follow or reach the paper, labels of advertisements and comments; in the languages news is written in.

The phrases are in `phrase_lists`; they are compared folded (see text.fold).
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from aggregator.extraction.body import phrase_lists
from aggregator.text import UNSPACED, fold

MAX_CHARS = 300  # characters of a block that is looked at: a longer one says more than a set phrase
MAX_LABEL = 40  # the same for what heads something
_WEATHER_LINE, _DEGREE_WORDS = 80, 6  # characters of a line that may be the weather, words of one of degrees alone
_POST_LABEL = 120  # the same for what stands in place of an embedded post
_DEGREES = re.compile(r"\d\s?(?:[°º℃℉]|度(?!目)|도(?!\w)|degrees\b|grad\b)", re.IGNORECASE)
_LEADING = re.compile(r"[^\w\"“„«‘'「『”’»¿]*")
_SENTENCE = re.compile(r"[.!?。！？؟:：|]+\s*")
_SPACED = re.compile(f"[^\\W{UNSPACED}]$")
_GAP = r"(?:[^.!?。！？؟]|(?<=\d)\.(?=\d)){0,80}?"


class _Phrases:
    """Finds the phrases of a list at a place in a folded text."""

    def __init__(self, phrases: str) -> None:
        self.by_start: dict[str, list[str]] = {}
        for phrase in _each(phrases):
            self.by_start.setdefault(fold(phrase)[:2], []).append(phrase)
        self.compiled: dict[str, re.Pattern[str]] = {}

    def stand(self, text: str, at: int) -> bool:
        """Tells whether one of the phrases stands there."""
        start = text[at : at + 2]
        if start not in self.by_start:
            return False
        if start not in self.compiled:  # those of a page's language; the others are never made
            found = sorted(map(_expression, self.by_start[start]), key=len, reverse=True)
            self.compiled[start] = re.compile("|".join(found))
        return self.compiled[start].match(text, at) is not None


def _each(phrases: str) -> Iterator[str]:
    return (phrase.strip() for line in phrases.split("\n") for phrase in line.split("|") if phrase.strip())


def _expression(phrase: str) -> str:
    parts = [re.escape(fold(part.strip())) for part in phrase.split("…")]
    end = r"(?!\w)" if _SPACED.search(phrase) and not re.search("[\uac00-\ud7af\u0600-\u06ff]", phrase[-1]) else ""
    if "".join(parts).isascii() and "…" in phrase:
        return rf"\b{_GAP}\b".join(parts) + end
    return _GAP.join(parts) + end


@lru_cache
def _phrases(listed: str) -> _Phrases:
    """Returns what finds the phrases of a list; made when first needed, as most runs of the program read no page."""
    return _Phrases(listed)


@lru_cache
def _labels(listed: str) -> frozenset[str]:
    return frozenset(map(fold, _each(listed)))


@lru_cache(maxsize=1)
def _counts_comments() -> re.Pattern[str]:
    names = "|".join(map(fold, _each(phrase_lists.COMMENTS)))
    whose = "|".join(map(fold, _each(phrase_lists.WHOSE)))
    return re.compile(
        rf"\W*(?:(?P<before>\d+)\W*)?(?:(?:{whose})\W+)?(?:{names})(?:\W*(?P<after>\d+)\W*(?:件|条|개|條)?)?\W*$"
    )


def points_elsewhere(text: str) -> bool:
    """Tells whether a line begins as a pointer to another article does: "Read also: …", 【関連】."""
    folded = fold(text[:MAX_CHARS])
    return _phrases(phrase_lists.POINTERS).stand(folded, _begin(folded))


def addresses_reader(text: str) -> bool:
    """Tells whether a block asks its reader for something (to subscribe, to follow, to write), by the beginning of one
    of its sentences; a longer block says more."""
    return _begins_sentence(text, phrase_lists.ADDRESSES)


def may_address_reader(text: str) -> bool:
    """Tells the same of words that begin other sentences too: where a link or a form says what they mean."""
    return _begins_sentence(text, phrase_lists.ADDRESSES, phrase_lists.REQUESTS)


def heads_touch(text: str) -> bool:
    """Tells whether a line heads what a page offers so that its readers come back: "Stay in touch"."""
    return len(text) <= MAX_LABEL and _bare(text).rstrip("!") in _labels(phrase_lists.TOUCH)


def promises_news(text: str) -> bool:
    """Tells whether a line below the heading of a newsletter begins with what it promises."""
    folded = fold(text[:MAX_CHARS])
    return _phrases(phrase_lists.PROMISES).stand(folded, _begin(folded))


def says_where_printed(text: str) -> bool:
    """Tells whether a block is the note that says where else the article was printed."""
    folded = fold(text[:MAX_CHARS])
    return _phrases(phrase_lists.PRINTED).stand(folded, _begin(folded))


def _begins_sentence(text: str, *lists: str) -> bool:
    if len(text) > MAX_CHARS:
        return False
    folded = fold(text)
    begins = [_begin(folded), *[end.end() for end in _SENTENCE.finditer(folded)]]
    return any(phrases.stand(folded, at) for phrases in map(_phrases, lists) for at in begins)


def _begin(folded: str) -> int:
    found = _LEADING.match(folded)
    return found.end() if found else 0


def heads_section(text: str) -> bool:
    """Tells whether a line heads what follows an article: related ones, the most read, buttons to share it."""
    return len(text) <= MAX_LABEL and (_bare(text) in _labels(phrase_lists.SECTIONS) or is_comment_label(text))


def is_weather(text: str) -> bool:
    """Tells whether a line is the weather in a page's head: "Weather 14°C Light rain", or degrees and hardly a word."""
    return names_weather(text) or (
        len(text) <= MAX_LABEL and bool(_DEGREES.search(text)) and len(fold(text).split()) <= _DEGREE_WORDS
    )


def names_weather(text: str) -> bool:
    """Tells whether a line with a number begins with a word for the weather."""
    if len(text) > _WEATHER_LINE or not any(map(str.isdecimal, text)):
        return False
    folded = fold(text)
    return _phrases(phrase_lists.WEATHER).stand(folded, _begin(folded))


def is_ad_label(text: str) -> bool:
    """Tells whether a line is what stands over an advertisement."""
    return len(text) <= 24 and _bare(text) in _labels(phrase_lists.AD_LABELS)


def labels_post(text: str) -> bool:
    """Tells whether a line is what an embedded post shows in place of itself: "View this post on …"."""
    if len(text) > _POST_LABEL:
        return False
    folded = fold(text)
    return _phrases(phrase_lists.POST_LABELS).stand(folded, _begin(folded))


def is_contents_label(text: str) -> bool:
    """Tells whether a line heads a table of contents."""
    return len(text) <= MAX_LABEL and _bare(text) in _labels(phrase_lists.CONTENTS)


def is_reply_label(text: str) -> bool:
    """Tells whether a line is the button below a comment."""
    return len(text) <= 24 and _bare(text) in _labels(phrase_lists.REPLIES)


def counts_comments(text: str) -> bool:
    """Tells whether a line says how many comments follow: "4 opinions", "コメント 3件"."""
    found = _counts_comments().match(fold(text)) if len(text) <= MAX_LABEL else None
    return bool(found and (found["before"] or found["after"]))


def is_comment_label(text: str) -> bool:
    """Tells whether a line is the heading of comments, with their number or without."""
    return len(text) <= MAX_LABEL and bool(_counts_comments().match(fold(text)))


@lru_cache(maxsize=1 << 14)
def _bare(text: str) -> str:
    return fold(text).strip(" \t\u00a0-–—:.·•|()[]【】*↩↪»«>")
