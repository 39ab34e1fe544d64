"""Makes the words of a text what the search index holds and queries ask for: plain spellings, and stems.

A word has a form, which is its plain spelling (`odegard` of Ødegård), and in an article whose language has a stemmer a
stem with that language's mark: `running` of an English article is `run` with the mark of English, so that it is no
German or French word. Forms and stems of a text stand in step, one for one, so that a phrase means the same of both.
Whoever changes what is made here counts `store.searching.search_index.FORM` up.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import NamedTuple

from aggregator.text import WordTable, caseless, caseless_words, fold

# Snowball's algorithms by the language of an article. A language's mark is its place here: new ones go to the end.
STEMMERS = {
    "ar": "arabic",
    "hy": "armenian",
    "eu": "basque",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "nl": "dutch",
    "en": "english",
    "et": "estonian",
    "fi": "finnish",
    "fr": "french",
    "de": "german",
    "el": "greek",
    "hi": "hindi",
    "hu": "hungarian",
    "id": "indonesian",
    "ga": "irish",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "no": "norwegian",
    "fa": "persian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "es": "spanish",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
    "eo": "esperanto",
}
_MARKS = {language: chr(0xE000 + place) for place, language in enumerate(STEMMERS)}  # no letters: no word has them
FORM_MARK = "\ue0ff"  # of a form that is no stem: prefixes, exact words and what is ranked first are looked for there
_SCRIPTS = {"ar": "ء-ي", "fa": "ء-ی", "hy": "ա-և", "el": "ͱ-Ͽἀ-῿", "hi": "ऀ-ॿ", "ne": "ऀ-ॿ", "ru": "а-ӿ", "sr": "a-zа-ӿ"}
_SCRIPTS |= {"ta": "஀-௿", "yi": "א-ת"}
_OWN_SCRIPT = {language: re.compile(f"[{_SCRIPTS.get(language, 'a-zß-ʯḀ-ỿ')}]") for language in STEMMERS}
_LONGEST = 100  # characters of a word; a database takes no longer ones than 2,046 bytes
_LONGEST_STEMMED = 40
_DOTTED_I = str.maketrans({"I": "ı", "İ": "i"})
_TURKIC = ("tr", "az")
_SAME = {"nb": "no", "nn": "no"}


def _plain_letters() -> dict[int, str | None]:
    """Returns what a form has instead of a character: letters with a stroke or hook, which Unicode does not take apart,
    become plain ones; letters that are spelt in several ways get one; what is often left out goes."""
    found: dict[int, str | None] = {}
    for code in (*range(0xE0, 0x2B0), *range(0x1D80, 0x1D9B), *range(0x2C60, 0x2C80), *range(0xA740, 0xA7CB)):
        named = re.match("LATIN SMALL LETTER ([A-Z]) WITH ", unicodedata.name(chr(code), ""))
        if named:
            found[code] = named[1].lower()
    found |= {ord(one): plain for one, plain in zip("æœðþıŋəßĸ", "ae oe d th i n a ss q".split(), strict=True)}
    found |= {ord(one): plain for one, plain in zip("آأإٱىیکةۀ", "ااااييكهه", strict=True)}
    left_out = (*range(0x610, 0x61B), 0x640, *range(0x64B, 0x660), 0x670, *range(0x591, 0x5BE), 0x5BF, 0x5C1, 0x5C2)
    return found | dict.fromkeys(left_out)


_PLAIN = _plain_letters()
_HANGUL = re.compile("([\uac00-\ud7a3])")  # particles are written onto Korean words, so that no space ends the word
_PLURAL_NUMBER = re.compile(r"[^\W\d_]?\d+s")  # 1990s, F-16s in one word
_LETTERS_AND_DIGITS = re.compile(r"([^\W\d_]{2,})(\d+)")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
# "and", "the", "in", "as", "to", "from", "that", which Hebrew writes onto the next word, alone or two of them.
_HEBREW = re.compile("(?:[ושכ][בהכלמש]|[ובהכלמש])(?=[א-ת]{3})")
_ARABIC_AND = re.compile("[وف](?=ال..|لل..)")
# Spellings that are written in one word too: AT&T, R&D; J.K., Ph.D.; B-52, long-term; don't, O'Brien; 1,234,567.
_JOINED = re.compile(
    r"(?<![\w-])(?:[^\W\d_]{1,2}(?:&[^\W\d_]{1,2})+"
    r"|[^\W\d_]{1,2}(?:\.[^\W\d_])+"
    r"|[^\W\d_]\.(?:\ [^\W\d_]\.)+"
    r"|[^\W_]+(?:[-\u2010\u2011][^\W_]+){1,2}"
    r"|[^\W\d_]+n['’]t"
    r"|[^\W\d_]['’][^\W\d_]+"
    r"|\d{1,3}(?:[.,'’\u00a0\u2009\u202f\ ]\d{3})+)(?![\w-])",
    re.VERBOSE,
)
_JOINT = re.compile(r"[^\w]+")
# What joins over a blank, of any kind: J. K., 1 000.
_GOING_ON = re.compile(r"[\ \u00a0\u2009\u202f](?:(?<=\d.)\d{3}(?!\d)|(?<=[^\W\d_]\. )[^\W\d_]\.)")
_GOES_ON = ""
_MAY_GO_ON = re.compile(r"\d{3}(?!\d)|[^\W\d_]\.")
_AROUND_WORDS = ".,;:!?\"'()[]“”„‘’‚«»…–—"
_CAN_JOIN = re.compile(r"\w[-&.'’\u2010\u2011,\u00a0\u2009\u202f]\w|\w\. \w\.|\d \d")


class Word(NamedTuple):
    """What a word becomes: its form and its stem (the form itself where there is no stemmer), each of as many words as
    the other, and other spellings by which it is found."""

    form: str
    stem: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchTerms:
    """What an article is found by. `forms` and `stems`: of title, lead and text, words in step; `others`: words by
    which it is found beside its stems, each once: forms that are no stems, and other spellings."""

    forms: tuple[str, str, str]
    stems: tuple[str, str, str]
    others: str


def stemming(lang: str | None) -> str:
    """Returns the language, of `STEMMERS`, by which an article in `lang` is stemmed; empty if there is none."""
    language = (lang or "").replace("_", "-").partition("-")[0].lower()
    language = _SAME.get(language, language)
    return language if language in STEMMERS or language in _TURKIC else ""


def search_form(text: str, language: str = "") -> str:
    """Returns the forms of a text's words, one space between two."""
    return " ".join([word.form for word in read(text, language)])


def stem_form(text: str, language: str) -> str:
    """Returns the stems of a text's words, one space between two."""
    return " ".join([word.stem for word in read(text, language)])


def search_terms(title: str | None, lead: str | None, text: str, lang: str | None) -> SearchTerms:
    """Returns what an article in `lang` is found by."""
    language = stemming(lang)
    fields = [_apart(part or "", language) for part in (title, lead, text)]
    distinct = set[str]().union(*fields)
    # Each word is looked up once in the large table of all, and then in one that the processor's cache holds.
    forms, stems, others = (
        zip(*map(_words_of(language).__getitem__, distinct), strict=True) if distinct else ((), (), ())
    )
    form, stem = (dict(zip(distinct, some, strict=True)).__getitem__ for some in (forms, stems))
    if "" in forms:
        fields = [list(filter(form, field)) for field in fields]
    plain = set(filter(str.isalpha, distinct))
    found = set(chain.from_iterable(others)).union(*(joined(part, plain) for part in (title, lead, text) if part))
    title_form, lead_form, text_form = (" ".join(map(form, field)) for field in fields)
    title_stem, lead_stem, text_stem = (" ".join(map(stem, field)) for field in fields)
    return SearchTerms((title_form, lead_form, text_form), (title_stem, lead_stem, text_stem), " ".join(sorted(found)))


def compounds(text: str) -> list[str]:
    """Returns the parts of a text that are written in one word elsewhere: AT&T, long-term, 1,234,567."""
    return _JOINED.findall(_joinable(text)) if _CAN_JOIN.search(text) else []


def joined(text: str, plain: Set[str] = frozenset()) -> set[str]:
    """Returns the words that parts of a text are written as elsewhere: `att` of AT&T, `longterm` of long-term.

    `plain`: words of letters alone, which are no such parts.
    """
    found = set(chain.from_iterable(map(_SPELT.__getitem__, set(text.split()).difference(plain))))
    if _GOES_ON in found and _GOING_ON.search(text):
        return _in_one_word(compounds(text))
    return found - {_GOES_ON}


def _in_one_word(found: Iterable[str]) -> set[str]:
    short = {one for match in found if len(one := _JOINT.sub("", match)) <= _LONGEST_STEMMED}
    made = [word for one in short for word in read(one, "")]
    return {word.form for word in made} | {other for word in made for other in word.others if other == word.form[:-1]}


def _spelt(part: str) -> tuple[str, ...]:
    """Returns what `joined` finds in what stands between two blanks, and a mark if it may go on what stands before."""
    found = () if part.strip(_AROUND_WORDS).isalnum() else _in_one_word(_JOINED.findall(part))
    return (*found, _GOES_ON) if _MAY_GO_ON.match(part) else tuple(found)


_SPELT = WordTable(_spelt)


def _joinable(text: str) -> str:
    """Returns what `_JOINED` can match of a text, at a fraction of its length: what stands between blanks and is not
    letters and digits alone, or digits alone; what does not follow each other there is on lines of its own."""
    kept, last = list[str](), 0
    for place, part in enumerate(text.split(" "), 2):
        if not part.isalnum() or part.isdecimal():
            kept += (" " if place == last + 1 else "\n", part)
            last = place
    return "".join(kept)


def read(text: str, language: str) -> list[Word]:
    """Returns the words of a text, as they are in an article of that language (of `stemming`)."""
    return [word for word in map(_words_of(language).__getitem__, _apart(text, language)) if word.form]


def _apart(text: str, language: str) -> Sequence[str]:
    return caseless_words(text.translate(_DOTTED_I) if language in _TURKIC else text)


@cache
def _words_of(language: str) -> WordTable[Word]:
    """Returns what remembers the words of a language."""
    return WordTable(_maker(language))


def _maker(language: str) -> Callable[[str], Word]:
    """Returns what makes a word of that language."""
    stem = _stemmer(language) if language in STEMMERS else None
    mark = _MARKS.get(language, "")
    own = _OWN_SCRIPT.get(language)

    def made(word: str) -> Word:
        plain = word.isascii()
        cased = (word.lower() if plain else unicodedata.normalize("NFC", caseless(word)))[:_LONGEST]
        form = _form(cased)
        others = set[str]() if plain and cased.isalpha() else set(_others(cased, form, language))
        if stem is None or own is None or not own.match(cased) or len(cased) > _LONGEST_STEMMED:
            return Word(form, form, tuple(others))
        alone = _ARABIC_AND.sub("", cased) if language == "ar" else cased
        found = _form(stem(alone))
        stemmed = found or form
        if " " in stemmed or " " in form:  # Hangul in a text of that language
            return Word(form, form, tuple(others))
        asked = found if alone == form else _form(stem(form))  # by who asks in plain letters
        if asked != stemmed:
            others.add(form)
        if stemmed != form:
            others.add(f"{form}{FORM_MARK}")
        return Word(form, f"{stemmed}{mark}", tuple(others))

    return made


def _stemmer(language: str) -> Callable[[str], str]:
    from Stemmer import Stemmer  # imported when needed: what asks of no language need not load it

    stem: Callable[[str], str] = Stemmer(STEMMERS[language], 0).stemWord
    return stem


def _form(word: str) -> str:
    """Returns the plain spelling of a word, which is `caseless`: ø is o and æ is ae, Arabic and Hebrew stand
    without vowel marks, and each syllable of Hangul is a word, as a Chinese character is."""
    if word.isascii():
        return word
    return " ".join(_HANGUL.sub(r" \1 ", fold(word).translate(_PLAIN)).split())


def _others(cased: str, form: str, language: str) -> Iterable[str]:
    if found := _LETTERS_AND_DIGITS.fullmatch(form):
        yield from found.groups()
    if _PLURAL_NUMBER.fullmatch(form):
        yield form[:-1]
    if language == "de" and (spelt := cased.translate(_GERMAN)) != cased:
        yield _form(spelt)
    if found := _HEBREW.match(form):
        yield form[1:]
        yield form[found.end() :]
