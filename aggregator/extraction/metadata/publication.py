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
# site: .93 of the days right on pages like htmldate's, .99 on those of Fundus, .89 on news of 2023, .90 on WCXB).
_WEIGHTS = {
    "after_changed": -0.58,
    "alone_near": 0.44,
    "before_stated": -0.21,
    "called_changed": -0.14,
    "called_published": 1.0,
    "changed": -0.3,
    "earliest": 0.22,
    "far": -0.78,
    "first_stated": 1.47,
    "kinds": 0.33,
    "later_instead": -0.09,
    "line": 1.3,
    "line_changed": -0.37,
    "line_later": -1.14,
    "line_published": 0.59,
    "linked": -0.59,
    "long_after_stated": -0.06,
    "long_before_stated": -0.52,
    "marked": -0.29,
    "meta": 1.57,
    "near": 1.21,
    "near_changed": 0.06,
    "near_instead": 0.47,
    "near_instead_shown": -0.36,
    "near_later": 0.09,
    "near_published": 0.77,
    "new_edition": 0.83,
    "new_edition_changed": 0.05,
    "new_edition_of_meta": -0.55,
    "only_changed": 1.04,
    "other_meta": -0.58,
    "seen": 1.22,
    "seen_instead": -0.41,
    "seen_instead_generated": 0.29,
    "seen_instead_rewritten": -0.49,
    "sooner_generated": -0.08,
    "sooner_generated_long": -0.13,
    "sooner_instead": 0.56,
    "stated_elsewhere": -0.01,
    "stated_elsewhere_changed": -0.83,
    "stated_elsewhere_near": -0.24,
    "stated_elsewhere_url": 0.44,
    "stated_unseen": 0.21,
    "stated_with_changed": -0.4,
    "time": 1.33,
    "time_changed": -1.21,
    "time_later": 0.1,
    "time_published": -0.03,
    "url": 0.4,
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
    if len(found) < 2:
        return next((_in_its_zone(day, one.moment, claims) for day, one in found.items()), None)
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
    of_url = {day: candidate for day, candidate in found.items() if "url" in candidate.sources}
    if of_url and stated is None:
        return of_url  # what is printed by the title may be the days of other things
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
    page = _PageDays.of(found, claims)
    return [
        _of_sources(candidate.sources)
        | (_beside_near(day, page) if page.stated is None else _beside_stated(day, candidate.sources, page))
        | _among_days(day, candidate.sources, page)
        for day, candidate in found.items()
    ]


@dataclass(frozen=True, slots=True)
class _PageDays:
    """Holds what a page says of days as a whole.

    `stated`: the first stated moment, `first`: its day; `by_schema`: linked data or microdata state one; `changed`,
    `near`: the days of changes, the claims beside the title; `shown`: the days that readers see; `earliest`: of all.
    """

    stated: Moment | None
    by_schema: bool
    changed: Sequence[date]
    near: Sequence[DateClaim]
    shown: Set[date]
    earliest: date

    @classmethod
    def of(cls, found: dict[date, DayCandidate], claims: Sequence[DateClaim]) -> "_PageDays":
        return cls(
            stated=next((claim.moment for claim in claims if claim.source in STATED), None),
            by_schema=any(claim.source in ("linked", "marked") for claim in claims),
            changed=[claim.moment.at.date() for claim in claims if claim.source == "changed"],
            near=[claim for claim in claims if claim.source.startswith("near")],
            shown={day for day, candidate in found.items() if candidate.sources & _SEEN},
            earliest=min(found),
        )

    @property
    def first(self) -> date | None:
        return self.stated.at.date() if self.stated else None

    @property
    def first_near(self) -> date | None:
        return self.near[0].moment.at.date() if self.near else None

    @property
    def is_stated_shown(self) -> bool:
        return bool(self.stated and any(_may_be(self.stated, day) for day in self.shown))

    @property
    def is_stated_near(self) -> bool:
        return bool(self.stated and any(_may_be(self.stated, claim.moment.at.date()) for claim in self.near))

    @property
    def is_generated(self) -> bool:
        """Whether the stated day may be that on which the page was written out: nothing changed after it."""
        return bool(self.first and self.changed and self.changed[0] <= self.first)

    @property
    def is_rewritten(self) -> bool:
        return bool(self.first and self.changed and (self.changed[0] - self.first).days >= LONG)


def _of_sources(sources: Set[str]) -> dict[str, float]:
    return dict.fromkeys(sources, 1.0) | {
        "kinds": float(len({source.split("_")[0] for source in sources})),
        "called_changed": float(any(source.endswith("_changed") for source in sources)),
        "called_published": float(any(source.endswith("_published") for source in sources)),
    }


def _beside_near(day: date, page: _PageDays) -> dict[str, float]:
    """Returns how a day lies to the print beside the title, where the page states none."""
    return {"alone_near": float(day == page.first_near)}


def _beside_stated(day: date, sources: Set[str], page: _PageDays) -> dict[str, float]:
    """Returns how a day lies to the one that the page states first."""
    stated, first = page.stated, page.first
    assert stated is not None
    assert first is not None
    elsewhere = day != first and _may_be(stated, day)
    row = {
        "first_stated": float(day == first),
        "stated_elsewhere": float(elsewhere),
        "stated_elsewhere_near": float(elsewhere and day == page.first_near),
        "stated_elsewhere_url": float(elsewhere and "url" in sources),
    }
    if day == first:
        row["stated_unseen"] = float(bool(page.shown) and not page.is_stated_shown)
        row["stated_with_changed"] = float("changed" in sources)
    row["stated_elsewhere_changed"] = float(elsewhere and any(source.endswith("_changed") for source in sources))
    row["before_stated"] = float(day < first)
    row["long_after_stated"] = float((day - first).days >= LONG)
    row["long_before_stated"] = float((first - day).days >= LONG)
    return row | _instead_of_stated(day, first, page)


def _instead_of_stated(day: date, first: date, page: _PageDays) -> dict[str, float]:
    """Returns what speaks for a day that readers see where they do not see the stated one."""
    if page.near and not page.is_stated_near and day == page.first_near:
        row = {"near_instead": 1.0, "near_instead_shown": float(page.is_stated_shown)}
        if day > first:
            edition = page.by_schema and page.is_rewritten and day <= page.changed[0] + timedelta(days=2)
            return row | {
                "later_instead": 1.0,
                "new_edition": float(edition),
                "new_edition_of_meta": float(not page.by_schema and page.is_rewritten),
                "new_edition_changed": float(page.is_rewritten and page.near[0].source == "near_changed"),
            }
        return row | {
            "sooner_instead": 1.0,
            "sooner_generated": float(page.is_generated),
            "sooner_generated_long": float(page.is_generated and (first - day).days >= LONG),
        }
    if day in page.shown and not page.is_stated_shown:
        return {
            "seen_instead": 1.0,
            "seen_instead_generated": float(page.is_generated and day < first),
            "seen_instead_rewritten": float(page.is_rewritten and day > first),
        }
    return {}


def _among_days(day: date, sources: Set[str], page: _PageDays) -> dict[str, float]:
    """Returns how a day lies to all others that the page names."""
    row = {}
    if page.changed:
        row["after_changed"] = float(day > max(page.changed) + timedelta(days=1))
    if page.near:
        row["far"] = float(not any(source.startswith("near") for source in sources) and day != page.first)
    row["only_changed"] = float(all(source.endswith("changed") for source in sources))
    row["earliest"] = float(day == page.earliest)
    row["seen"] = float(day in page.shown)
    return row


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
