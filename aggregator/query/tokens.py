"""Cuts a query's text into tokens, so that punctuation of ordinary text is never taken for syntax.

Lucene gives a meaning to nearly every sign; a person who pastes a headline means words. Syntax here is no more than:
a quoted phrase, parentheses, AND OR NOT (&& ||), a sign before a term (- ! + =), the name of a field with its colon, a
range after `published:`, and a star at a word's end. What Lucene has beside these and is clearly meant is refused with
what there is instead: to find nothing and say nothing would be worse.
"""

import difflib
import re
from dataclasses import dataclass
from typing import Literal, NoReturn

from aggregator.errors import QueryError
from aggregator.text import squeeze

TEXT_FIELDS = ("title", "lead", "text")
FIELDS = (*TEXT_FIELDS, *"author site feed lang tag story published before after is revised gone saved".split())
_OF_SENTENCES = ("before", "after", "is")  # "The day after: …" is no field
_MEANT = {
    "date": "published",
    "time": "published",
    "since": "after",
    "until": "before",
    "by": "author",
    "source": "feed",
    "language": "lang",
    "body": "text",
}
MAX_LENGTH = 10_000  # characters
MAX_TOKENS = 400
MAX_DEPTH = 8  # SQLite's parser overflows at some 20 levels of conditions

Kind = Literal["word", "phrase", "range", "field", "exact", "and", "or", "not", "(", ")"]

_TOKEN = re.compile(
    rf"""(?P<space>\s+)
      | (?P<sign>[-+!](?=[^\s)]))
      | (?P<exact>=(?=["“„«(\w]))
      | (?P<field>(?!(?i:{"|".join(_OF_SENTENCES)}):\s)(?i:{"|".join(FIELDS)}):)
      | (?P<range>[\[{{][^\]}}]*\sTO\s[^\]}}]*[\]}}])
      | (?P<regex>/[^/\s]+/(?=[\s)]|$))
      | (?P<open>\()
      | (?P<close>\))
      | "(?P<phrase>[^"]*)"(?P<near>[~^*][\d.]*)?
      | [“„«](?P<curly>[^"“”„«»]*)[”“»]
      | (?P<quote>")
      | (?P<word>[^\s()"]+)""",
    re.VERBOSE,
)
# After a field name: a value runs to the next space, with whatever colons, signs and balanced parentheses it has.
_VALUE = re.compile(r'[^\s()"]+(?:\([^\s()"]*\)[^\s()"]*)*')
_RANGE = re.compile(r"[\[{][^\]}]*[\]}]")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_NAMED = re.compile(r"([a-z][a-z_.]*):(?=\S|$)", re.IGNORECASE)
_WEIGHT = re.compile(r"\^\d*\.?\d*$")
_INEXACT = re.compile(r"\w~\d*\.?\d*$")
_WILDCARD = re.compile(r"[*?]\w|\w\*.")
_OPERATORS: dict[str, Kind] = {"AND": "and", "&&": "and", "OR": "or", "||": "or", "NOT": "not"}


@dataclass(frozen=True, slots=True)
class Token:
    """Holds one piece; `at` is its offset in the query."""

    kind: Kind
    text: str
    at: int


_STARS = "write the beginning of a word and a star, as in ferr*"
_AFTER_PHRASE = {
    "~": "distances between words are not known; leave out the ~ and its number",
    "^": "weights (^) are not known; leave it out",
    "*": "a star stands after a word alone; leave it out, or put the star inside the quotation marks of one word",
}
_RANGE_ELSEWHERE = "a range stands after published: alone, as in published:[2024-01-01 TO 2024-12-31]"


def refuse(query: str, at: int, why: str) -> NoReturn:
    """Raises the QueryError that shows where a query can't be read."""
    seen = squeeze(query[max(0, at - 20) : at + 20])
    raise QueryError(f"can't read the query at character {at + 1}, near {seen!r}: {why}")


def tokens(query: str) -> list[Token]:
    """Returns the tokens of a query in an order that can be read: parentheses are balanced, and a term stands wherever
    an operator wants one. Raises QueryError."""
    if len(query) > MAX_LENGTH:
        raise QueryError(f"the query has {len(query):,} characters; {MAX_LENGTH:,} are read at most, so ask for less")
    found: list[Token] = []
    at = 0
    while at < len(query):
        match = _TOKEN.match(query, at)
        if match is None:  # a curly quotation mark that is never closed and stands alone
            at += 1
            continue
        at = match.end()
        token = _token(query, match)
        if token is None:
            continue
        found.append(token)
        if token.kind == "field":
            at = _value(query, at, found)
        if len(found) > MAX_TOKENS:
            refuse(query, token.at, f"it has more than {MAX_TOKENS} terms; ask for fewer at a time")
    _check_parentheses(query, found)
    _check_operands(query, found)
    return found


def _token(query: str, match: re.Match[str]) -> Token | None:
    at, kind, text = match.start(), match.lastgroup, match[0]
    if kind == "space" or text == "+":
        return None
    if kind == "sign":
        return Token("not", text, at)
    if kind == "field":
        return Token("field", text[:-1].lower(), at)
    if kind == "exact":
        return Token("exact", text, at)
    if kind in ("open", "close"):
        return Token("(" if kind == "open" else ")", text, at)
    if kind == "near":
        refuse(query, match.start("near"), _AFTER_PHRASE[match["near"][0]])
    if kind == "quote":
        refuse(query, at, "this quotation mark is never closed")
    if kind in ("phrase", "curly"):
        return Token("phrase", match[kind], at)
    if kind in ("range", "regex"):
        refuse(query, at, _RANGE_ELSEWHERE if kind == "range" else f"regular expressions are not known; {_STARS}")
    if text in _OPERATORS:
        return Token(_OPERATORS[text], text, at)
    if not _URL.match(text):
        _check_field(query, at, text, query[match.end() : match.end() + 1])
        _check_word(query, at, text)
    return Token("word", text, at)


def _check_field(query: str, at: int, text: str, following: str) -> None:
    """Refuses what looks like a field of a name that there is not; `Note: rain` and `12:30` do not."""
    named = _NAMED.match(text)
    if named is None or (named.end() == len(text) and following not in ("(", '"')):
        return
    name = named[1]
    near = [_MEANT[name.lower()]] if name.lower() in _MEANT else difflib.get_close_matches(name.lower(), FIELDS, 1)
    meant = f"did you mean {near[0]}? " if near else ""
    refuse(
        query, at, f"there is no field {name}: {meant}The fields are {', '.join(FIELDS)}; to find the text, quote it"
    )


def _check_word(query: str, at: int, text: str) -> None:
    """Refuses Lucene's signs in a word that have no meaning here."""
    if _WEIGHT.search(text):
        refuse(query, at, "weights (^) are not known; leave it out, or quote the text")
    if _INEXACT.search(text):
        refuse(query, at, f"inexact words (~) are not known; {_STARS}, or quote the text")
    if _WILDCARD.search(text):
        refuse(query, at, f"a wildcard stands at a word's end alone; {_STARS}, or quote the text")


def _value(query: str, at: int, found: list[Token]) -> int:
    """Reads what follows a field's name at `at`; returns where it ends."""
    field = found[-1].text
    while at < len(query) and query[at].isspace():
        at += 1
    if at == len(query) or query[at] == ")":
        refuse(query, found[-1].at, f'{field}: lacks its value; to search for the word itself write "{field}"')
    if query[at] in '("' or (field in TEXT_FIELDS and query[at] == "="):
        return at
    if field == "published" and query[at] in "[{":
        match = _RANGE.match(query, at)
        if match is None:
            refuse(query, at, "this range is never closed; write published:[2024-01-01 TO 2024-12-31]")
        found.append(Token("range", match[0], at))
        return match.end()
    if query[at] in "[{" and _RANGE.match(query, at):
        refuse(query, at, _RANGE_ELSEWHERE)
    if query[at] == "=" and field != "published":
        refuse(query, at, f"= stands before words of title, lead and text alone; write {field}: without it")
    match = _VALUE.match(query, at)
    assert match is not None
    if match[0] in _OPERATORS or (match[0][0] in "-!" and len(match[0]) > 1):
        refuse(query, at, f"signs and operators stand before a field, as in -{field}:…; or quote the text")
    if not _URL.match(match[0]):
        _check_word(query, at, match[0])
    found.append(Token("word", match[0], at))
    return match.end()


def _check_parentheses(query: str, found: list[Token]) -> None:
    stack: list[Token] = []
    for token, following in zip(found, [*found[1:], None], strict=False):
        if token.kind == "(":
            stack.append(token)
            if len(stack) > MAX_DEPTH:
                refuse(query, token.at, f"parentheses are nested deeper than {MAX_DEPTH}")
            if following is not None and following.kind == ")":
                refuse(query, token.at, "these parentheses are empty")
        elif token.kind == ")":
            if not stack:
                refuse(query, token.at, "this parenthesis was never opened")
            stack.pop()
    if stack:
        refuse(query, stack[-1].at, "this parenthesis is never closed")


def _check_operands(query: str, found: list[Token]) -> None:
    lacks_term, was_exact = bool(found), False
    for token in found:
        if lacks_term and token.kind in ("and", "or", ")"):
            refuse(query, token.at, 'a term is missing before this; put words such as AND in quotation marks: "AND"')
        if was_exact and token.kind not in ("word", "phrase"):
            refuse(query, token.at, '= stands right before a word or a phrase, as in title:="ferries"')
        was_exact = token.kind == "exact"
        lacks_term = token.kind in ("and", "or", "not", "field", "exact", "(")
    if lacks_term:
        refuse(query, len(query), "a term is missing at the end")
