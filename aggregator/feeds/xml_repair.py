"""Repairs two mistakes that stop an XML parser: bare ampersands, and the entities of HTML."""

import re
from html import unescape

_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)\w{2,32};")


def repair(text: str) -> str:
    """Returns the text with entities of HTML as their characters and every other ampersand escaped."""
    if "&" not in text:
        return text
    return _BARE_AMPERSAND.sub("&amp;", _ENTITY.sub(_character, text))


def _character(entity: re.Match[str]) -> str:
    """Returns the character of an entity of HTML; one that means `<` or the like stays escaped."""
    found = unescape(entity[0])
    return entity[0] if any(character in "<>&\"'" for character in found) else found
