"""Makes words of the search index of what is known of an article beside its texts: its site, language, authors, tags.

Each has a character in front that no word of a text has. A site, a language and a tag are one word; a name is as many
as it has, which are asked for side by side. Whoever changes what is made here counts
`store.searching.search_index.FORM` up.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeGuard, get_args
from urllib.parse import urlsplit

from aggregator.search_words import search_form
from aggregator.text import fold
from aggregator.urls import host_of

FactField = Literal["site", "lang", "author", "tag"]
_MARKS: dict[FactField, str] = {"site": "\ue0f7", "lang": "\ue0f8", "author": "\ue0f9", "tag": "\ue0fa"}
_NOBODY = "\ue0fb"  # begins no word
_NO_PART = re.compile(r"[\s\x00-\x1f\x7f\"'\\]+")  # of a word of either database's index
_LONGEST = 100  # characters of a site, language or tag that are told apart
_MAX_NAMED = 200  # authors, and tags: a page that lists its readers is by no one


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an article, as words. `single`: those of which each says it all; `names`: those of its authors,
    in the order in which they stand, behind each author the mark alone."""

    single: tuple[str, ...]
    names: tuple[str, ...]

    def in_a_row(self) -> str:
        """Returns all words, with a space between two."""
        return " ".join((*self.single, *self.names))


def facts(site: str, url: str, lang: str | None, authors: Sequence[str], tags: Sequence[str]) -> Facts:
    """Returns what an article is found by that has this site and this canonical URL."""
    found = [_word("site", site), _word("site", host(url) or site)]
    if lang:
        whole = _language(lang)
        ends = [place for place, one in enumerate(whole) if one == "-"]
        found += [_word("lang", whole[:end]) for end in (*ends, len(whole))]
    found += [_word("tag", tag) for tag in tags[:_MAX_NAMED]]
    named = [word for one in authors[:_MAX_NAMED] for word in (*_name(one), _MARKS["author"])]
    return Facts(tuple(dict.fromkeys(one for one in found if len(one) > 1)), tuple(named))


def is_fact(field: str) -> TypeGuard[FactField]:
    """Tells whether this field of a query asks for a fact."""
    return field in get_args(FactField)


def asked(field: FactField, value: str) -> tuple[str, ...]:
    """Returns the words, side by side, that articles have of which a query says this; the last one of a name may go on.
    A site may be any URL in it. Where no article can be meant it is a word that none has."""
    value = value.strip()
    if field == "author":
        return _name(value) or (_NOBODY,)
    if field == "site":
        value = host(value) or ""
    return (_word(field, _language(value) if field == "lang" else value),)


def host(value: str) -> str | None:
    """Returns the host of a site's name, or of any URL in it, without `www.`, with its port if there is one."""
    try:
        parts = urlsplit(value if "//" in value else f"//{value}")
        name = host_of(parts).removeprefix("www.")
        return name + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return None


def _language(value: str) -> str:
    return value.replace("_", "-")


def _name(author: str) -> tuple[str, ...]:
    return tuple(_MARKS["author"] + word for word in search_form(author).split())


def _word(field: FactField, value: str) -> str:
    return _MARKS[field] + _NO_PART.sub("_", fold(value))[:_LONGEST]
