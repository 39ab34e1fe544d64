"""Reads a query's text into its tree, by recursive descent over its tokens.

Terms side by side must all match and bind loosest; OR binds tighter, AND tighter than OR, NOT tightest: `a b OR c AND
d` is a and (b or (c and d)). What is wrong with the order of operators and terms, `tokens` has refused already.
"""

from typing import Any

from aggregator.errors import QueryError
from aggregator.query.time_words import span
from aggregator.query.tokens import Kind, Token, refuse, tokens
from aggregator.query.tree import And, Between, Everything, Is, Not, Or, Query, Words
from aggregator.text import index_form


def parse(text: str) -> Query:
    """Returns the query that `text` asks; an empty one asks for everything. Raises QueryError."""
    return _Parser(text, tokens(text)).side_by_side(None)


class _Parser:
    """Takes the tokens of a query one after another; `field` is the field whose parentheses a term stands in."""

    def __init__(self, text: str, found: list[Token]) -> None:
        self.text = text
        self.rest = found[::-1]

    def side_by_side(self, field: str | None) -> Query:
        """Reads up to the end, or up to the parenthesis that closes."""
        parts = []
        while self.rest and self.rest[-1].kind != ")":
            parts.append(self.operands("or", field))
        return _all(parts)

    def operands(self, operator: Kind, field: str | None) -> Query:
        """Reads operands of OR, each of which is operands of AND, each of which is a term."""
        is_or = operator == "or"
        parts = [self.operands("and", field) if is_or else self.term(field)]
        while self.takes(operator):
            parts.append(self.operands("and", field) if is_or else self.term(field))
        return _any(parts) if is_or else _all(parts)

    def takes(self, kind: Kind) -> bool:
        """Takes the next token if it is of this kind, and tells whether it was."""
        return bool(self.rest) and self.rest[-1].kind == kind and bool(self.rest.pop())

    def term(self, field: str | None) -> Query:
        """Reads a term with what stands before it: NOT, a field's name, or a parenthesis around several."""
        if self.takes("not"):
            return _negated(self.term(field))
        token = self.rest.pop()
        if token.kind == "field":
            return self.term(token.text)
        if token.kind == "(":
            found = self.side_by_side(field)
            self.takes(")")
            return found
        return self.leaf(token, field)

    def leaf(self, token: Token, field: str | None) -> Query:
        """Returns the meaning of one word, phrase or range."""
        if field in (None, "title", "lead", "text"):
            return _words(token, field)
        value = token.text.strip()
        if not value:
            refuse(self.text, token.at, f"{field}: lacks its value")
        if field == "published":
            return self.published(token)
        if field == "story" and not value.isdecimal():
            refuse(self.text, token.at, "a story is asked for by its number")
        if field in ("revised", "gone") and value.lower() not in ("true", "false"):
            refuse(self.text, token.at, f"{field}: is asked for as true or false")
        return Is(field, value)  # type: ignore[arg-type]

    def published(self, token: Token) -> Between:
        """Returns the range that stands after `published:`."""
        try:
            return _between(token.text)
        except QueryError as error:
            refuse(self.text, token.at, str(error))


def _words(token: Token, field: Any) -> Query:
    words = tuple(index_form(token.text).split())
    prefix = token.kind == "word" and token.text.endswith("*")
    return Words(words, field, prefix) if words else Everything()


def _between(text: str) -> Between:
    """Reads `[a TO b]`, `{a TO b}`, `>=a`, `>a`, `<=b`, `<b`, or one day, month or year. Raises QueryError."""
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
    if len(parts) == 1:
        return parts[0]
    if Everything() in parts:
        return Everything()
    return Or(tuple(piece for part in parts for piece in (part.parts if isinstance(part, Or) else (part,))))


def _negated(query: Query) -> Query:
    return query.part if isinstance(query, Not) else Not(query)
