"""How the time of some work grows with its input, measured so that a busy or slow machine makes no difference."""

from collections.abc import Callable
from time import process_time
from typing import TypeVar

T = TypeVar("T")
QUICK = 2.0  # seconds of CPU; below, the ratio of two times says nothing
TRIES = 3


def assert_linear(work: Callable[[T], object], quarter: T, whole: T) -> None:
    """Asserts that four times the input takes no more than eight times as long; quadratic work takes sixteen times."""
    times = []
    for _ in range(TRIES):
        times.append((_seconds(work, quarter), _seconds(work, whole)))
        if times[-1][1] <= max(QUICK, 8 * times[-1][0]):
            return
    raise AssertionError(f"seconds of CPU for a quarter of the input and for the whole: {times}")


def assert_linear_in_text(work: Callable[[str], object], text: str) -> None:
    """Asserts the same for the first quarter of a text and the whole."""
    assert_linear(work, text[: len(text) // 4], text)


def _seconds(work: Callable[[T], object], given: T) -> float:
    start = process_time()
    work(given)
    return process_time() - start
