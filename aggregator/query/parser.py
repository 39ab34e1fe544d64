"""From a query's text to its tree.

tokens (ours: what is syntax at all) -> luqum (how operators and parentheses bind) -> tree (what the terms mean)
"""

from typing import TYPE_CHECKING, Any

from aggregator.errors import QueryError
from aggregator.query.time_words import span
from aggregator.query.tokens import Token, refuse, tokens
from aggregator.query.tree import And, Between, Everything, Is, Not, Or, Query, Words
from aggregator.text import index_form

if TYPE_CHECKING:
    from luqum.tree import Item

_SPELLINGS = {"and": "AND", "or": "OR", "not": "NOT", "(": "(", ")": ")"}


def parse(text: str) -> Query:
    """The query that `text` asks; an empty one asks for everything. Raises QueryError."""
    found = tokens(text)
    if not found:
        return Everything()
    return _Reader(text, found).query(_bind(text, found))


def _bind(text: str, found: list[Token]) -> "Item":
    """luqum's tree over the tokens, in which every term is spelled as its number."""
    from luqum.exceptions import ParseError  # imported late: it costs 40 ms
    from luqum.thread import parse as bind

    places: list[int] = []
    spelled = ""
    for number, token in enumerate(found):
        piece = f"f{number}:" if token.kind == "field" else _SPELLINGS.get(token.kind, f"t{number}") + " "
        places.extend([token.at] * len(piece))
        spelled += piece
    try:
        return bind(spelled)
    except ParseError as error:
        at = _place(str(error), places)
        if at is None:
            refuse(text, len(text), "a term is missing at the end")
        refuse(text, at, 'a term is missing before this; put words such as AND in quotation marks: "AND"')


def _place(message: str, places: list[int]) -> int | None:
    number = message.rpartition("position ")[2].rstrip("!")
    return places[min(int(number), len(places) - 1)] if number.isdigit() else None


class _Reader:
    """Turns luqum's tree into ours."""

    def __init__(self, text: str, found: list[Token]) -> None:
        self.text = text
        self.found = found

    def query(self, item: Any, field: str | None = None) -> Query:
        """The meaning of one node of luqum's tree; `field` is the field whose parentheses it stands in."""
        from luqum.tree import BaseGroup, OrOperation, Prohibit, SearchField, Word
        from luqum.tree import Not as LuqumNot

        negative = False
        while isinstance(item, (LuqumNot, Prohibit, BaseGroup)):
            negative ^= not isinstance(item, BaseGroup)
            item = item.children[0]
        if isinstance(item, SearchField):
            found = self.query(item.expr, self.found[int(item.name[1:])].text)
        elif isinstance(item, Word):
            found = self.leaf(self.found[int(item.value[1:])], field)
        else:
            parts = [self.query(child, field) for child in item.children]
            found = _any(parts) if isinstance(item, OrOperation) else _all(parts)
        return _negated(found) if negative else found

    def leaf(self, token: Token, field: str | None) -> Query:
        """The meaning of one term."""
        if field in (None, "title", "lead", "text"):
            return _words(token, field)
        value = token.text.strip()
        if field == "published":
            return self.published(token)
        if not value or (field == "story" and not value.isdecimal()):
            refuse(self.text, token.at, "a story is asked for by its number" if value else f"{field}: lacks its value")
        if field in ("revised", "gone") and value.lower() not in ("true", "false"):
            refuse(self.text, token.at, f"{field}: is asked for as true or false")
        return Is(field, value)  # type: ignore[arg-type]

    def published(self, token: Token) -> Between:
        """The range that stands after `published:`."""
        try:
            return _between(token.text)
        except QueryError as error:
            refuse(self.text, token.at, str(error))


def _words(token: Token, field: Any) -> Query:
    words = tuple(index_form(token.text).split())
    prefix = token.kind == "word" and token.text.endswith("*")
    return Words(words, field, prefix) if words else Everything()


def _between(text: str) -> Between:
    """`[a TO b]`, `{a TO b}`, `>=a`, `>a`, `<=b`, `<b`, or one day, month or year."""
    if text[0] in "[{":
        low, middle, high = text[1:-1].partition(" TO ")
        if not middle:
            raise QueryError("a range is written [2024-01-01 TO 2024-12-31], with * for an open end")
        return Between(_edge(low, after=text[0] == "{"), _edge(high, after=text[-1] == "]"))
    sign = text[: len(text) - len(text.lstrip("<>="))]
    rest = text[len(sign) :]
    if sign in (">", ">="):
        return Between(_edge(rest, after=sign == ">"), None)
    if sign in ("<", "<="):
        return Between(None, _edge(rest, after=sign == "<="))
    return Between(_edge(rest, after=False), _edge(rest, after=True))


def _edge(text: str, *, after: bool) -> int | None:
    text = text.strip().strip('"')
    return None if text == "*" else int(span(text)[after].timestamp())


def _all(parts: list[Query]) -> Query:
    kept = [part for part in parts if part != Everything()]
    if len(kept) < 2:
        return kept[0] if kept else Everything()
    return And(tuple(piece for part in kept for piece in (part.parts if isinstance(part, And) else (part,))))


def _any(parts: list[Query]) -> Query:
    if Everything() in parts:
        return Everything()
    return Or(tuple(piece for part in parts for piece in (part.parts if isinstance(part, Or) else (part,))))


def _negated(query: Query) -> Query:
    return query.part if isinstance(query, Not) else Not(query)
