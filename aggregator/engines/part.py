"""Names the parts of the work that a worker may do alone; `cli` offers them without loading the job queue."""

from enum import StrEnum


class Part(StrEnum):
    """What a worker does. `FETCH` reads no pages, which are kept for others; `EXTRACT` asks no site for anything."""

    ALL = "all"
    FETCH = "fetch"
    EXTRACT = "extract"
