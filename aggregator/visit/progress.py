"""Defines what a visit tells of its progress."""

from dataclasses import dataclass
from typing import Literal

from aggregator.store.content.save_article import Outcome


@dataclass(frozen=True, slots=True)
class Polled:
    """A poll is over. `new`: entries not known before; `reason`: why it failed."""

    feed: str
    outcome: Literal["changed", "unchanged", "failed"]
    new: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PagesFound:
    """So many pages more are to be fetched."""

    count: int


@dataclass(frozen=True, slots=True)
class PagesRead:
    """So many pages were read by the extractor, which took it so long: seconds of CPU in a process of the pool."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PageDone:
    """An article was stored (outcome), its page failed or is gone (`reason`), or `reason` says why the text that it
    shows was not stored. `from_feed`: no page was asked for."""

    url: str
    outcome: Outcome | Literal["failed", "gone"]
    copy: bool = False
    reason: str | None = None
    from_feed: bool = False


@dataclass(frozen=True, slots=True)
class StateChanged:
    """A feed's state of health is another one than before (`schedule.health`); `advice`: what to do, or empty."""

    feed: str
    before: str
    state: str
    why: str
    advice: str

    def __str__(self) -> str:
        said = f"{self.feed}: now {self.state} (before: {self.before}): {self.why}"
        return f"{said}; what to do: {self.advice}" if self.advice else said


Progress = Polled | PagesFound | PagesRead | PageDone | StateChanged
