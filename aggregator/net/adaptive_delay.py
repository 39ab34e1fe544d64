"""How fast a site may be asked, as its answers have taught it: pure.

Slow answers make the gap longer (as Heritrix does: a multiple of the time that an answer takes), and an answer that
pushes back (429, 403, 503) doubles it. Both are forgotten again, by good answers and with time.
"""

from dataclasses import dataclass, replace

from aggregator.times import HOUR

PUSH_BACK = frozenset((403, 429, 503))
_TIMES_LATENCY = 5.0  # a site is at rest for four fifths of the time
_NEWEST = 0.3  # weight of the newest answer in the usual latency
_LONGEST_BY_LATENCY = 30.0
_FIRST_PUSH = 1.0
_LONGEST_BY_PUSH = 60.0
_AFTER_GOOD = 0.8  # of the slowing stays after a good answer
_HALF_LIFE = float(HOUR)


@dataclass(frozen=True, slots=True)
class Pace:
    """What the answers of a site have taught. `latency`: seconds that one takes, usually (0: not known); `slowed`: the
    gap in seconds that push-backs have led to, as of `asked_at` (seconds since 1970), the last request."""

    latency: float = 0.0
    slowed: float = 0.0
    asked_at: float = 0.0

    def gap(self, least: float, now: float) -> float:
        """Seconds between the starts of two requests; `least` is the configured gap. Where that is 0 (a server of
        one's own) latency does not count."""
        by_latency = min(_TIMES_LATENCY * self.latency, _LONGEST_BY_LATENCY) if least > 0 else 0.0
        return max(least, by_latency, self._slowed(now))

    def after(self, seconds: float, status: int | None, least: float, now: float) -> "Pace":
        """The pace after an answer with this status that took so long; None: no answer, which tells of latency alone."""
        latency = self.latency + _NEWEST * (seconds - self.latency) if self.latency else seconds
        slowed = self._slowed(now)
        if status in PUSH_BACK:
            slowed = min(max(2 * self.gap(least, now), _FIRST_PUSH), max(_LONGEST_BY_PUSH, least))
        elif status is not None and status < 500:
            slowed *= _AFTER_GOOD
        if slowed <= least or slowed < _FIRST_PUSH / 4:
            slowed = 0.0
        return replace(self, latency=latency, slowed=slowed, asked_at=now)

    def _slowed(self, now: float) -> float:
        return self.slowed * 0.5 ** (max(now - self.asked_at, 0.0) / _HALF_LIFE) if self.slowed else 0.0
