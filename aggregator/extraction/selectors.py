"""Per-site CSS selectors: what a person knows of a site wins over what is judged."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS selectors of one site. `body`: the elements that hold the text; `remove`: what is cut out before."""

    body: str | None = None
    title: str | None = None
    author: str | None = None
    date: str | None = None
    remove: tuple[str, ...] = ()
