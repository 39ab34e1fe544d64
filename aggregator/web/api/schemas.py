"""Defines what the API answers. The fields of an article are those of every export."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class Model(BaseModel):
    """An object of the API, made from a value of the same names."""

    model_config = ConfigDict(from_attributes=True)


class Article(Model):
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


class Hit(Article):
    """An article that a search found."""

    snippet: str = Field(description="The text around the first words that match, in one line")
    marks: list[tuple[int, int]] = Field(description="Where words that match stand in it: pairs of offsets")
    others: int = Field(description="How many more of its story match, where stories are folded")
    read_at: datetime | None = Field(description="When it was read")
    starred_at: datetime | None = Field(description="When it was starred")


class Hits(Model):
    """A page of what a search found."""

    total: int = Field(description="How many match")
    total_is_exact: bool = Field(description="False where at least so many match")
    cursor: str = Field(description="Given as `changed_after`, it asks for what was stored or changed since")
    items: list[Hit]
