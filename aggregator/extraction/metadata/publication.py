"""Chooses the day of publication among all days that a page and its address name.

Every place where a page may name a day is a source; a day is weighed by the sources that name it, by how they agree and
by how it lies to the others. The weights are fitted, as those of titles are.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

from aggregator.extraction.metadata.page_dates import Moment

_WEST, _EAST = timedelta(hours=12), timedelta(hours=14)  # the offsets that exist
LONG = 7
"""Days after which a change is a new edition."""
_REWRITTEN = 60  # days after which a page that shows its readers only its last change is dated by that
STATED = ("linked", "meta", "other_meta", "marked")
_SEEN = frozenset("near near_later near_published near_changed time time_published time_changed".split())
# How much each property speaks for a day: a conditional logit, fitted by benchmarks/fit_dates.py (cross-validated by
# site: .93 of the days right on pages like htmldate's, .99 on those of Fundus, .88 on news of 2023, .89 on WCXB).
_WEIGHTS = {
    "after_changed": -0.57,
    "alone_near": 0.49,
    "before_stated": -0.29,
    "called_changed": 0.01,
    "called_published": 0.98,
    "changed": -0.22,
    "earliest": 0.27,
    "far": -0.63,
    "first_stated": 1.57,
    "kinds": 0.38,
    "later_instead": -0.25,
    "line": 1.66,
    "line_changed": -0.35,
    "line_later": -0.76,
    "line_published": 0.57,
    "linked": -0.64,
    "long_after_stated": 0.13,
    "long_before_stated": -0.35,
    "marked": -0.16,
    "meta": 1.51,
    "near": 1.18,
    "near_changed": -0.01,
    "near_instead": 0.34,
    "near_instead_shown": -0.35,
    "near_later": 0.1,
    "near_published": 0.7,
    "new_edition": 0.9,
    "new_edition_changed": 0.01,
    "new_edition_of_meta": -0.47,
    "only_changed": 1.05,
    "other_meta": -0.61,
    "seen": 1.29,
    "seen_instead": -0.36,
    "seen_instead_generated": 0.29,
    "seen_instead_rewritten": -0.5,
    "sooner_generated": -0.02,
    "sooner_generated_long": -0.08,
    "sooner_instead": 0.6,
    "stated_elsewhere": 0.01,
    "stated_elsewhere_changed": -0.89,
    "stated_elsewhere_near": -0.26,
    "stated_elsewhere_url": 0.27,
    "stated_unseen": 0.27,
    "stated_with_changed": -0.39,
    "time": 1.19,
    "time_changed": -1.12,
    "time_later": 0.05,
    "time_published": 0.03,
    "url": 1.21,
}


@dataclass(frozen=True, slots=True)
class DateClaim:
    """A moment and the kind of place that names it."""

    source: str
    moment: Moment


@dataclass(slots=True)
class DayCandidate:
    """A day, the sources that name it and the most precise moment of it."""

    moment: Moment
    sources: set[str] = field(default_factory=set)


def choose_moment(claims: Sequence[DateClaim]) -> Moment | None:
    """Returns the moment of publication; None if nothing names a day."""
    found = day_candidates(claims)
    if not found:
        return None
    rows = day_properties(found, claims)
    scores = [sum(_WEIGHTS.get(name, 0.0) * value for name, value in row.items()) for row in rows]
    chosen = list(found)[scores.index(max(scores))]
    return _in_its_zone(chosen, found[chosen].moment, claims)


def day_candidates(claims: Sequence[DateClaim]) -> dict[date, DayCandidate]:
    """Returns the days that are named, in the order of the claims."""
    found: dict[date, DayCandidate] = {}
    for claim in claims:
        day = claim.moment.at.date()
        candidate = found.setdefault(day, DayCandidate(claim.moment))
        if candidate.moment.precision == "day" and claim.moment.precision != "day" and claim.source != "changed":
            candidate.moment = claim.moment
        candidate.sources.add(claim.source)
    stated = min((claim.moment.at.date() for claim in claims if claim.source in STATED), default=None)
    published = [
        day
        for day, candidate in found.items()
        if not _is_change(candidate.sources)
        or (stated and (day - stated).days >= _REWRITTEN and candidate.sources != {"changed"})
    ]
    if all(source.startswith("line") for day in published for source in found[day].sources):
        return found  # what stands far away says too little
    return {day: found[day] for day in published}


def _is_change(sources: Set[str]) -> bool:
    """Tells whether a day is called a change, and nowhere the publication."""
    called = any(source.endswith("_changed") for source in sources) or sources == {"changed"}
    return called and not any(source in STATED or source.endswith(("_published", "url")) for source in sources)


def day_properties(found: dict[date, DayCandidate], claims: Sequence[DateClaim]) -> list[dict[str, float]]:
    """Returns one row a day, in order: what `_WEIGHTS` weighs."""
    stated = next((claim.moment for claim in claims if claim.source in STATED), None)
    first_stated = stated.at.date() if stated else None
    by_schema = any(claim.source in ("linked", "marked") for claim in claims)
    changed = [claim.moment.at.date() for claim in claims if claim.source == "changed"]
    near = [claim for claim in claims if claim.source.startswith("near")]
    first_near = near[0].moment.at.date() if near else None
    shown = {day for day, candidate in found.items() if candidate.sources & _SEEN}
    stated_shown = bool(stated and any(_may_be(stated, day) for day in shown))
    stated_near = bool(stated and any(_may_be(stated, claim.moment.at.date()) for claim in near))
    generated = bool(stated and changed and changed[0] <= stated.at.date())
    rewritten = bool(first_stated and changed and (changed[0] - first_stated).days >= LONG)
    rows = []
    for day, candidate in found.items():
        sources = candidate.sources
        kinds = {source.split("_")[0] for source in sources}
        row = dict.fromkeys(sources, 1.0)
        row["kinds"] = float(len(kinds))
        row["called_changed"] = float(any(source.endswith("_changed") for source in sources))
        row["called_published"] = float(any(source.endswith("_published") for source in sources))
        if stated is not None and first_stated is not None:
            is_stated = day == first_stated
            row["first_stated"] = float(is_stated)
            row["stated_elsewhere"] = float(not is_stated and _may_be(stated, day))
            row["stated_elsewhere_near"] = float(not is_stated and _may_be(stated, day) and day == first_near)
            row["stated_elsewhere_url"] = float(not is_stated and _may_be(stated, day) and "url" in sources)
            if is_stated:
                row["stated_unseen"] = float(bool(shown) and not stated_shown)
                row["stated_with_changed"] = float("changed" in sources)
            row["stated_elsewhere_changed"] = row["called_changed"] * float(not is_stated and _may_be(stated, day))
            row["before_stated"] = float(day < first_stated)
            row["long_after_stated"] = float((day - first_stated).days >= LONG)
            row["long_before_stated"] = float((first_stated - day).days >= LONG)
            if near and not stated_near and day == first_near:
                row["near_instead"] = 1.0
                row["near_instead_shown"] = float(stated_shown)
                if day > first_stated:
                    row["later_instead"] = 1.0
                    row["new_edition"] = float(by_schema and rewritten and day <= changed[0] + timedelta(days=2))
                    row["new_edition_of_meta"] = float(not by_schema and rewritten)
                    row["new_edition_changed"] = float(rewritten and near[0].source == "near_changed")
                else:
                    row["sooner_instead"] = 1.0
                    row["sooner_generated"] = float(generated)
                    row["sooner_generated_long"] = float(generated and (first_stated - day).days >= LONG)
            elif day in shown and not stated_shown:
                row["seen_instead"] = 1.0
                row["seen_instead_generated"] = float(generated and day < first_stated)
                row["seen_instead_rewritten"] = float(rewritten and day > first_stated)
        else:
            row["alone_near"] = float(day == first_near)
        if changed:
            row["after_changed"] = float(day > max(changed) + timedelta(days=1))
        if near:
            row["far"] = float(not any(source.startswith("near") for source in sources) and day != first_stated)
        row["only_changed"] = float(all(source.endswith("changed") for source in sources))
        row["earliest"] = float(day == min(found))
        row["seen"] = float(day in shown)
        rows.append(row)
    return rows


def _may_be(moment: Moment, day: date) -> bool:
    """Returns True if a moment is of that day somewhere on earth."""
    return (moment.at - _WEST).date() <= day <= (moment.at + _EAST).date()


def _in_its_zone(day: date, moment: Moment, claims: Sequence[DateClaim]) -> Moment:
    """Returns the moment of a chosen day; one that is stated in UTC and is of the neighbouring day there, in the offset
    of the page, as far as it shows."""
    if moment.precision != "day" and moment.at.utcoffset():
        return moment
    for claim in claims:
        at = claim.moment.at
        if claim.source not in STATED or claim.moment.precision == "day" or at.utcoffset() or at.date() == day:
            continue
        offset = _offset(at.replace(tzinfo=UTC), day, moment)
        if offset is not None:
            return Moment(at.astimezone(timezone(offset)), claim.moment.precision)
    return moment


def _offset(at: datetime, day: date, moment: Moment) -> timedelta | None:
    """Returns the offset in which a moment in UTC is of a day: as the clock printed beside that day has it, else the
    least that there is."""
    if moment.precision != "day":
        offset = moment.at.replace(tzinfo=UTC) - at
        offset = timedelta(minutes=round(offset.total_seconds() / 900) * 15)
        if -_WEST <= offset <= _EAST and (at + offset).date() == day:
            return offset
        return None
    hours = range(1, 15) if day > at.date() else range(-1, -13, -1)
    return next((timedelta(hours=hour) for hour in hours if (at + timedelta(hours=hour)).date() == day), None)
