"""Bounds how many pages are asked for and not stored yet: a machine that reads more slowly than sites answer asks later
and holds no heap of pages, which a kill would lose."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

PAGES_PER_WORKER = 4
_SLOW_SECONDS = (
    0.25  # an answer that takes longer does not count until it is there: no slow server keeps others waiting
)


class Backlog:
    """Counts pages of all sites; with `most` of them under way no further one is asked for."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._asked: set[int] = set()
        self._there = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def ask(self, page: int) -> None:
        """Waits for room, and counts a page, by its entry, that is asked for now."""
        while len(self._asked) + self._there >= self._most:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if not turn.cancelled():
                    self._next()
                raise
        self._asked.add(page)
        asyncio.get_running_loop().call_later(_SLOW_SECONDS, self.answered, page)

    def answered(self, page: int) -> None:
        """Counts a page no more that was asked for."""
        if page in self._asked:
            self._asked.remove(page)
            self._next()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Counts a page that is there until it is stored."""
        self._there += 1
        try:
            yield
        finally:
            self._there -= 1
            self._next()

    def _next(self) -> None:
        """Wakes one that waits, whoever was not cancelled meanwhile."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
