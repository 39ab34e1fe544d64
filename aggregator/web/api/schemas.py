"""Defines what the API takes and answers, where no value of the services is answered as it stands."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from aggregator.model import Json
from aggregator.revisions.word_diff import Piece
from aggregator.store.account.access_tokens import Scope
from aggregator.store.content.marks import Mark
from aggregator.times import iso

Moment = Annotated[datetime, BeforeValidator(lambda at: iso(at) if isinstance(at, int) else at)]


class _Model(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class _Given(BaseModel):
    model_config = ConfigDict(strict=True)


class State(_Model):
    """What the reader did to an article."""

    read_at: Moment | None = Field(description="When it was read; null: it is unread")
    starred_at: Moment | None = Field(description="When it was starred; null: it is not")


class ArticleItem(State):
    """An article of the archive; times are UTC, null is not known."""

    id: int
    url: str = Field(description="The address first asked for, byte for byte")
    canonical_url: str = Field(description="The normalised address, which no other article has")
    site: str
    feed: str | None = Field(description="The address of the first subscription that listed it")
    body_from: str = Field(description="`page` or `feed`")
    title: str | None
    authors: list[str]
    published_at: datetime | None
    modified_at: datetime | None
    fetched_at: datetime
    lang: str | None
    lead: str | None = Field(description="The standfirst, which `text` does not repeat")
    text: str = Field(description="The body; an empty line stands between paragraphs")
    summary: str | None = Field(description="The feed's")
    image: str | None
    tags: list[str]
    story_id: int
    copy_of: int | None = Field(description="The article whose text this one is again")
    word_count: int
    is_article: bool
    paywalled: str | None
    revisions: int = Field(description="How many earlier texts are kept")
    gone_at: datetime | None = Field(description="Since when its page is gone")


class Hit(ArticleItem):
    """An article that a search found."""

    snippet: str = Field(description="The text around the first words that match, in one line")
    marks: list[list[int]] = Field(description="Where words that match stand in it: pairs of offsets")
    others: int = Field(description="How many more of its story match, where stories are folded")


class Hits(_Model):
    """A page of what a search found."""

    total: int = Field(description="How many match")
    total_is_exact: bool = Field(description="False where at least so many match")
    next_cursor: str | None = Field(description="Given as `cursor`, it asks for the page that follows; null: none does")
    changed_cursor: str = Field(description="Given as `changed_after`, it asks for what was stored or changed since")
    items: list[Hit]


class Change(_Model):
    """What one version of an article's text changed of the one before."""

    before: int = Field(description="The number of the version before")
    after: int
    pieces: dict[str, list[Piece]] = Field(description="Of title, lead and text, those that differ, word by word")


class CopyItem(_Model):
    """An article with the same text as another."""

    id: int
    url: str
    site: str
    title: str | None
    published_at: datetime | None
    copy_of: int | None = Field(description="null: it is the head")
    score: float = Field(description="How much of the shorter text the other one has, 0 to 1")
    changes: list[Piece] = Field(description="From the other article's text to this one's")


class StoryItem(_Model):
    """A story: articles of any sources that tell the same news."""

    id: int
    title: str | None = Field(description="Of the article that leads it")
    article_id: int = Field(description="The article that leads it")
    lead_reason: str
    articles: int
    reports: int = Field(description="Its articles that are no copies")
    copies: int
    sites: list[str]
    first_at: Moment
    last_at: Moment


class StoryItems(_Model):
    """The stories of a time."""

    items: list[StoryItem]


class StoryWithArticles(StoryItem):
    """A story with its articles, oldest first."""

    items: list[ArticleItem]


class StateChange(_Given):
    """What is to be done to an article; null leaves it as it is."""

    read: bool | None = None
    starred: bool | None = None


class StateChanges(StateChange):
    """What is to be done to several articles: those of `ids`, or those that match `q`."""

    ids: list[Annotated[int, Field(ge=0, lt=2**63)]] | None = Field(default=None, max_length=10_000)
    q: str | None = Field(default=None, description="A query, as in a search of articles")
    feed: str | None = Field(default=None, description="With `q`: the URL or the title of a subscription")


class Changed(_Model):
    """What came of a change."""

    changed: int = Field(description="How many articles were in another state before")


class NewSubscription(_Given):
    """A feed that is to be subscribed. Its keys are those of feeds.yaml."""

    url: str = Field(description="Its address, or that of a page from which it is found")
    title: str | None = None
    category: str | None = None
    lang: str | None = None
    interval: str | None = Field(default=None, description="Time between two polls, such as 30m")
    full_text: str | None = Field(default=None, description="`auto`, `always` or `never`")
    links: str | None = Field(default=None, description="Set for a section page: `auto`, or a CSS selector")
    check: bool = Field(default=True, description="Read it before it is subscribed")


class FeedChange(_Given):
    """What a subscription is to be called and where it belongs; null takes it away, what is not given stays."""

    title: str | None = None
    category: str | None = None


class CandidateItem(_Model):
    """What can be subscribed."""

    url: str
    title: str | None
    format: str
    found_by: str
    entries: int = Field(description="How many it lists")
    newest_at: Moment | None
    links: str | None = Field(description="What `links` is to be where it is subscribed")


class CategoryItem(_Model):
    """A category of subscriptions."""

    id: int
    name: str = Field(description="Empty: the category of those that are in none")
    unread: int


class SavedSearchItem(_Model):
    """A query under a name, which `saved:NAME` asks for in any other."""

    name: str
    query: str
    added_at: Moment
    channel: str | None = Field(description="How it tells of what is new: webhook, mail or command; null: it does not")
    daily: bool
    delivered_at: Moment | None
    error: str | None


class SavedQuery(_Given):
    """The query that is to be saved."""

    query: str


class Stats(_Model):
    """How many rows of each kind there are."""

    counts: dict[str, int] = Field(description="`bytes` is the size of the database")
    read: int
    starred: int


class User(_Model):
    """Who asks."""

    name: str | None = Field(description="null: no password is set, everybody on this machine reads")
    kind: str | None = Field(description="session, token or password")
    scope: Scope


def with_state(record: Json, mark: Mark) -> Json:
    """Returns an article's JSON object with what the reader did to it."""
    return record | {"read_at": iso(mark.read_at), "starred_at": iso(mark.starred_at)}
