"""Says what is decided on a block."""

from dataclasses import dataclass

LEAST, MOST = 0.1, 0.5  # bounds of the probability from which a block is kept
COMMENT = "a comment of a reader"  # the reason of blocks that only pages with an article have


@dataclass(slots=True)
class BlockVerdict:
    """Holds what is decided on a block. `score`: probability that it belongs to the article; `reason`: a rule that
    decided."""

    kept: bool = False
    lead: bool = False
    score: float = 0.0
    reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the block may still be kept."""
        return self.score >= LEAST and not self.reason
