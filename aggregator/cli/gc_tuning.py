"""Sets how often Python searches for garbage, which would else take a fifth of a short command's time.

What is imported stays until the end, and it is most of what there is.
"""

import gc


def tune_for_start() -> None:
    """Searches rarely: for the imports, and for commands that end soon."""
    gc.set_threshold(200_000, 20, 50)


def tune_for_long_run() -> None:
    """Searches often again, but not among what is there by now; called after the imports of a command."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 20)


def skip_at_exit() -> None:
    """Spares the search that ends a process."""
    gc.freeze()
