"""A small news site that ships with the package, fetched on loopback: the whole path with no internet."""

from aggregator.demo.run import CleanedPage, DemoStory, Result, run

__all__ = ["CleanedPage", "DemoStory", "Result", "run"]
