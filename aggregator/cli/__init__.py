"""The command line: parses, calls, prints. At the top its modules import nothing heavier than typer, for a quick start."""

import sys
from typing import NoReturn


def main() -> NoReturn:
    """The command `aggregator`."""
    if sys.argv[1:] == ["--version"]:  # asked for by scripts: answered before the commands are built
        from aggregator import __version__

        print(f"aggregator {__version__}")
        sys.exit(0)
    from aggregator.cli.app import run

    run()


__all__ = ["main"]
