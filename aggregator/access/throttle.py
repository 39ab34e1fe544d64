"""Makes failed logins wait: of one address after a few, of all addresses after many."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

FREE = 5  # failures of an address that cost no wait
FREE_IN_ALL = 100  # failures of all addresses together
_FIRST_WAIT, _LONGEST_WAIT = 2.0, 300.0  # seconds
_FORGET_AFTER = 900.0  # seconds without a failure
_MOST_ADDRESSES = 10_000
_ALL = ""


@dataclass(frozen=True, slots=True)
class _Failures:
    number: int
    last_at: float


class Throttle:
    """Counts failed logins in memory. Times are seconds of any clock that only grows. Safe in threads."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, _Failures] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, address: str, now: float) -> float:
        """Returns how many seconds it is until this address may try again; 0: it may."""
        with self._lock:
            return max(self._wait(address, FREE, now), self._wait(_ALL, FREE_IN_ALL, now))

    def failed(self, address: str, now: float) -> None:
        """Counts a failed login."""
        with self._lock:
            for key in (address, _ALL):
                known = self._failures.pop(key, None)
                number = known.number + 1 if known is not None and now - known.last_at < _FORGET_AFTER else 1
                self._failures[key] = _Failures(number, now)
            while len(self._failures) > _MOST_ADDRESSES:
                self._failures.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Forgets the failures of an address."""
        with self._lock:
            self._failures.pop(address, None)

    def _wait(self, key: str, free: int, now: float) -> float:
        known = self._failures.get(key)
        if known is None or known.number < free:
            return 0.0
        wait = min(_FIRST_WAIT * 2.0 ** min(known.number - free, 20), _LONGEST_WAIT)
        return max(0.0, known.last_at + wait - now)
