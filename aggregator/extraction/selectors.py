"""Defines the CSS selectors of a site, as values. `apply_selectors` says what they do on a page.

A selector is a field of `Selectors`, and of `SelectorSpec` in the configuration.
"""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the processes of the pool read no configuration
    from aggregator.config.models import SelectorSpec


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS selectors of one site. `body`: the elements that hold the text; `remove`: what is cut out before."""

    body: str | None = None
    title: str | None = None
    author: str | None = None
    date: str | None = None
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SelectorMatch:
    """A selector, the field of `Selectors` that it is, and whether it matches on a page."""

    name: str
    selector: str
    matched: bool

    def __str__(self) -> str:
        return f"{self.name} selector '{self.selector}'"


def selectors_of(spec: "SelectorSpec | None") -> Selectors | None:
    """Returns the selectors that the configuration gives; None if it gives none."""
    given = (
        None if spec is None else Selectors(**{field.name: getattr(spec, field.name) for field in fields(Selectors)})
    )
    return given if given != Selectors() else None
