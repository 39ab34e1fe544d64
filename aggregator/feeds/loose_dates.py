"""Finds the date and the time of day in a text that was meant as a date.

Publishers write dates by hand, in their own language, or as their programming language prints them. What is looked for
is the day in any order of its parts, then the time of day, then its zone; weekdays and words around them are passed
over. Where two readings are left (`04/05/2025`), a weekday decides, then AM and PM, which stand for the month first.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from aggregator.text import fold
from aggregator.times import all_months

_HOURS = {
    -10: "hst",
    -9: "akst hdt",
    -8: "pst akdt",
    -7: "mst pdt",
    -6: "cst mdt",
    -5: "est cdt cot ect pet",
    -4: "ast edt bot vet clt gyt pyt",
    -3.5: "nst",
    -3: "adt art brt clst gft uyt wgt pmst pyst",
    -2.5: "ndt",
    -2: "brst fnt pmdt uyst wgst",
    -1: "azot cvt",
    0: "gmt utc ut z wet azost",
    1: "bst cet mez wat west met",
    2: "cest mesz mest eet cat sast",
    3: "eest msk trt eat idt oesz",
    3.5: "irst",
    4: "msd gst azt get samt mut",
    4.5: "aft irdt",
    5: "pkt uzt yekt tmt tjt mvt",
    5.5: "ist slst",
    5.75: "npt",
    6: "bdt omst btt almt kgt",
    6.5: "mmt",
    7: "wib ict novt krat hovt",
    8: "awst hkt sgt wita pht myt irkt ulat",
    9: "jst kst wit yakt",
    9.5: "acst",
    10: "aest vlat chst pgt",
    10.5: "acdt",
    11: "aedt magt sakt sbt nct",
    12: "nzst pett fjt",
    13: "nzdt tot",
}
ZONES = {name: hours for hours, names in _HOURS.items() for name in names.split()}
"""Hours ahead of UTC by the zone's name in lower case. Of names with two meanings the one that feeds have is listed:
`bst` is British, `cst` American, `ist` Indian. The military letters but Z mean nothing (RFC 2822, section 4.3)."""

_WORD = r"[^\W\d_][^\d\s,;:/()-]*"  # a month: an abbreviation's full stop and vowel signs belong to it
_MONTH = rf"(?P<month>{_WORD}(?:\s{_WORD})??)"
_DAY = r"(?<!\d)(?P<day>\d{1,2})"
_YEAR = r"'?(?P<year>\d{4}(?!\d)|\d{2,3}(?![\d:]))"
_CLOCK = r"\d{1,2}:\d"
# In the order in which they are tried.
_NAMED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_DAY}(?:st|nd|rd|th|er|e|o|º|°|ª)?[\s.,/-]*(?:(?:de|of|di)\s|d['’])?\s*{_MONTH}[\s.,/-]*(?:(?:de|del|of)\s+)?{_YEAR}",
        rf"{_MONTH}\s*{_DAY}(?:st|nd|rd|th)?[\s.,/-]+(?:of\s+)?{_YEAR}",
        rf"(?P<year>\d{{4}})[\s.,/-]+(?:m\.\s*)?{_MONTH}[\s.,/-]+{_DAY}(?!\d)",
        # asctime and date(1): the year stands behind the time
        rf"{_MONTH}\s+{_DAY},?\s+(?={_CLOCK}.*\s(?P<year>\d{{4}})(?![\d:]))",
        rf"{_DAY}\s+{_MONTH},?\s+(?={_CLOCK}.*\s(?P<year>\d{{4}})(?![\d:]))",
        rf"(?<!\d)(?<!\d[\s./-]){_MONTH},?\s+(?P<year>\d{{4}})(?![\d:])",
    )
)
_YEAR_FIRST = re.compile(
    r"(?<!\d)(\d{4})\s*[-./年년\u2010-\u2015]\s*(\d{1,2})\s*[-./月월\u2010-\u2015]\s*(\d{1,2})(?!\d)"
)
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)(?=\D|\d{4}(?:\d\d)?(?!\d)|$)")
_WEEK = re.compile(r"(?<!\d)(\d{4})-?w(\d\d)(?:-?([1-7]))?(?!\d)")
_YEAR_LAST = re.compile(r"(?<![\d:.])(\d{1,2})(?:\s*([-./])\s*(\d{1,2})\s*\2\s*|\s+(\d{1,2})[月월]?\s+)(\d{4})(?!\d)")
_SHORT_YEAR = re.compile(r"(?<![\d:.])(\d{1,2})([-./])(\d{1,2})\2(\d{1,2})(?![\d:])")
_SECONDS = re.compile(r"(?:/date\(|@)?(-?\d{8,10}|\d{13}|\d{16}|\d{19})(?:\.\d+)?(?:[+-]\d{4})?(?:\)/)?")

_TIME = re.compile(r"(?<!\d)(\d{1,2})\s?[:.h]\s?(\d{1,2})(?:\s?[:.m]\s?(\d{1,2})(?:[.,]\d+)?)?(?!\d)")
_HOUR = re.compile(r"(?<!\d)(\d{1,2})(?=\s?[ap]\.?\s?m\b)()()")
_DIGITS = re.compile(r"\s*t?(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?(?!\d)")
_HALF = re.compile(r"\s?([ap])\.?\s?m\b\.?|\s?(?:(μ\.?μ|م\b|pm)|(π\.?μ|ص\b|am))\.?")
_AFTERNOON, _MORNING = re.compile("下午|午後|오후"), re.compile("上午|午前|오전")
_OFFSET = re.compile(r"[\s(:,]*(?:[a-z]{1,5}\s?)?([+\-\u2212])\s?(\d{1,2}):?(\d\d)?(?!\d)")
_ZONE = re.compile(r"[\s(,;.]*(?:(?:uhr|hrs)\.?\s)?([a-z]{1,5})\b(?!/)")
_PLACE = re.compile(r"[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_]+)?")
_WEEKDAY = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)")
_WEEKDAYS = "mon tue wed thu fri sat sun".split()
_HANGUL = re.compile("[\uac00-\ud7a3]")
_MAX_OFFSET = timedelta(hours=14)

Day = tuple[date, str, str]  # with what stands before and behind it


def find(text: str) -> datetime | None:
    """Returns the time that a text states, in UTC; None if there is no day in it. Never raises."""
    plain = fold(text)
    try:
        if seconds := _SECONDS.fullmatch(plain.strip()):
            return _since_1970(seconds[1])
        day, before, behind = next(_days(plain))
        clock, rest = _clock(before, behind)
        at = datetime(day.year, day.month, day.day, tzinfo=UTC) + clock
        if (place := _PLACE.search(text)) and (zone := _zone(place[0])):
            return at.replace(tzinfo=zone).astimezone(UTC)
        return at - _offset(rest, plain)
    except (StopIteration, ValueError, OverflowError):
        return None


def _since_1970(digits: str) -> datetime | None:
    """Reads seconds, or milli-, micro- or nanoseconds, by their number of digits; eight are a day such as 20250305."""
    if len(digits) == 8:
        return datetime(int(digits[:4]), int(digits[4:6]), int(digits[6:]), tzinfo=UTC)
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(digits) // 10 ** max(len(digits) - 10, 0))


def _days(text: str) -> Iterator[Day]:
    """Yields the days that a text may state, the likeliest first."""
    for pattern in (_YEAR_FIRST, _COMPACT):
        for found in pattern.finditer(text):
            yield from _day(text, found, found[1], int(found[2]), found[3])
    for named in _NAMED:
        for found in named.finditer(text):
            yield from _day(text, found, found["year"], _month(found["month"]), found.groupdict().get("day") or "1")
    for found in _WEEK.finditer(text):
        monday = date.fromisocalendar(int(found[1]), int(found[2]), int(found[3] or 1))
        yield monday, text[: found.start()], text[found.end() :]
    for found in _YEAR_LAST.finditer(text):
        yield from _either(text, found, found[1], found[3] or found[4], found[5], found[2])
    for found in _SHORT_YEAR.finditer(text):
        if found[2] == "-":
            yield from _day(text, found, found[1], int(found[3]), found[4])
        yield from _either(text, found, found[1], found[3], found[4], found[2])


def _day(text: str, found: re.Match[str], year: str, month: int, day: str) -> Iterator[Day]:
    try:
        yield date(_full_year(year), month, int(day)), text[: found.start()], text[found.end() :]
    except ValueError:
        return


def _either(text: str, found: re.Match[str], one: str, other: str, year: str, mark: str | None) -> Iterator[Day]:
    """Yields the day of two numbers of which either may be the month; most of the world writes it second."""
    days = [*_day(text, found, year, int(other), one), *_day(text, found, year, int(one), other)]
    weekday = _WEEKDAY.search(text)
    fitting = [day for day in days if weekday and _WEEKDAYS[day[0].weekday()] == weekday[1]]
    if mark == "/" and re.search(r"\d\s?[ap]\.?m\b", text):
        days.reverse()
    yield from fitting or days


def _full_year(digits: str) -> int:
    """Completes a year of two digits, or of three, which counts from 1900; one of the Buddhist era is taken back."""
    year = int(digits)
    if len(digits) == 4:
        return year - 543 if year > 2400 else year
    return year + (2000 if year < 70 else 1900)


def _month(name: str) -> int:
    """Returns the number of a month, of which the word before it may be no part; 0 if it is none."""
    words = [word.strip(".'’") for word in name.split()]
    return _months().get(" ".join(words)) or _months().get(words[-1]) or 0


@cache
def _months() -> dict[str, int]:
    return all_months(fold)


def _clock(before: str, behind: str) -> tuple[timedelta, str]:
    """Returns the time of day, and what stands behind it; midnight if there is none, or none that can be."""
    for place in (behind, before):
        compact = _DIGITS.match(place) if place is behind else None
        found = _TIME.search(place) or compact or _HOUR.search(place)
        if found:
            hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
            follows = place[found.end() :] + (behind if place is before else "")
            hour, rest = _in_24_hours(hour, follows, before + behind)
            if hour > 24 or minute > 59 or second > 60:
                return timedelta(), ""
            return timedelta(hours=hour, minutes=minute, seconds=second), rest
    return timedelta(), behind


def _in_24_hours(hour: int, behind: str, around: str) -> tuple[int, str]:
    """Returns the hour of a time that AM or PM follows, or a word of the like, and what stands behind that."""
    half = _HALF.match(behind)
    is_late = bool((half and (half[1] == "p" or half[2])) or _AFTERNOON.search(around))
    is_early = bool((half and (half[1] == "a" or half[3])) or _MORNING.search(around))
    if is_late and hour < 12:
        hour += 12
    elif is_early and hour == 12:
        hour = 0
    return hour, behind[half.end() :] if half else behind


def _offset(behind: str, text: str) -> timedelta:
    """Returns how far ahead of UTC a time is that is followed by this."""
    if found := _OFFSET.match(behind.replace("--", "-")):
        length = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        if length <= _MAX_OFFSET:
            return length if found[1] == "+" else -length
    if (named := _ZONE.match(behind)) and named[1] in ZONES:
        return timedelta(hours=ZONES[named[1]])
    return timedelta(hours=9 if _HANGUL.search(text) else 0)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # no such place, or no such data on this machine
        return None
