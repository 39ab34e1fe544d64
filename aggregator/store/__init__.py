"""The store: SQL, and nothing of HTTP. `open` gives a Store; the modules here take its connections.

feeds, entries, articles, raw (pages), memories (of sites), work (what is due, and who has it), stories, search, records,
maintenance.
"""

from aggregator.store.engine import Store, open, upgrade

__all__ = ["Store", "open", "upgrade"]
