"""Puts texts and names of an item into the form in which they are kept: HTML with its breaks, names of people alone."""

import re
from html import unescape

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_LINKED = re.compile(r"<a\b[^<>]*>(.*?)</a>", re.DOTALL | re.IGNORECASE)
_MAIL = re.compile(
    r"(?:&lt;|[<(\[])?(?<![\w@.+-])(?:mailto:)?[\w.+-]{1,100}@(?:[\w-]{1,63}\.){1,5}[a-zA-Z]{2,20}\b(?:&gt;|[>)\]])?"
)
_BY = re.compile(r"\s*by:?\s", re.IGNORECASE)
_ELEMENTS = "p|div|a|b|i|em|strong|span|img|br|h[1-6]|ul|ol|table|blockquote|figure|section|article|iframe|center"
_ESCAPED_START = re.compile(rf"\s*&lt;(?:{_ELEMENTS})\b", re.IGNORECASE)
_ESCAPED_END = re.compile(rf"(?:&lt;/(?:{_ELEMENTS})|/)&gt;\s*$", re.IGNORECASE)
_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_WRAPPED = range(50, 101)  # characters of a line that a program broke


def with_breaks(html: str) -> str:
    """Returns HTML; what has no markup is plain text, whose lines and paragraphs become marked.

    Markup that is escaped once too often is taken for what it was meant as: no text both begins and ends with a tag
    that it talks about. Lines of plain text that are all as long as a program wraps them are one line.
    """
    if "<" in html:
        return html
    if "&lt;" in html and _ESCAPED_START.match(html) and _ESCAPED_END.search(html[-60:]):
        return unescape(html)
    if "\n" not in html:
        return html
    parts = [_lines(part) for part in _EMPTY_LINE.split(html.replace("\r", "").strip())]
    return parts[0] if len(parts) == 1 else "".join(f"<p>{part}</p>" for part in parts)


def _lines(text: str) -> str:
    lines = [line.strip() for line in text.split("\n")]
    return " ".join(lines) if all(len(line) in _WRAPPED for line in lines[:-1]) else "<br>".join(lines)


def names(text: str) -> list[str]:
    """Returns the names of people in an author's text: of links the words, without tags, mail addresses and "by"."""
    if "<" not in text and "@" not in text and "&" not in text and text[:1] not in "bB ":
        return [text]
    text = unescape(text)
    return [_name(found) for found in _LINKED.findall(text) or [text]]


def without_mail(text: str) -> str:
    """Returns an author's text without the mail addresses in it, and without what set them apart from the name."""
    if "@" not in text:
        return text
    bare = _MAIL.sub("", text)
    return text if bare == text else bare.strip(" ()[]<>,;:-\n\t")


def _name(text: str) -> str:
    bare = _TAG.sub("", without_mail(text))
    return _BY.sub("", bare, count=1) if _BY.match(bare) else bare
