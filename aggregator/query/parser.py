"""Reads a query's text into its tree, by recursive descent over its tokens.

Terms side by side must all match and bind loosest; OR binds tighter, AND tighter than OR, NOT tightest: `a b OR c AND
d` is a and (b or (c and d)). What is wrong with the order of operators and terms, `tokens` has refused already.
"""

import unicodedata
from datetime import datetime
from typing import Any

from aggregator.errors import QueryError
from aggregator.query.time_words import moment, span
from aggregator.query.tokens import TEXT_FIELDS, Kind, Token, refuse, tokens
from aggregator.query.tree import STATES, And, Between, Everything, HasState, Is, Not, Nothing, Or, Query, Words
from aggregator.search_words import search_form
from aggregator.text import squeeze, storable


def parse(text: str, now: datetime) -> Query:
    """Returns the query that `text` asks; an empty one asks for everything. `now`: what `today` and `7d` are reckoned
    from. Raises QueryError."""
    text = storable(text)
    return _Parser(text, tokens(text), now).side_by_side(None)


def wordless(query: Query) -> tuple[str, ...]:
    """Returns the terms of a query that hold neither letters nor digits, which no article is found by."""
    if isinstance(query, Nothing):
        return (query.term,)
    parts = query.parts if isinstance(query, And | Or) else (query.part,) if isinstance(query, Not) else ()
    return tuple(dict.fromkeys(term for part in parts for term in wordless(part)))


class _Parser:
    """Takes the tokens of a query one after another; `field` is the field whose parentheses a term stands in."""

    def __init__(self, text: str, found: list[Token], now: datetime) -> None:
        self.text = text
        self.now = now
        self.rest = found[::-1]

    def side_by_side(self, field: str | None) -> Query:
        """Reads up to the end, or up to the parenthesis that closes."""
        parts = []
        while self.rest and self.rest[-1].kind != ")":
            parts.append(self.operands("or", field))
        said = [part for part in parts if not _is_punctuation(part)]  # the dashes and ampersands of a headline
        return _all(said or parts)

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
        exact = self.takes("exact")
        token = self.rest.pop()
        if token.kind == "field":
            return self.term(token.text)
        if token.kind == "(":
            found = self.side_by_side(field)
            self.takes(")")
            return found
        return self.leaf(token, field, exact=exact)

    def leaf(self, token: Token, field: str | None, *, exact: bool) -> Query:
        """Returns the meaning of one word, phrase or range."""
        if field in (None, *TEXT_FIELDS):
            return _words(token, field, exact=exact)
        value = token.text.strip()
        if not value:
            refuse(self.text, token.at, f"{field}: lacks its value")
        if field in ("published", "before", "after"):
            return self.published(token, field)
        if field == "story" and not value.isdecimal():
            refuse(self.text, token.at, "a story is asked for by its number")
        if value.endswith("*") and "://" not in value:
            refuse(self.text, token.at, f"{field}: takes no star; a star stands after a word of the text alone")
        if field == "is":
            unread = value.lower() == "unread"  # which is most articles, none of which has a mark
            return Not(HasState("read")) if unread else self.state(token, value.lower())
        if field in ("revised", "gone"):
            if value.lower() not in ("true", "false"):
                refuse(self.text, token.at, f"{field}: is asked for as true or false")
            found = self.state(token, field)
            return found if value.lower() == "true" else Not(found)
        return Is(field, value)  # type: ignore[arg-type]

    def state(self, token: Token, value: str) -> HasState:
        """Returns the state that stands after `is:`."""
        if value not in STATES:
            refuse(self.text, token.at, f"is: stands before {', '.join(STATES)} or unread")
        return HasState(value)

    def published(self, token: Token, field: str) -> Between:
        """Returns the range that stands after `published:`, or that ends or begins with what stands after `before:` or
        `after:`."""
        try:
            if field == "published":
                return _between(token.text, self.now)
            edge = _edge(token.text, self.now, after=False)
            return Between(None, edge) if field == "before" else Between(edge, None)
        except QueryError as error:
            refuse(self.text, token.at, str(error))


def _words(token: Token, field: Any, *, exact: bool) -> Query:
    words = tuple(search_form(token.text).split())
    prefix = token.kind == "word" and token.text.endswith("*")
    if words:
        return Words(words, field, prefix, exact and not prefix, token.text)
    return Everything() if token.text.strip() in ("", "*", "*:*") else Nothing(squeeze(token.text))


def _is_punctuation(query: Query) -> bool:
    """Tells whether a term is nothing but marks that stand between the words of a sentence, or excludes such a term."""
    term = query.part if isinstance(query, Not) else query
    return isinstance(term, Nothing) and all(
        one in "&+|=<>~^`´¨" or (one not in "%#@*‰" and unicodedata.category(one)[0] == "P") for one in term.term
    )


def _between(text: str, now: datetime) -> Between:
    """Reads `[a TO b]`, `{a TO b}`, `>=a`, `>a`, `<=b`, `<b`, or one time. Raises QueryError."""
    if text[0] in "[{":
        low, middle, high = text[1:-1].partition(" TO ")
        if not middle:
            raise QueryError("a range is written [2024-01-01 TO 2024-12-31], with * for an open end")
        return Between(_edge(low, now, after=text[0] == "{"), _edge(high, now, after=text[-1] == "]"))
    sign = text[: len(text) - len(text.lstrip("<>="))]
    rest = text[len(sign) :]
    if sign in (">", ">="):
        return Between(_edge(rest, now, after=sign == ">"), None)
    if sign in ("<", "<="):
        return Between(None, _edge(rest, now, after=sign == "<="))
    start, end = span(rest, now)
    return Between(int(start.timestamp()), int(end.timestamp()) if end else None)


def _edge(text: str, now: datetime, *, after: bool) -> int | None:
    text = text.strip().strip('"')
    return None if text == "*" else int(moment(text, now, after=after).timestamp())


def _all(parts: list[Query]) -> Query:
    kept = tuple(part for part in _once(parts, And) if part != Everything())
    return And(kept) if len(kept) > 1 else kept[0] if kept else Everything()


def _any(parts: list[Query]) -> Query:
    if Everything() in parts:
        return Everything()
    kept = _once(parts, Or)
    return Or(kept) if len(kept) > 1 else kept[0]


def _once(parts: list[Query], kind: type[And | Or]) -> tuple[Query, ...]:
    """Returns the parts, and those of parts of this kind, each once: what is said twice would be looked for twice."""
    pieces = (piece for part in parts for piece in (part.parts if isinstance(part, kind) else (part,)))
    return tuple({repr(piece): piece for piece in pieces}.values())  # words are equal however they were typed


def _negated(query: Query) -> Query:
    return query.part if isinstance(query, Not) else Not(query)
