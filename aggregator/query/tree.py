"""What a query is once it has been read."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

TextField = Literal["title", "lead", "text"]
ValueField = Literal["site", "feed", "lang", "author", "tag", "story", "revised", "gone"]


@dataclass(frozen=True, slots=True)
class Everything:
    """Every article."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stand next to each other, in the form of the search index; one word is a phrase of one.

    `field` None: in any of title, lead and text. `prefix`: the last word may go on.
    """

    words: tuple[str, ...]
    field: TextField | None = None
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Is:
    """An article's property, as the person wrote it."""

    field: ValueField
    value: str


@dataclass(frozen=True, slots=True)
class Between:
    """Published from `since` up to and without `until`: seconds since 1970, UTC; None is open."""

    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more parts."""

    parts: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more parts."""

    parts: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever the part does not match."""

    part: "Query"


Query: TypeAlias = Everything | Words | Is | Between | And | Or | Not
