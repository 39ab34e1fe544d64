"""Defines the tree of a query that has been read."""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as value
from typing import Literal, TypeAlias, get_args

from aggregator.search_words import joined, stem_form

TextField = Literal["title", "lead", "text"]
ValueField = Literal["site", "feed", "lang", "author", "tag", "story", "saved"]
State = Literal["copy", "gone", "paywalled", "read", "revised", "starred"]
_SHORT = 3  # letters of a word
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True)
class Everything:
    """Matches every article."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """Matches no article: a term without letters or digits, as the person wrote it."""

    term: str


@dataclass(frozen=True, slots=True)
class Words:
    """Matches words that stand next to each other, as `search_words.search_form` has them; one word is a phrase of one.

    `field` None: in any of title, lead and text. `prefix`: the last word may go on. `exact`: words alone, and no others
    of their stems. `typed`: what stems are made of, as it was written, because accents matter to them.
    """

    words: tuple[str, ...]
    field: TextField | None = None
    prefix: bool = False
    exact: bool = False
    typed: str = value(default="", compare=False)

    def spellings(self, languages: Iterable[str]) -> list[tuple[str, ...]]:
        """Returns the words as an article of one of these languages has them: by their stems, of the words as they were
        typed and in plain letters, and as they stand."""
        plain = " ".join(self.words)
        stems = (tuple(stem_form(text, one).split()) for one in languages for text in (self.typed or plain, plain))
        return list(dict.fromkeys([self.words, *stems]))

    def in_one_word(self) -> "Words | None":
        """Returns what the words are written as in one, if they may well be: `longterm` of long-term. Short ones (`us`
        of U.S.) are other words."""
        if self.prefix or self.exact or len(self.words) == 1 or " " in self.typed.strip():
            return None
        found = "".join(self.words)
        is_telling = found in joined(self.typed) and (len(found) > _SHORT or any(map(str.isdecimal, found)))
        return Words((found,), self.field, typed=found) if is_telling else None


@dataclass(frozen=True, slots=True)
class Is:
    """Matches a property of an article, as the person wrote it."""

    field: ValueField
    value: str


@dataclass(frozen=True, slots=True)
class HasState:
    """Matches what is in a state: a copy of another article, its page gone, its text cut off by a paywall, revised, so
    that earlier texts are kept, read or starred by whoever reads the archive."""

    state: State


@dataclass(frozen=True, slots=True)
class Between:
    """Matches what was published from `since` up to and without `until`: seconds since 1970, UTC; None is open."""

    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class And:
    """Matches what all of two or more parts match."""

    parts: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """Matches what any of two or more parts matches."""

    parts: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """Matches what the part does not match."""

    part: "Query"


Query: TypeAlias = Everything | Nothing | Words | Is | HasState | Between | And | Or | Not
