"""Tells by its form alone whether a text can be the name of a person or of a newsroom."""

import re

from aggregator.extraction.metadata.language import function_words

_PARTICLE = re.compile(
    r"^(?:de|da|do|dos|das|del|della|di|du|la|le|van|von|vom|zu|zur|der|den|het|ter|ten|af|av|al|el|bin|ibn|ben|y|e|i"
    r"|of|the|d['’].+|['’]t)$"
)
# Words of headings and buttons that are no part of names.
_HEADING_WORDS = (
    "table contents content demo tips tip guide guides center centre blog blogs forum sign out in up get started start "
    "starting free download living "
    "reading read time page front home news about contact study culture shop shopping store menu search service "
    "services resources resource products "
    "product reviews review reviewer founder lead desk team health lifestyle travel money business technology tech "
    "science sports sport opinion world "
    "politics entertainment share save print email newsletter subscribe skip comments comment more learn view posts "
    "post article articles media photo "
    "photos video videos image images getty updated published minutes mins min last related popular latest top best "
    "how what why your our my new data "
    "management marketing software design insurance development engineering research education university college "
    "school institute recipes food "
    "garden planning checklist copyright rights privacy policy fact checked source key takeaways overview introduction "
    "summary disclosure"
)
_NO_NAME_WORDS = frozenset(_HEADING_WORDS.split())
_HONORIFIC = re.compile(r"(?:(?:Dr|Prof|Professor)\b\.?\s+)+(?=\w+\s)")
COLLECTIVE = re.compile(
    r"\w.*\s(?:staff|team|editors|editorial|desk|newsroom|contributors?|reporters|redaktion|redacción|redação|redazione"
    r"|rédaction|redactie|redaksjonen|redaktionen|toimitus)$",
    re.IGNORECASE,
)


def plausible(name: str) -> bool:
    """Returns True if a text of unknown origin has the form of one name: a few words in capitals, or of a script
    without."""
    parts = name.split()
    if not 1 <= len(parts) <= 5 or len(name) > 50 or any(char.isdigit() or char in "?!:…#|" for char in name):
        return False
    if name.lower() == name.upper():
        return len(name) <= 24
    if len(parts) <= 2 and len(name) <= 20 and "/" in name:  # initials of an agency and its editor
        return True
    return parts[0][:1].isupper() and all(part.lstrip("(")[:1].isupper() or _PARTICLE.match(part) for part in parts)


def without_honorific(name: str) -> str:
    """Returns a name without the "Dr" or "Prof." before it."""
    return _HONORIFIC.sub("", name)


def is_person(name: str) -> bool:
    """Returns True if a text without any label has the form of a person's name or of a newsroom's: two to four
    capitalised words, none of them common in headings and buttons."""
    parts = without_honorific(name).split()
    if not 2 <= len(parts) <= 4 or not plausible(name) or name.isupper() or name.lower() == name.upper():
        return False  # in scripts without capitals a name looks like any other words
    if COLLECTIVE.match(name):
        return True
    return not any(
        part.lower() in _NO_NAME_WORDS
        or (len(part) > 2 and part.lower() in function_words() and not _PARTICLE.match(part))
        for part in parts
    )
