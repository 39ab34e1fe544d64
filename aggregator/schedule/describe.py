"""Puts a feed's rhythm into plain words."""

from aggregator.schedule.rhythm import Forecast, Rhythm
from aggregator.times import humanize

_BUSY_WEIGHT, _CALM_WEIGHT = 1.3, 0.6  # times the mean
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def describe(rhythm: Rhythm, now: int) -> tuple[str, ...]:
    """Returns what is known of it, one statement each; `now` in seconds since 1970."""
    forecast, said = Forecast(rhythm, now), []
    if forecast.gap is None or forecast.usual_gap is None:
        return ("no entry with a time yet, so its rhythm is not known",)
    said.append(f"an entry about every {humanize(forecast.gap)} just now, every {humanize(forecast.usual_gap)} usually")
    if forecast.period is not None:
        said.append(f"published by a clock, every {humanize(forecast.period)}")
    if forecast.knows_hours:
        busy = [hour for hour, weight in enumerate(forecast.hour_weights) if weight >= _BUSY_WEIGHT]
        said += [f"more than usual comes at these hours (UTC): {_spans(busy)}"] if busy else []
    if forecast.knows_days:
        calm = [_DAYS[day] for day, weight in enumerate(forecast.day_weights) if weight <= _CALM_WEIGHT]
        said += [f"little comes on {', '.join(calm)}"] if calm else []
    if rhythm.window:
        said.append(f"its document lists {rhythm.window} entries")
    if rhythm.turnover is not None:
        said.append(f"at its fastest, most of them might be replaced within {humanize(rhythm.turnover)}")
    return tuple(said)


def _spans(hours: list[int]) -> str:
    """Writes hours in a row as one: `8-11, 17`."""
    spans: list[list[int]] = []
    for hour in hours:
        if spans and hour == spans[-1][1] + 1:
            spans[-1][1] = hour
        else:
            spans.append([hour, hour])
    return ", ".join(f"{a}-{b}" if b > a else f"{a}" for a, b in spans)
