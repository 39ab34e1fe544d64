"""Repairs what stops an XML parser most often: bare ampersands, the entities of HTML, references to no character."""

import re
from html import unescape

from aggregator.feeds.decode_xml import legal

# Within CDATA sections and comments an ampersand is one; what a DOCTYPE declares is known to the parser alone.
_LITERAL = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z))", re.DOTALL)
_DECLARATIONS = re.compile(r"<!DOCTYPE[^<>]*\[", re.IGNORECASE)
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)(?:#(\d{1,7}|[xX][0-9a-fA-F]{1,6});|(\w{2,32});)?")


def repair(text: str) -> str:
    """Returns the text with entities of HTML as their characters, without references to what XML does not allow, and
    with every other ampersand escaped."""
    if "&" not in text or _DECLARATIONS.search(text[:10_000]):
        return text
    parts = _LITERAL.split(text)
    parts[::2] = [_AMPERSAND.sub(_repaired, part) for part in parts[::2]]
    return "".join(parts)


def _repaired(found: re.Match[str]) -> str:
    """Returns what stands for an ampersand and what follows it. One that means `<` or the like stays escaped."""
    if found[1]:
        code = int(found[1][1:], 16) if found[1][0] in "xX" else int(found[1])
        return found[0].replace("X", "x", 1) if code < 0x110000 and legal(chr(code)) else ""
    meant = unescape(found[0]) if found[2] else "&"
    return "&amp;" + found[0][1:] if any(character in "<>&\"'" for character in meant) else meant
