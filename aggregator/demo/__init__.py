"""A small news site that ships with the package, fetched on loopback: the whole path with no internet."""

from aggregator.demo.run import Cleaned, Result, Story, run

__all__ = ["Cleaned", "Result", "Story", "run"]
