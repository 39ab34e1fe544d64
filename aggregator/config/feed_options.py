"""Decodes the options of a subscription from its row: a plain value, for thousands are read where one is polled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import orjson

from aggregator.config.models import Cooldown, Feed, FullText, Page, SelectorSpec
from aggregator.config.values import parse_duration

_DEFAULTS = {name: setting.default for name, setting in Feed.model_fields.items()}


@dataclass(frozen=True, slots=True)
class Options:
    """Holds what feeds.yaml asks for at one subscription, as `config.models.Feed` and `Page` describe it.

    `allow_private_networks`, `proxy`, `robots`, `refetch` None: as in the settings. `refetch`: durations after an
    article came out, none for "never". A page has the options of a feed whose interval is always set.
    """

    title: str | None = None
    site: str | None = None
    lang: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    selectors: SelectorSpec | None = None
    allow_private_networks: bool | tuple[str, ...] | None = None
    proxy: str | None = None
    robots: bool | None = None
    interval: timedelta | None = None
    full_text: FullText = _DEFAULTS["full_text"]
    links: str | None = None
    backlog: timedelta = _DEFAULTS["backlog"]
    refetch: tuple[timedelta, ...] | None = None
    cooldown: Cooldown = _DEFAULTS["cooldown"]


def of(item: Feed | Page) -> Options:
    """Returns the options of a subscription as feeds.yaml has it."""
    return Options(**{name: getattr(item, name) for name in Options.__slots__ if hasattr(item, name)})


def decode(kind: str, text: str) -> Options:
    """Returns the options of a row. `text`: JSON of a Feed, or of a Page where `kind` is "page", without its defaults;
    it was validated when it was written."""
    values = orjson.loads(text)
    for name in ("interval", "backlog"):
        if name in values:
            values[name] = parse_duration(values[name])
    if values.get("refetch") is not None:
        steps = values["refetch"]
        values["refetch"] = () if steps == "never" else tuple(map(parse_duration, steps))
    if values.get("selectors") is not None:
        spec = values["selectors"]
        values["selectors"] = SelectorSpec.model_construct(**{**spec, "remove": tuple(spec.get("remove", ()))})
    for name in ("tags", "allow_private_networks"):
        if isinstance(values.get(name), list):
            values[name] = tuple(values[name])
    if kind == "page":
        values.setdefault("interval", Page.model_fields["interval"].default)
    return Options(**{name: value for name, value in values.items() if name in Options.__slots__})
