"""Defines the tree of a query that has been read."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

TextField = Literal["title", "lead", "text"]
ValueField = Literal["site", "feed", "lang", "author", "tag", "story", "saved"]
State = Literal["copy", "gone", "paywalled", "read", "revised", "starred"]
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
    """Matches words that stand next to each other, in the form of the search index; one word is a phrase of one.

    `field` None: in any of title, lead and text. `prefix`: the last word may go on.
    """

    words: tuple[str, ...]
    field: TextField | None = None
    prefix: bool = False


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
