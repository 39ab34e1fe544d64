"""Chooses the title among what linked data, OpenGraph, headings and the title element claim."""

import html
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import log
from urllib.parse import unquote, urlsplit

from aggregator.text import index_form as _index_form
from aggregator.text import squeeze

index_form = lru_cache(maxsize=1024)(_index_form)  # a page repeats its title, a site its name

_SEPARATOR = re.compile(r"\s[|–—\-·•»«:/\\~]\s|\s?[|｜»«]\s?|\s::\s|\s?[_＿]\s?(?=\S+$)")
# What stands in quotation marks is not taken apart.
_QUOTED = re.compile(
    r"“[^“”]*”|„[^„“”]*[“”]|‘[^‘]*?’(?!\w)|«[^«»]*»|»[^«»]*«|「[^「」]*」|『[^『』]*』|《[^《》]*》|(?<!\w)\"[^\"]*\"(?!\w)"
    r"|(?<!\w)'(?=\S)[^\"]*?(?<=\S)'(?!\w)"
)
_MARKUP = re.compile(r"</?(?:em|i|b|strong|sub|sup|span|q|cite|u|mark|small|font)(?:\s[^<>]*)?>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>|</?(?:p|div)>", re.IGNORECASE)
_LETTER = re.compile(r"\w")
_KICKER = re.compile(r"\s?[:|/–—]\s|\s-\s")
_CLOSING = tuple("'\"”’“»«」』")  # quotation marks that end what is quoted
_MAX_CHARS = 500  # of a claim
_MAX_HEADINGS = 6  # headings looked at
_SOFT_HYPHEN = "\u00ad"
_SLUG_WORD = re.compile(r"[^\W_]+")
_SLUG_NOISE = frozenset(("html", "htm", "php", "aspx", "shtml"))
# How much each property speaks for a candidate: a conditional logit, fitted by benchmarks/fit_titles.py
# (cross-validated by site: .85 of the titles of Fundus exact, .88 on WCXB, .93 on news of 2023).
_WEIGHTS = {
    "agreement": 1.49,
    "fields": -0.49,
    "has_separator": -1.57,
    "in_slug": 0.41,
    "is_heading": 1.59,
    "is_headline": 0.91,
    "is_later_heading": 0.28,
    "is_og": 1.83,
    "is_part": -0.59,
    "is_short": -0.92,
    "length": 0.86,
    "news_headline": 1.19,
    "of_slug": 0.76,
}


@dataclass(frozen=True, slots=True)
class TitleClaims:
    """Holds what a page claims to be its title, as found. `headings`: its h1 elements in document order; `marked_up`:
    those that hold markup, whose blanks are so a guess.

    `is_news`: the linked data calls its object news.
    """

    headline: str | None = None
    og: str | None = None
    twitter: str | None = None
    title: str | None = None
    headings: Sequence[str] = ()
    is_news: bool = False
    marked_up: Collection[str] = ()


@dataclass(slots=True)
class TitleCandidate:
    """A possible title as the first of its `sources` writes it. `words`: folded. `is_doubtful`: the spelling is a guess
    or all in capitals, so that the next source's is taken."""

    text: str
    words: frozenset[str]
    sources: set[str] = field(default_factory=set)
    is_doubtful: bool = False


def choose_title(claims: TitleClaims, site_names: Iterable[str], url: str | None) -> str | None:
    """Returns the article's title without the site's name; None if the page has none."""
    sites = {form for name in site_names if name and (form := index_form(name))}
    shared = None if claims.headline else _without_kickers(claims)
    if shared:
        return shared
    found = candidates(claims, sites)
    if len(found) < 2:
        return next((candidate.text for candidate in found.values()), None)
    rows = properties(found, url, is_news=claims.is_news)
    scores = [sum(_WEIGHTS[name] * value for name, value in row.items()) for row in rows]
    return list(found.values())[scores.index(max(scores))].text


def candidates(claims: TitleClaims, sites: set[str]) -> dict[str, TitleCandidate]:
    """Returns the possible titles by their folded words, written as the first source writes them: headings, then the
    claims."""
    found: dict[str, TitleCandidate] = {}
    for number, heading in enumerate(claims.headings[:_MAX_HEADINGS]):
        text = without_site(_clean(heading), sites)
        _add(found, text, "later" if number else "heading", sites, is_doubtful=heading in claims.marked_up)
    stated = (("headline", claims.headline), ("og", claims.og), ("twitter", claims.twitter), ("title", claims.title))
    whole = [(source, without_site(_clean(text), sites)) for source, text in stated if text]
    for source, text in whole:
        _add(found, text, source, sites)
    for text in dict.fromkeys(text for _, text in whole):
        breaks = _breaks(_SEPARATOR, text)
        if breaks:
            for part in (text[: breaks[0].start()], text[: breaks[-1].start()], text[breaks[-1].end() :]):
                _add(found, part.strip(), "part", sites, is_doubtful=True)
    return found


def _add(
    found: dict[str, TitleCandidate], text: str, source: str, sites: set[str], *, is_doubtful: bool = False
) -> None:
    form = index_form(text)
    if not form or _is_site(form, sites) or (source == "part" and " " not in form):
        return
    candidate = found.get(form)
    shouts = text.isupper()
    if candidate is None:
        candidate = found[form] = TitleCandidate(text, frozenset(form.split()), is_doubtful=is_doubtful or shouts)
    elif candidate.is_doubtful and not is_doubtful and not (shouts and not candidate.text.isupper()):
        candidate.text, candidate.is_doubtful = text, shouts
    candidate.sources.add(source)


def _is_site(form: str, sites: set[str]) -> bool:
    """Tells whether a folded text is the name of the site, be it written in one word as in its address."""
    return form in sites or form.replace(" ", "").removeprefix("the") in {
        site.replace(" ", "").removeprefix("the") for site in sites
    }


def _without_kickers(claims: TitleClaims) -> str | None:
    """Returns what the heading and OpenGraph share, if each puts another kicker before it: "A: Title" and "B -
    Title"."""
    heading = next((_split_kicker(_clean(text)) for text in claims.headings if text), [])
    og = _split_kicker(_clean(claims.og or ""))
    if len(heading) < 2 or len(og) < 2 or index_form(heading[1]) != index_form(og[1]):
        return None
    if heading[0].endswith(_CLOSING) or og[0].endswith(_CLOSING):
        return None  # what somebody says is no kicker
    return og[1] if index_form(heading[0]) != index_form(og[0]) and " " in index_form(og[1]) else None


def _split_kicker(text: str) -> list[str]:
    breaks = _breaks(_KICKER, text)
    return [text[: breaks[0].start()], text[breaks[0].end() :]] if breaks else [text]


@lru_cache(maxsize=64)  # a page states one title in several places
def _breaks(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str], ...]:
    """Returns where a title may be taken apart: not between quotation marks."""
    breaks = tuple(pattern.finditer(text))
    quoted = [quote.span() for quote in _QUOTED.finditer(text)] if breaks else []
    if not quoted:
        return breaks
    return tuple(
        one for one in breaks if "|" in one[0] or not any(one.start() < b and a < one.end() for a, b in quoted)
    )


def properties(found: dict[str, TitleCandidate], url: str | None, *, is_news: bool) -> list[dict[str, float]]:
    """Returns one row a candidate, in order: what `_WEIGHTS` weighs. `is_news`: linked data calls its object news."""
    slug = _slug_words(url)
    whole = [(form, candidate) for form, candidate in found.items() if candidate.sources != {"part"}]
    rows: list[dict[str, float]] = []
    for form, candidate in found.items():
        words, sources = candidate.words, candidate.sources
        others = [other.words for other_form, other in whole if other_form != form]
        shared = len(words & slug)
        rows.append(
            {
                "is_heading": float("heading" in sources),
                "is_later_heading": float("later" in sources),
                "is_og": float("og" in sources),
                "is_headline": float("headline" in sources),
                "news_headline": float(is_news and "headline" in sources),
                "is_part": float(sources == {"part"}),
                "fields": float(len(sources - {"part", "later"})),
                "agreement": sum(len(words & other) for other in others) / (len(words) * len(others))
                if others
                else 0.5,
                "of_slug": shared / len(slug) - 0.5 if slug else 0.0,
                "in_slug": shared / len(words) - 0.5 if slug else 0.0,
                "length": log(len(form) / 50),
                "is_short": float(len(words) <= 2),
                "has_separator": float(" | " in candidate.text or " - " in candidate.text or " — " in candidate.text),
            }
        )
    return rows


def _slug_words(url: str | None) -> frozenset[str]:
    """Returns the words of the path's wordiest part, empty if it has fewer than three: slugs are made from titles."""
    best: list[str] = []
    try:
        path = urlsplit(url or "").path
    except ValueError:
        return frozenset()
    for part in unquote(path)[:_MAX_CHARS].lower().split("/"):
        found = [word for word in _SLUG_WORD.findall(part) if not word.isdigit() and word not in _SLUG_NOISE]
        best = found if len(found) >= max(3, len(best)) else best
    return frozenset(best)


def parts(title: str) -> list[tuple[str, str]]:
    """Returns (an end of a title, the rest) where it may be taken apart, the last part first."""
    breaks = _breaks(_SEPARATOR, title)
    if not breaks:
        return []
    first, last = breaks[0], breaks[-1]
    return [
        (title[last.end() :], title[: last.start()]),
        (title[: first.start()], title[first.end() :]),
    ]


def without_site(title: str, sites: set[str]) -> str:
    """Returns the title without the parts, at either end, that name the site."""
    breaks = _breaks(_SEPARATOR, title)
    if not breaks:
        return title
    start, end = 0, len(title)
    if _names_site(title[breaks[-1].end() :], sites, title[: breaks[-1].start()]):
        end = breaks[-1].start()
    elif _names_site(title[: breaks[0].start()], sites, title[breaks[0].end() :]):
        start = breaks[0].end()
    return title[start:end].strip()


def _names_site(part: str, sites: set[str], rest: str) -> bool:
    form = index_form(part)
    if not form or not _LETTER.search(rest):
        return False
    joined = form.replace(" ", "")
    return any(
        form == site
        or joined == site.replace(" ", "")
        or (len(site) > 3 and site in form and len(form) < 2 * len(site) + 12)
        for site in sites
    )


@lru_cache(maxsize=64)
def _clean(text: str) -> str:
    text = html.unescape(text[:_MAX_CHARS]).replace(_SOFT_HYPHEN, "")
    return squeeze(_MARKUP.sub("", _BREAK.sub(" ", text)) if "</" in text or "/>" in text else text)
