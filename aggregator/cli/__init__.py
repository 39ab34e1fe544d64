"""The command line: each `cmd_*` module declares the options of one family of commands, makes one call and prints.

Imports: at the top these modules import nothing heavier than typer, so that `aggregator --help` and a mistyped command
answer at once; what a command works with is imported in its function. Everywhere else in the package imports stand at
the top, but for those that only some commands need and that cost start-up time: they carry their reason.
"""

import os
import sys
from pathlib import Path
from typing import NoReturn


def main() -> NoReturn:
    """Runs the command `aggregator` and ends the process."""
    if sys.stdout is None:  # closed by who started it (`>&-`): there is nobody to print for
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115
    if sys.argv[1:] == ["--version"]:  # asked for by scripts: answered before the commands are built
        from aggregator import __version__

        try:
            print(f"aggregator {__version__}", flush=True)
        except OSError:  # a full disk, a reader that has gone
            os._exit(1)
        sys.exit(0)
    from aggregator.cli import gc_tuning

    gc_tuning.tune_for_start()
    from aggregator.cli.app import run

    run()


__all__ = ["main"]
