"""Parses dates as pages give them: ISO 8601 and its many corruptions, e-mail dates, time stamps, and printed dates of
any order in some fifty languages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from aggregator.extraction.article import Precision
from aggregator.text import fold
from aggregator.times import JALALI_MONTHS, all_months

_OLDEST, _NEWEST = 1970, 2100
_BUDDHIST = 543  # years between the Thai and the common era
_MAX_CHARS = 400  # characters of a text that are looked at


@dataclass(frozen=True, slots=True)
class Moment:
    """A point of time as a page gives it: aware, in the page's own offset; a bare day is midnight UTC."""

    at: datetime
    precision: Precision


# Names of zones and their minutes east of Greenwich.
_ZONE_PAIRS = (
    "z=0 utc=0 gmt=0 wet=0 bst=60 west=60 cet=60 mez=60 wat=60 cest=120 mesz=120 eet=120 sast=120 cat=120 "
    "eest=180 msk=180 eat=180 trt=180 pkt=300 ist=330 wib=420 ict=420 wita=480 hkt=480 sgt=480 myt=480 pht=480 "
    "awst=480 wit=540 jst=540 kst=540 acst=570 aest=600 aedt=660 nzst=720 nzdt=780 est=-300 et=-300 cdt=-300 "
    "edt=-240 cst=-360 ct=-360 mdt=-360 mst=-420 mt=-420 pdt=-420 pst=-480 pt=-480 akst=-540 hst=-600 art=-180 brt=-180"
)
_ZONES = {name: int(minutes) for name, minutes in (pair.split("=") for pair in _ZONE_PAIRS.split())}
_AMERICAN = ("et", "ct", "mt", "pt")  # standard time in winter, daylight time in summer
_OFFSET = r"(?:utc|gmt)?\s*([+-])(\d{2}):?(\d{2})(?!\d)"
_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)([-/.])\s?(\d{1,2})\2\s?(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(?<![\d.])((?:19|20)\d\d)([01]\d)([0-3]\d)(?:t?([0-2]\d)([0-5]\d)([0-5]\d)?)?(?![\d.])")
_CJK = re.compile(
    r"(?<!\d)(\d{4}|(?:令和|平成|民國|民国)\s*(?:\d{1,3}|元))\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일號号]?"
)
_NAME = (
    r"([^\W\d_][^\W\d_\u0300-\u036f]*"
    r"(?:[\u0e31-\u0e4e\u0900-\u0903\u093a-\u094f\u0981-\u09cd\u0b82-\u0bcd\u0c00-\u0c4d][^\W\d_]*)*|[ก-๛]{1,3}\.[ก-๛])"
)
_OF = r"(?:(?:de|del|di|of|da|ng|i)\s+|(?:d|ta)[’']\s*)?"
_DAY_NAME_YEAR = re.compile(
    rf"(?<![\d.:/])(\d{{1,2}})(?:\s?(?:(?:st|nd|rd|th|er|ste|de|:?a|-?го|η|ης)(?![^\W\d_])"
    rf"|[º°ª]))?[.,]?[\s\-/]*{_OF}{_NAME}\.?,?[\s\-/]*(?:(?:de|del|d[’']|of|a|năm|พ\.ศ\.)\s+)?[’']?(\d{{4}})(?!\d)"
)
_NAME_DAY_YEAR = re.compile(
    rf"{_NAME}\.?\s*(\d{{1,2}})(?:\s?(?:st|nd|rd|th)(?![^\W\d_]))?\s*(?:[.,،]"
    rf"|\s)\s*(?:\d{{1,2}}:\d\d(?::\d\d)?\s+(?:[a-z]{{3,4}}\s+)?)?(\d{{4}})(?!\d)"
)
_YEAR_NAME_DAY = re.compile(
    rf"(?<!\d)(\d{{4}})\s*[.,\-]?\s*(?:m\.|ko|(?:e)?ko|urteko)?\s*{_NAME}\.?[\s\-](\d{{1,2}})(?!\d|,?\s*(?:19|20)\d\d)"
)
_YEAR_DAY_NAME = re.compile(rf"(?<!\d)(\d{{4}})\.?\s*gada\s+(\d{{1,2}})\.?\s+{_NAME}")
_VIETNAMESE = re.compile(r"(\d{1,2})\s*(?:thang|tháng)\s*(\d{1,2})[,\s]*(?:nam|năm)?\s*(\d{4})")
_NUMERIC = re.compile(r"(?<![\d.:/])(\d{1,2})\s?([./\-|])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d/])")
_CLOCK = re.compile(
    r"(?<![\d:.,])(?:(午後|오후|下午|午前|오전|上午)\s*)?([01]?\d|2[0-4])\s?(?:[:h時시点點]|(?<=\d)\.(?=\d\d\s*(?:uhr"
    r"|[ap]\.?m|wi|น)))\s?([0-5]\d)(?:\s?分|\s?분)?(?:[:.]([0-5]\d)(?:[.,]\d+)?)?\s*([ap]\.?\s?m\b)?"
)
_AFTER, _BEFORE = 48, 30  # characters after and before a date among which its clock is looked for
# What may stand between a date and its clock, on the same line: weekdays and short words ("at", "um", "kl", "klockan").
_GAP = re.compile(
    r"[^\w\n]*(?:(?:[^\W\d_]{1,4}|klockan|godzina|heures?|horas?|ora|time|posted|publi\w+|[^\W\d_]*day)\b[^\w\n]*){0,3}"
)
_NO_CLOCK = re.compile(r"\s*(?:min|sec|std|hrs?\b)")
_STAMP = re.compile(r"1\d{9}(?:\d{3})?(?:\.\d+)?$")
_ZONE_WORD = re.compile(r"\(?([a-z]{1,4})\b")


def parse_date(text: str | None, *, month_first: bool = False) -> Moment | None:
    """Returns the first date in a short text or attribute value; None if there is none that can be believed.

    `month_first` decides what 05/06/2024 means; where only one reading is a date, that one is taken.
    """
    if not text:
        return None
    text = text.strip()[:_MAX_CHARS]
    return _from_iso(text) or _from_stamp(text) or next(find_dates(text, month_first=month_first), None)


def find_dates(text: str, *, month_first: bool = False) -> Iterator[Moment]:
    """Yields every date printed in a text, the clearest notations first."""
    folded = _digits(fold(text[:_MAX_CHARS]))
    for start, end, day in _days(folded, month_first):
        yield _with_clock(day, folded[end : end + _AFTER], folded[max(0, start - _BEFORE) : start], folded[start:end])


_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
# A year of four digits, of a Japanese era, or of two after a day and a month of two.
_YEAR = re.compile(
    r"(?<!\d)(?:19|20|25|14)\d\d(?!\d)|(?:令和|平成)\s*(?:\d{1,2}|元)(?=\s*年)"
    r"|(?<=(?<!\d)\d\d[./]\d\d[./])\d\d(?![\d./])"
)
_LONE_YEAR = re.compile(r"\n,?\s?((?:19|20)\d\d)(?=\n|$)")


_LABEL = 40  # characters before a date that may say what it is of
_LABEL_BEHIND = re.compile(
    r"[ \d:時時分点()（）\[\]]*((?:最終)?更新|公開|配信|掲載|[(\[] ?(?:updated|aktualisiert|actualizado))"
)


def printed_dates(text: str, *, month_first: bool = False) -> list[tuple[Moment, str]]:
    """Returns (date, the words before it) of the dates in a longer text, in its order.

    A date may run over the end of a line only where its year stands alone on the next.
    """
    folded = _LONE_YEAR.sub(r" \1", _digits(fold(text)))
    found: dict[int, tuple[int, date]] = {}
    taken = -1
    for year in _YEAR.finditer(folded):
        if year.start() < taken:
            continue
        offset = max(0, taken, year.start() - 32, folded.rfind("\n", 0, year.start()) + 1)
        line_end = folded.find("\n", year.end(), year.end() + 14)
        part = folded[offset : line_end if line_end >= 0 else year.end() + 14]
        days = [(offset + a, offset + b, day) for a, b, day in _days(part, month_first)]
        start, taken, day = min(days, default=(0, taken, None))
        if day:
            found[start] = (taken, day)
    dated: list[tuple[Moment, str]] = []
    before = 0
    for start, (end, day) in sorted(found.items()):
        moment = _with_clock(day, folded[end : end + _AFTER], folded[max(0, start - _BEFORE) : start], "")
        behind = _LABEL_BEHIND.match(folded, end)
        dated.append((moment, behind[1] if behind else folded[max(before, start - _LABEL) : start]))
        before = behind.end() if behind else end
    return dated


def _digits(text: str) -> str:
    """Returns Arabic, Devanagari and other digits as ASCII."""
    return text if text.isascii() else _OTHER_DIGIT.sub(lambda digit: str(int(digit[0])), text)


def _sane(at: datetime) -> bool:
    return _OLDEST <= at.year <= _NEWEST


def _from_iso(text: str) -> Moment | None:
    if len(text) < 10 or not text[:4].isdigit():
        return None
    try:
        at = datetime.fromisoformat(
            text.replace(" UTC", "Z").replace(" GMT", "Z").replace(" +", "+").replace(" Z", "Z")
        )
    except ValueError:
        return None
    if not _sane(at):
        return None
    if len(text) == 10:
        return Moment(at.replace(tzinfo=UTC), "day")
    return Moment(_aware(at), "second")


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _from_stamp(text: str) -> Moment | None:
    """Returns seconds or milliseconds since 1970."""
    if not _STAMP.match(text):
        return None
    seconds = float(text)
    if seconds > 1e11:
        seconds /= 1000
    return Moment(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(seconds)), "second")


def _days(text: str, month_first: bool) -> Iterator[tuple[int, int, date]]:
    """Yields (start, end, day) of the dates in a folded text."""
    for m in _ISO.finditer(text):
        yield from _at(m, _day(m[1], m[3], m[4]))
    for m in _CJK.finditer(text):
        yield from _at(m, _day(_era_year(m[1]), m[2], m[3]))
    for pattern, day, name, year in (
        (_DAY_NAME_YEAR, 1, 2, 3),
        (_NAME_DAY_YEAR, 2, 1, 3),
        (_YEAR_NAME_DAY, 3, 2, 1),
        (_YEAR_DAY_NAME, 2, 3, 1),
    ):
        for m in pattern.finditer(text):
            yield from _at(m, _named_day(m[year], m[name], m[day]))
    for m in _VIETNAMESE.finditer(text):
        yield from _at(m, _day(m[3], m[2], m[1]))
    for m in _NUMERIC.finditer(text):
        yield from _at(m, _numeric_day(m, month_first))
    for m in _COMPACT.finditer(text):
        yield from _at(m, _day(m[1], m[2], m[3]))


def _at(match: re.Match[str], day: date | None) -> Iterator[tuple[int, int, date]]:
    if day:
        yield match.start(), match.end(), day


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    number = int(year)
    if 2400 < number < 2700:
        number -= _BUDDHIST
    try:
        found = date(number, int(month), int(day))
    except ValueError:
        return None
    return found if _OLDEST <= found.year <= _NEWEST else None


def _named_day(year: str, name: str, day: str) -> date | None:
    name = name.strip(". ")
    month = month_numbers().get(name)
    if month:
        return _day(year, month, day)
    month = _jalali_numbers().get(name)
    return _from_jalali(int(year), month, int(day)) if month else None


@lru_cache(maxsize=1)
def month_numbers() -> dict[str, int]:
    """Returns the folded names of months in all languages, all their forms, with their numbers 1 to 12."""
    return all_months(fold)


@lru_cache(maxsize=1)
def _jalali_numbers() -> dict[str, int]:
    return {fold(name): number for number, name in enumerate(JALALI_MONTHS.split(), 1)}


def _numeric_day(m: re.Match[str], month_first: bool) -> date | None:
    year = m[4] if len(m[4]) == 4 else f"20{m[4]}"
    month_first = month_first and m[2] != "."  # dots follow the day wherever they are written
    readings = ((m[1], m[3]), (m[3], m[1])) if month_first else ((m[3], m[1]), (m[1], m[3]))
    return next((day for month, number in readings if (day := _day(year, month, number))), None)


def _era_year(text: str) -> int:
    """Returns the year of a Japanese or Taiwanese era, or the plain year."""
    number = re.sub(r"\D", "", text) or "1"
    for era, before in (("令和", 2018), ("平成", 1988), ("民", 1911)):
        if text.startswith(era):
            return before + int(number)
    return int(number)


def _from_jalali(year: int, month: int, day: int) -> date | None:
    """Returns a day of the Iranian calendar (33-year leap cycle, exact for 1300–1500)."""
    if not 1300 < year < 1500 or not 1 <= day <= 31:
        return None
    before = 365 * (year - 1) + (8 * (year - 1) + 29) // 33
    in_year = (month - 1) * 31 if month <= 7 else 186 + (month - 7) * 30
    return date.fromordinal(226895 + before + in_year + day - 1)


def _with_clock(day: date, after: str, before: str, itself: str) -> Moment:
    clock = _clock_after(after) or _clock_before(before) or _CLOCK.search(itself)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if not clock:
        return Moment(midnight, "day")
    hour = _hour(int(clock[2]), (clock[1] or "") + (clock[5] or ""))
    zone = _zone(clock.string[clock.end() :].strip(" .,|"), day)
    at = midnight.replace(hour=hour, minute=int(clock[3]), second=int(clock[4] or 0), tzinfo=zone)
    return Moment(at, "second")


def _clock_after(text: str) -> re.Match[str] | None:
    """Returns the clock that a text begins with, but for what joins it to its date; no length of a film or a walk."""
    clock = _CLOCK.search(text)
    if not clock or not _GAP.fullmatch(text, 0, clock.start()) or _NO_CLOCK.match(text, clock.end()):
        return None
    return clock


def _clock_before(text: str) -> re.Match[str] | None:
    """Returns the clock that a text ends with, but for what joins it to its date."""
    line = text[text.rfind("\n") + 1 :]
    clock = next(reversed([*_CLOCK.finditer(line)]), None)
    joined = clock and _GAP.fullmatch(line, clock.end()) and _GAP.fullmatch(line, 0, clock.start())
    return clock if joined else None


def _hour(hour: int, half: str) -> int:
    """Returns the hour of the day: `half` is an am/pm mark of any language, or empty."""
    if half.startswith(("p", "午後", "오후", "下午")) and hour < 12:
        return hour + 12
    if half.startswith(("a", "午前", "오전", "上午")) and hour == 12:
        return 0
    return hour % 24


def _zone(text: str, day: date) -> timezone:
    offset = re.match(_OFFSET, text)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3])
        return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes)) if minutes < 1440 else UTC
    word = _ZONE_WORD.match(text)
    if not word or word[1] not in _ZONES:
        return UTC
    summer = word[1] in _AMERICAN and _sunday(day.year, 3, 2) <= day < _sunday(day.year, 11, 1)
    return timezone(timedelta(minutes=_ZONES[word[1]] + 60 * summer))


def _sunday(year: int, month: int, number: int) -> date:
    """Returns a month's first, second … Sunday."""
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (number - 1))


_URL_DATE = re.compile(
    r"/((?:19|20)\d\d)([/\-_.])(\d{1,2}|[a-z]{3,9})\2(\d{1,2})(?=[/\-_.+]|$)|[/\-_.=]((?:19"
    r"|20)\d\d)([\-_.]?)(\d\d)\6(\d\d)(?=\D|$)"
)


def url_date(url: str | None) -> Moment | None:
    """Returns the day in a URL's path: /2024/05/06/, /2024-05-06-…, -20240506, /2024/may/06/."""
    for m in _URL_DATE.finditer((url or "")[:1000].lower()):
        year, month, day = (m[1], m[3], m[4]) if m[1] else (m[5], m[7], m[8])
        number = month if month.isdigit() else month_numbers().get(month)
        found = _day(year, number, day) if number else None
        if found and found.year >= 1990:
            return Moment(datetime(found.year, found.month, found.day, tzinfo=UTC), "day")
    return None
