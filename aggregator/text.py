"""Reads bytes as text, text as words, and makes the forms in which texts are compared and stored."""

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from functools import lru_cache
from hashlib import blake2b
from itertools import chain, filterfalse
from typing import TypeVar

T = TypeVar("T")
_MAX_KNOWN_WORDS = 1 << 16

# Scripts written without spaces between words; each of their characters counts as a word:
# Thai, Lao, Burmese, Khmer, kana, Han, half-width kana. (Hangul is written with spaces.)
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff"
)
# A word: letters, digits and the marks that belong to them (the vowel signs of Indic scripts are no \w in Python).
_MARKS = (
    "\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0962"
    "\u0963\u0981-\u0983\u09bc-\u09cd\u0a01-\u0a4d\u0a81-\u0acd\u0b01-\u0bcd\u0c00-\u0c4d\u0c81-\u0ccd\u0d00-\u0d4d"
)
_WORD = re.compile(f"[{UNSPACED}]|[^\\W_{UNSPACED}]+(?:[{_MARKS}]+[^\\W_{UNSPACED}]*)*")
_SPECIAL = re.compile(f"[{UNSPACED}{_MARKS}]")
# Where a text has none of these, the gaps are found by tables, and what lies beyond ASCII is looked at by itself: ten
# times as quick as an expression that runs over the whole text.
_FOREIGN_GAP = re.compile(r"[^\w\x00-\x7f]")
_FEW_UNEVEN = 20  # characters of a text for each
_MAX_GAPS = 50  # different ones, each of which means to go over the text
_ASCII = bytes(range(128))
_LETTERS = bytes(byte if byte > 127 or chr(byte).isalnum() else 32 for byte in range(256))
_LOWER = _LETTERS.lower()
_SPACE = re.compile(r"\s+")
_PIECE = 1 << 18  # characters
_PARTING = re.compile("[\u00ad\u200b\u200c\u2060\ufeff]")  # invisible, and stands within words
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
# Accents and what they stand on, which is looked for behind them: an expression that begins with a set is found faster.
_ACCENTS = re.compile("[\u0300-\u036f](?<=[a-z\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff][\u0300-\u036f])[\u0300-\u036f]*")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_HALF_ESCAPE = re.compile(
    r"\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f][0-9a-f]{2})|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f][0-9a-f]{2}", re.IGNORECASE
)
# Characters that folding makes a word of, or takes a word apart at: the words around them are folded before they are
# told apart, and a text with many of them as a whole.
_UNEVEN = re.compile(
    f"[{UNSPACED}{_MARKS}\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00bc-\u00be\u013f\u0140\u037a\u0f00-\u0fff"
    "\u20a8\u2100-\u215f\u2189\u2460-\u24ff\u2e80-\u2fdf\u3038-\u303a\u3190-\u33ff\ufb50-\ufdff\ufe70-\ufeff\uff65\U0001f100-\U0001f2ff]"
)


def words(text: str) -> list[str]:
    """Returns the words of a text as they stand; a character of a script without spaces is a word."""
    return _split(text, _LETTERS) if text.isascii() or not _SPECIAL.search(_foreign(text)) else _WORD.findall(text)


def words_and_form(text: str) -> tuple[list[str], str]:
    """Returns the `words` of a text, none of them parted by invisible characters, those that folding takes apart in
    their parts where they are few, and its `index_form`."""
    found = _even_words(text)
    if found is None:
        return words(text if text.isascii() else _PARTING.sub("", text)), index_form(text)
    return list(found), _folded(found)


@lru_cache(maxsize=4)  # what an article is compared by and what it is found by are made of the same words
def _even_words(text: str) -> tuple[str, ...] | None:
    """Returns the words of a text as they stand, those that folding takes apart in their parts; None if it is very
    long, or has many of these."""
    if len(text) > _PIECE:
        return None
    uneven = frozenset[str]()
    if not text.isascii() and (found := _UNEVEN.findall(_foreign(text))):
        if len(found) > len(text) // _FEW_UNEVEN:
            return None
        uneven = frozenset(found)
    apart = _split(text, _LETTERS, uneven)
    if not uneven:
        return tuple(apart)
    special = dict[str, tuple[str, ...]]()
    for part in filterfalse(str.isascii, set(apart)):
        if _UNEVEN.search(part):
            if (parts := _PARTS[part]) is None:
                return None
            special[part] = parts
    return tuple(chain.from_iterable([special.get(part, (part,)) for part in apart]))


def _foreign(text: str) -> str:
    """Returns the characters of a text that are not ASCII."""
    return text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass")


def _parts(text: str) -> tuple[str, ...] | None:
    """Returns the words of what stands between two gaps and folding takes apart, or puts together; None if folded
    words are others than the words of what is folded, as with marks on letters of another script."""
    found = _WORD.findall(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))
    return tuple(found) if list(map(fold, found)) == _WORD.findall(fold(text)) else None


def _split(text: str, table: bytes, kept: Set[str] = frozenset()) -> list[str]:
    """Returns what stands between the gaps of a text: all that is no letter and no digit, but for the `kept`."""
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) > len(text):
        gaps = set(_FOREIGN_GAP.findall(_foreign(text))) - kept
        if len(gaps) > _MAX_GAPS:
            apart = _FOREIGN_GAP.sub(lambda found: found[0] if found[0] in kept else " ", text)
            raw = apart.encode("utf-8", "surrogatepass")
        else:
            for gap in gaps:
                raw = raw.replace(gap.encode("utf-8", "surrogatepass"), b" ")
    return raw.translate(table).decode("utf-8", "surrogatepass").split()


def _folded(found: Sequence[str]) -> str:
    """Returns words as `fold` makes them, each of which stays one, with a space between two."""
    form = " ".join(found)
    return form.lower() if form.isascii() else " ".join(map(FOLDED.__getitem__, found))


def count_words(text: str) -> int:
    """Returns how many `words` a text has."""
    return len(words(text)) if len(text) <= _PIECE else sum(len(words(piece)) for piece in _pieces(text))


def _pieces(text: str) -> Iterator[str]:
    """Yields a text in pieces, so that the words of a very long one are never all in memory; cut at a blank if there is
    one near."""
    at = 0
    while len(text) - at > _PIECE:
        gap = _SPACE.search(text, at + _PIECE, at + _PIECE + _PIECE // 8)
        end = gap.end() if gap is not None else at + _PIECE
        yield text[at:end]
        at = end
    yield text[at:]


def caseless(text: str) -> str:
    """Returns a text in lower case, NFKC, without invisible characters; accents stay."""
    if text.isascii():
        return text.lower()
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text).casefold())


def caseless_words(text: str) -> Sequence[str]:
    """Returns the words of a text; they are those of its `fold`, but accents stay, and case mostly does."""
    if len(text) <= _PIECE:
        return _caseless_words(text)
    return [word for piece in _pieces(text) for word in _caseless_words(piece)]


def _caseless_words(text: str) -> Sequence[str]:
    found = _even_words(text)
    return _WORD.findall(caseless(text)) if found is None else found


def fold(text: str) -> str:
    """Returns the form in which words are compared: NFKC, lower case, without accents and invisible characters.

    Marks are taken off Latin, Greek and Cyrillic letters only: elsewhere they are part of the word.
    """
    text = caseless(text)
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))


class WordTable(dict[str, T]):
    """Remembers what a function makes of each word, so that the words of a text cost a look-up each and no call."""

    def __init__(self, make: Callable[[str], T]) -> None:
        self._make = make

    def __missing__(self, word: str) -> T:
        if len(self) >= _MAX_KNOWN_WORDS:
            self.clear()
        self[word] = made = self._make(word)
        return made


FOLDED = WordTable(fold)
_PARTS = WordTable(_parts)


def index_form(text: str) -> str:
    """Returns the words of a text, folded, one space between two: the form in which texts are compared."""
    return " ".join(filter(None, map(_index_form, _pieces(text)))) if len(text) > _PIECE else _index_form(text)


def _index_form(text: str) -> str:
    if text.isascii():
        return " ".join(_split(text, _LOWER))
    found = _even_words(text)
    return " ".join(_WORD.findall(fold(text))) if found is None else _folded(found)


def squeeze(text: str) -> str:
    """Returns one line: every run of white space is one space, no control characters, ends stripped."""
    if text.isprintable():  # as nearly all texts are, which then have no other white space than spaces
        return " ".join(text.split())
    return _SPACE.sub(" ", _CONTROL.sub(" ", text)).strip()


def shortened(text: str, most: int) -> str:
    """Returns one line of at most so many characters; what is longer is cut at a blank, if there is one near, and ends
    in " …"."""
    text = squeeze(text)
    if len(text) <= most:
        return text
    whole = text[: most - 1].rpartition(" ")[0]
    return f"{whole if len(whole) > most // 2 else text[: most - 2]} …"


def paragraphs(text: str) -> list[str]:
    """Returns the paragraphs of a text, which are separated by empty lines."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def storable(text: str) -> str:
    """Returns the text without what databases refuse or terminals obey: control characters and lone surrogates."""
    return _CONTROL.sub("", text)


def mend_escapes(json: str) -> str:
    """Returns JSON in which escapes that name half a character name U+FFFD: no encoding has a place for them."""
    return _HALF_ESCAPE.sub(r"\\ufffd", json)


def hash64(text: str) -> int:
    """Returns a stable 64-bit hash as a signed integer, which is what SQL's BIGINT holds."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


def text_hash(text: str) -> int:
    """Returns a hash that is equal for texts whose folded words are equal: the test for an exact copy."""
    return hash64(index_form(text))


_MARKS_OF_ORDER = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins as UTF-16's mark does
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Labels mean what browsers take them for (WHATWG Encoding Standard), which is a superset of what they say.
_ENCODINGS = {
    label: name
    for name, labels in {
        "cp1252": "iso-8859-1 iso8859-1 latin1 latin-1 us-ascii ascii",
        "cp1254": "iso-8859-9",
        "cp874": "iso-8859-11 tis-620",
        "gb18030": "gb2312 gbk x-gbk",
        "big5hkscs": "big5",
        "cp932": "shift_jis shift-jis sjis x-sjis windows-31j",
        "cp949": "euc-kr ks_c_5601-1987",
        "utf-16-le": "unicode utf-16",
        "utf-8": "utf8",
    }.items()
    for label in labels.split()
}
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)")
# How files begin that are no text (https://mimesniff.spec.whatwg.org/, section 6).
_FILE_KINDS = {
    "a PDF file": (b"%PDF-",),
    "a picture": (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"\x00\x00\x01\x00"),
    "a ZIP file": (b"PK\x03\x04",),
    "gzip data": (b"\x1f\x8b\x08",),
    "binary data": (
        *(b"%!PS-Adobe-", b"Rar!\x1a\x07", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"wOFF", b"wOF2"),
        *(b"ID3\x02", b"ID3\x03", b"ID3\x04", b"OggS\x00", b"\x1aE\xdf\xa3", b"fLaC"),
    ),
}
_ALL_FILES = tuple(start for starts in _FILE_KINDS.values() for start in starts)
_TAG, _DETECTED_BYTES = re.compile(rb"<[^>]{0,2000}>"), 100_000
_RIFF = (b"WEBP", b"WAVE", b"AVI ")


def file_kind(body: bytes) -> str | None:
    """Returns what a body is that is a file and no text, as a phrase ("a PDF file"); None for text."""
    if body.startswith(_ALL_FILES):
        return next(kind for kind, starts in _FILE_KINDS.items() if body.startswith(starts))
    is_media = (body.startswith(b"RIFF") and body[8:12] in _RIFF) or body[4:8] == b"ftyp"
    return "binary data" if is_media else None


def decode_marked(body: bytes) -> str | None:
    """Returns the text of a body with a byte order mark, or of markup in UTF-16 without one; None if it is neither."""
    for mark, name in _MARKS_OF_ORDER:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    if body.startswith(b"<\0") and body[3:4] == b"\0":
        return body.decode("utf-16-le", "replace")
    if body.startswith(b"\0<\0"):
        return body.decode("utf-16-be", "replace")
    return None


def decode_valid(body: bytes, encodings: Iterable[str]) -> str | None:
    """Returns the text in the first of these encodings that all bytes fit; None if they fit none."""
    for name in encodings:
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return None


def detected_encoding(body: bytes) -> str:
    """Returns the encoding that the bytes of a marked-up text look like most."""
    from charset_normalizer import from_bytes  # imported late: hardly a document needs it

    best = from_bytes(_TAG.sub(b" ", body[:_DETECTED_BYTES])).best()
    return best.encoding if best else "windows-1252"


def encoding_of(label: str) -> str | None:
    """Returns Python's name of the encoding that a label stands for; None for what is no encoding of text."""
    name = _ENCODINGS.get(label.lower(), label.lower())
    try:
        "".encode(name)  # `zip` and `rot13` are codecs too
        return codecs.lookup(name).name
    except (LookupError, UnicodeError, ValueError):
        return None


def header_encoding(content_type: str | None) -> str | None:
    """Returns the encoding that a Content-Type header names, if it is one."""
    found = _CHARSET.search(content_type or "")
    return encoding_of(found[1]) if found else None


def xml_encoding(body: bytes) -> str | None:
    """Returns the encoding that the XML declaration at the start of a body names, if it is one."""
    found = _XML.match(body)
    return encoding_of(found[1].decode("ascii")) if found else None


def without_formula(value: object) -> object:
    """Returns a cell of a table, with an apostrophe before a text that spreadsheets would take for a formula.

    Source: OWASP, CSV Injection.
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
