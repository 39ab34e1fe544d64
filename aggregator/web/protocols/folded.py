"""Says whether feed readers are shown copies."""

from aggregator.web.server_state import ServerState


def folded(served: ServerState) -> bool:
    """Tells whether of articles with the same text the head alone is shown."""
    return served.settings().copies == "fold"
