"""The command line: parses, calls, prints. At the top its modules import nothing heavier than typer, for a quick start."""

from aggregator.cli.app import main

__all__ = ["main"]
