"""Draws numbers with characters, where a person looks: a file or a pipe gets the numbers alone."""

import sys
from collections.abc import Sequence

_EIGHTHS = "▏▎▍▌▋▊▉█"
_HEIGHTS = "▁▂▃▄▅▆▇█"


def wanted() -> bool:
    """Tells whether stdout is a terminal that can show them."""
    return sys.stdout.isatty() and (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"


def bar(value: int, most: int, width: int) -> str:
    """Returns a bar as long, of `width`, as the value is of `most`; what is not 0 is seen."""
    eighths = -(-8 * width * value // most) if most else 0
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8 - 1] if eighths % 8 else "")


def sparkline(values: Sequence[int]) -> str:
    """Returns one character a value, as high as it is among them; a blank for 0."""
    most = max(values, default=0)
    return "".join(_HEIGHTS[(8 * value - 1) // most] if value else " " for value in values)
