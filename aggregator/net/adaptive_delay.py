"""Works out how fast a site may be asked, as its answers have shown. Pure.

Slow answers make the gap longer (as Heritrix does: a multiple of the time that an answer takes), and an answer that
pushes back (429, 403, 503) doubles it. Good answers and time undo both.
"""

from dataclasses import dataclass, replace

from aggregator.times import HOUR

PUSH_BACK_STATUSES = frozenset((403, 429, 503))
_GAP_PER_LATENCY = 5.0  # a site is at rest for four fifths of the time
_WEIGHT_OF_NEWEST = 0.3  # in the usual latency
_MAX_GAP_BY_LATENCY = 30.0  # seconds
_FIRST_BACKOFF = 1.0  # seconds
_MAX_BACKOFF = 60.0  # seconds
_LEFT_AFTER_GOOD = 0.8  # share of the backoff that stays after a good answer
_HALF_LIFE_SECONDS = HOUR


@dataclass(frozen=True, slots=True)
class AdaptiveDelay:
    """What the answers of a site have shown. `latency`: seconds that one takes, usually (0: not known); `slowed`: the
    gap in seconds that push-backs have led to, as of `asked_at` (seconds since 1970), the last request."""

    latency: float = 0.0
    slowed: float = 0.0
    asked_at: float = 0.0

    def gap(self, least: float, now: float) -> float:
        """Returns the seconds between the starts of two requests; `least` is the configured gap. Where that is 0 (a
        server of one's own) latency does not count."""
        by_latency = min(_GAP_PER_LATENCY * self.latency, _MAX_GAP_BY_LATENCY) if least > 0 else 0.0
        return max(least, by_latency, self._backoff(now))

    def after(self, seconds: float, status: int | None, least: float, now: float) -> "AdaptiveDelay":
        """Returns the delay after an answer with this status that took so long; None: no answer, so that only latency
        is known."""
        latency = self.latency + _WEIGHT_OF_NEWEST * (seconds - self.latency) if self.latency else seconds
        slowed = self._backoff(now)
        if status in PUSH_BACK_STATUSES:
            slowed = min(max(2 * self.gap(least, now), _FIRST_BACKOFF), max(_MAX_BACKOFF, least))
        elif status is not None and status < 500:
            slowed *= _LEFT_AFTER_GOOD
        if slowed <= least or slowed < _FIRST_BACKOFF / 4:
            slowed = 0.0
        return replace(self, latency=latency, slowed=slowed, asked_at=now)

    def _backoff(self, now: float) -> float:
        return self.slowed * 0.5 ** (max(now - self.asked_at, 0.0) / _HALF_LIFE_SECONDS) if self.slowed else 0.0
