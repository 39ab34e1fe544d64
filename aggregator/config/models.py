"""Defines what feeds.yaml holds, as frozen values. The descriptions are those of the published JSON Schema."""

from datetime import time, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from aggregator.config.values import (
    Duration,
    Headers,
    Keep,
    Lang,
    Line,
    Networks,
    Proxy,
    Refetch,
    Retention,
    Selector,
    SelectorList,
    SiteName,
    Size,
    Span,
    TimeOfDay,
    Url,
)
from aggregator.times import format_duration

FullText = Literal["auto", "always", "never"]
Copies = Literal["all", "fold"]
Cooldown = Literal["site", "feed"]
SmtpTls = Literal["starttls", "tls", "none"]


class _Model(BaseModel):
    # A title may look like a number (`title: 1843`) and still be a title.
    # The validators are built when they are first used: of an unchanged file only the settings are read.
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True, defer_build=True)


class Settings(_Model):
    """Holds the settings of the whole program; each is also the variable AGGREGATOR_<NAME>, which wins."""

    contact: Line | None = Field(
        default=None, description="Who runs this (an e-mail address or a URL); sent in the User-Agent"
    )
    site_gap: Duration = Field(default=timedelta(seconds=2), description="Least time between two requests to one site")
    site_connections: int = Field(default=2, ge=1, le=32, description="Most connections to one site at once")
    min_interval: Span = Field(default=timedelta(minutes=10), description="Least time between two polls of a feed")
    max_interval: Span = Field(default=timedelta(hours=24), description="Most time between two polls of a feed")
    respect_robots: bool = Field(default=True, description="Whether robots.txt is honoured")
    allow_private_networks: Networks = Field(
        default=False, description="Whether private addresses may be asked: true, false, or a list of hosts and CIDRs"
    )
    proxy: Proxy = Field(
        default="direct",
        description="The proxy that requests go through: an http, https or socks5 URL, `environment` "
        "(HTTP_PROXY and the like), or `direct` for none",
    )
    keep: Keep = Field(default=None, description="What is kept of each feed: forever, an age (90d) or a number (10000)")
    keep_in_all: Keep = Field(
        default=None, description="What is kept of the whole archive, imports too: forever, an age or a number"
    )
    refetch: Refetch = Field(
        default=(timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(days=3)),
        description="How long after an article came out its page is fetched again for changes: durations, or never",
    )
    timeout: Span = Field(default=timedelta(seconds=30), description="Most time for one request")
    max_bytes: Size = Field(default=16 * 1024 * 1024, description="Largest answer that is read, decoded")
    visits: int = Field(default=32, ge=1, le=1000, description="How many sites are visited at once")
    workers: int | None = Field(default=None, ge=1, le=256, description="Processes for extraction; default: one a core")
    keep_raw: Retention = Field(
        default=timedelta(days=30), description="How long raw pages are kept: 0 is never, or forever"
    )
    poll_log_keep: Retention = Field(
        default=timedelta(days=90), description="How long the log of polls is kept, or forever"
    )

    mute: Line | None = Field(
        default=None, description="A query: what it matches is left out of lists of stories and of alerts"
    )
    search_timeout: Span = Field(default=timedelta(seconds=10), description="Most time that a search may take")
    copies: Copies = Field(
        default="all",
        description="Of articles with the same text, what feed readers are shown: all, or their head alone (fold)",
    )
    proxy_pictures: bool = Field(
        default=False,
        description="Whether `serve` asks for the pictures of articles in the reader's stead; read when it starts",
    )
    smtp_host: Line | None = Field(default=None, description="The server that takes the mail of alerts")
    smtp_port: int | None = Field(
        default=None, ge=1, le=65535, description="Its port; default: 587, 465 or 25 by smtp_tls"
    )
    smtp_user: Line | None = Field(default=None, description="The name to log in with, where it wants one")
    smtp_password: str | None = Field(default=None, description="The password to log in with")
    smtp_tls: SmtpTls = Field(
        default="starttls", description="How the connection is encrypted: starttls, tls from its start, or none"
    )
    smtp_from: Line | None = Field(default=None, description="The sender's address; default: contact, if it is one")
    digest_time: TimeOfDay = Field(default=time(7), description="When daily digests are made: an hour of the day, UTC")

    @model_validator(mode="after")
    def _ordered(self) -> "Settings":
        if self.min_interval > self.max_interval:
            low, high = format_duration(self.min_interval), format_duration(self.max_interval)
            raise ValueError(f"min_interval ({low}) is more than max_interval ({high})")
        return self


class SelectorSpec(_Model):
    """Holds CSS selectors, for the rare site whose pages need them."""

    body: Selector | None = Field(default=None, description="The element that holds the article's text")
    remove: SelectorList = Field(default=(), description="Elements taken out before anything else")
    title: Selector | None = Field(default=None, description="The element that holds the title")
    author: Selector | None = Field(default=None, description="The elements that hold the authors")
    date: Selector | None = Field(default=None, description="The element that holds the time of publication")


class _Source(_Model):
    """Holds what a feed and a page have in common."""

    url: Url = Field(description="Its address, http or https")
    title: Line | None = Field(default=None, description="Its name; default: what it calls itself")
    category: Line | None = Field(default=None, description="The group it belongs to")
    lang: Lang | None = Field(default=None, description="Its language, as a code such as en or pt-BR")
    headers: Headers = Field(default_factory=dict, description="HTTP headers sent with its requests")
    tags: tuple[Line, ...] = Field(default=(), description="Tags put on each of its articles")
    keep: Keep = Field(default=None, description="What is kept of it; default: as in settings")
    selectors: SelectorSpec | None = Field(default=None, description="CSS selectors for its articles' pages")
    allow_private_networks: Networks | None = Field(default=None, description="As in settings, for this one alone")
    proxy: Proxy | None = Field(default=None, description="As in settings, for this one alone")
    site: SiteName | None = Field(default=None, description="The site it counts as; default: its registrable domain")
    mute: Line | None = Field(default=None, description="As in settings, beside that, of its articles alone")
    robots: bool | None = Field(default=None, description="Whether robots.txt is honoured; default: as in settings")


class Feed(_Source):
    """Holds a subscription. `interval` replaces the learnt rhythm; `keep` is the settings' unless given."""

    interval: Span | None = Field(default=None, description="Time between two polls, instead of the learnt one")
    full_text: FullText = Field(
        default="auto", description="Fetch the articles' pages: always, never, or where the feed lacks the text (auto)"
    )
    links: Selector | None = Field(
        default=None,
        description="The address is a section page, whose links to articles are the entries: auto finds them, "
        "a CSS selector names them",
    )
    backlog: Duration = Field(
        default=timedelta(days=2),
        description="Of a sitemap: how long before the subscription an entry may have come out and still be fetched",
    )
    refetch: Refetch | None = Field(
        default=None, description="When its articles' pages are fetched again for changes; default: as in settings"
    )
    cooldown: Cooldown = Field(
        default="site", description="What a Retry-After stops: the whole site, or this feed alone"
    )


class Page(_Source):
    """Holds a page that is itself fetched again and again, for its changes."""

    interval: Span = Field(default=timedelta(hours=6), description="Time between two fetches of it")


class Config(_Model):
    """Holds a whole configuration."""

    settings: Settings = Field(default=Settings(), description="Settings of the whole program")
    feeds: tuple[Feed, ...] = Field(default=(), description="The subscriptions")
    articles: tuple[Page, ...] = Field(default=(), description="Single pages that are polled themselves")

    @model_validator(mode="before")
    @classmethod
    def _empty_sections(cls, values: Any) -> Any:
        """Reads `feeds:` with nothing after it as an empty list."""
        return {k: v for k, v in values.items() if v is not None} if isinstance(values, dict) else values

    @model_validator(mode="after")
    def _inherit_keep(self) -> "Config":
        for name in ("feeds", "articles"):
            sources = tuple(
                source if "keep" in source.model_fields_set else source.model_copy(update={"keep": self.settings.keep})
                for source in getattr(self, name)
            )
            object.__setattr__(self, name, sources)
        return self


def json_schema() -> dict[str, Any]:
    """Returns the JSON Schema of feeds.yaml, which editors complete and check it with."""
    schema = Config.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "feeds.yaml"}
