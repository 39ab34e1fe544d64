"""The store: SQL, and nothing of HTTP. `open` gives a Store; the modules here take its connections.

feeds, entries, articles, raw (pages), memories (of sites), work (what is due, and who has it), stories, search, records,
maintenance.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aggregator.store.engine import Store, open, upgrade

__all__ = ["Store", "open", "upgrade"]


def __getattr__(name: str) -> Any:
    """Imports when first used: the processes of the pool make rows (`store.rows`) and never see a database."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from aggregator.store import engine

    found = globals()[name] = getattr(engine, name)
    return found
