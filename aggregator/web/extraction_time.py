"""Counts what extraction takes, where the process that serves polls too."""

from collections.abc import Callable
from dataclasses import dataclass

from aggregator.visit.progress import PagesRead, Progress


@dataclass(slots=True)
class ExtractionTime:
    """The pages that were read since the process began, and the seconds of CPU that took."""

    pages: int = 0
    seconds: float = 0.0

    def reporting_to(self, report: Callable[[Progress], None]) -> Callable[[Progress], None]:
        """Returns what is told of the progress of visits: it counts, and hands everything on."""

        def note(event: Progress) -> None:
            if isinstance(event, PagesRead):
                self.pages += event.count
                self.seconds += event.seconds
            report(event)

        return note
