"""The command line: parses, calls, prints. At the top its modules import nothing heavier than typer, for a quick start."""

import gc
import os
import sys
from pathlib import Path
from typing import NoReturn


def main() -> NoReturn:
    """The command `aggregator`."""
    if sys.stdout is None:  # closed by who started it (`>&-`): there is nobody to print for
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115
    if sys.argv[1:] == ["--version"]:  # asked for by scripts: answered before the commands are built
        from aggregator import __version__

        try:
            print(f"aggregator {__version__}", flush=True)
        except OSError:  # a full disk, a reader that has gone
            os._exit(1)
        sys.exit(0)
    # What is imported stays, and it is most of what there is: to look through it for garbage again and again, and once
    # more at the end, took a fifth of a short command's time. Commands that run for long set their own threshold.
    gc.set_threshold(200_000, 20, 50)
    from aggregator.cli.app import run

    run()


__all__ = ["main"]
