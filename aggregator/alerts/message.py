"""Writes what an alert tells: JSON for programs, Markdown and HTML for people. Pure."""

import re
from dataclasses import asdict, dataclass
from html import escape
from typing import Literal

import orjson

from aggregator.text import shortened, squeeze
from aggregator.times import iso
from aggregator.urls import is_http

MessageType = Literal["stories", "digest", "test"]
_EXCERPT = 300  # characters
_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")


@dataclass(frozen=True, slots=True)
class TellableStory:
    """A story, by the article of it that matched. `sites`: all that tell it, the first one first; `published_at` and
    `fetched_at`: ISO 8601."""

    story_id: int
    article_id: int
    title: str | None
    url: str
    site: str
    feed: str | None
    lang: str | None
    published_at: str | None
    fetched_at: str | None
    excerpt: str
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """What is told at once. `id`: stays the same when it is told again; `created_at`: seconds UTC."""

    id: str
    type: MessageType
    alert: str
    query: str
    created_at: int
    stories: tuple[TellableStory, ...]

    @property
    def subject(self) -> str:
        """Returns it in one line."""
        first = squeeze(self.stories[0].title or self.stories[0].url) if self.stories else "nothing found"
        what = first if len(self.stories) == 1 else f"{len(self.stories)} new stories"
        return {"stories": what, "digest": f"{what}, daily digest", "test": f"a test: {what}"}[self.type]


def made_up(now: int) -> TellableStory:
    """Returns a story for a test of an alert, where nothing is stored yet."""
    title, says = "A story that is made up", "The archive holds no articles yet; with some, this is the newest."
    at, site = iso(now), "example.org"
    return TellableStory(0, 0, title, "https://example.org/", site, None, "en", at, at, says, (site,))


def excerpt(*texts: str | None) -> str:
    """Returns the beginning of the first of these texts that is there, one line."""
    return shortened(next((one for one in texts if one and one.strip()), ""), _EXCERPT)


def as_json(message: Message) -> bytes:
    """Returns the body of a webhook, and the input of a command."""
    record = asdict(message) | {"created_at": iso(message.created_at)}
    return orjson.dumps(record | {"markdown": as_markdown(message), "html": as_html(message)})


def as_markdown(message: Message) -> str:
    """Returns the message as Markdown, which reads as plain text too."""
    lines = [f"# {_plain(message.alert)}: {_plain(message.subject)}", ""]
    for story in message.stories:
        title = _plain(squeeze(story.title or story.url))
        lines.append(f"- [{title}](<{story.url}>)" if _is_safe(story.url) else f"- {title}")
        lines.append(f"  {_plain(_origin(story))}")
        if story.excerpt:
            lines.append(f"  {_plain(story.excerpt)}")
        lines.append("")
    lines.append(f"Found by: {_plain(squeeze(message.query))}")
    return "\n".join(lines) + "\n"


def as_html(message: Message) -> str:
    """Returns the message as a page of HTML."""
    stories = "".join(_html_of(story) for story in message.stories)
    title = escape(f"{message.alert}: {message.subject}")
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title></head><body><h1>{title}</h1>'
        f"<ul>{stories}</ul><p>Found by: <code>{escape(squeeze(message.query))}</code></p></body></html>"
    )


def _html_of(story: TellableStory) -> str:
    title = escape(squeeze(story.title or story.url))
    linked = f'<a href="{escape(story.url)}">{title}</a>' if _is_safe(story.url) else title
    return f"<li><p><b>{linked}</b><br><small>{escape(_origin(story))}</small></p><p>{escape(story.excerpt)}</p></li>"


def _origin(story: TellableStory) -> str:
    when = (story.published_at or story.fetched_at or "")[:16].replace("T", " ")
    others = [site for site in story.sites if site != story.site]
    also = f"; also on {', '.join(others[:5])}" + (f" and {len(others) - 5} more" if len(others) > 5 else "")
    return f"{story.site}, {when} UTC" + (also if others else "")


def _is_safe(url: str) -> bool:
    """Tells whether a feed's URL is put behind a link."""
    return is_http(url) and not re.search(r"[\s<>\x00-\x1f]", url)


def _plain(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)
