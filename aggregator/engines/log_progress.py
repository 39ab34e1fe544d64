"""Logs what visits do, for the engines that run on."""

import logging

from aggregator.visit import PageDone, Polled, Progress, StateChanged

_log = logging.getLogger("aggregator.engines")


def log_progress(event: Progress) -> None:
    """Logs a poll, a page or a feed's change of health."""
    if isinstance(event, Polled):
        level = logging.WARNING if event.outcome == "failed" else logging.INFO if event.new else logging.DEBUG
        _log.log(
            level,
            "polled %s: %s%s",
            event.feed,
            event.outcome,
            f", {event.reason}" if event.reason else f", {event.new} new",
        )
    elif isinstance(event, StateChanged):
        _log.warning("feed %s", event)
    elif isinstance(event, PageDone) and not event.from_feed:
        level = logging.WARNING if event.outcome == "failed" else logging.INFO
        _log.log(level, "article %s: %s%s", event.url, event.outcome, f", {event.reason}" if event.reason else "")
