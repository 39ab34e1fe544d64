"""Answers language models from the archive, over the Model Context Protocol; it only reads.

Answers are short plain text: what a model reads, it pays for. Ids in square brackets are those that other tools take.
"""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Literal, ParamSpec

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations

from aggregator import __version__
from aggregator.archive.archived_article import ArchivedArticle
from aggregator.archive.brief import brief_hits
from aggregator.archive.library import Archive
from aggregator.errors import AggregatorError

INSTRUCTIONS = """An archive of news articles: every article is in one story, with the reports of other sources.
search finds articles by words, phrases, operators (AND OR NOT) and fields (title: lead: text: author: site: feed: lang:
tag: story: published: before: after: is:copy); list_stories tells what the news of a time was; get_story has the
reports of one story, get_article the text. To ask later for what is new alone, give the cursor of a search."""
MOST = 50  # hits, stories
MOST_CHARACTERS = 20_000  # of an article at a time

P = ParamSpec("P")


def server(archive: Archive) -> MCPServer:
    """Returns the server that answers from this archive; its `run` speaks over stdin and stdout."""
    made = MCPServer("aggregator", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING")
    tools = _Tools(archive)
    for tool in (tools.search, tools.get_article, tools.get_story, tools.list_stories, tools.list_feeds):
        hints = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
        made.add_tool(_told(tool), annotations=hints, structured_output=False)
    return made


def _told(tool: Callable[P, str]) -> Callable[P, str]:
    """Returns the tool with what a person can mend (a query, an id) told to the model in one line."""

    @wraps(tool)
    def call(*args: P.args, **kwargs: P.kwargs) -> str:
        try:
            return tool(*args, **kwargs)
        except AggregatorError as error:
            raise ToolError(str(error)) from None

    return call


class _Tools:
    """Holds what models may ask; the docstrings are what they are told of it."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def search(
        self,
        query: str = "",
        since: str | None = None,
        until: str | None = None,
        sort: Literal["relevance", "date"] = "relevance",
        limit: int = 20,
        offset: int = 0,
        fold_stories: bool = True,
        changed_after: str | None = None,
    ) -> str:
        """Find articles. query: words that must all occur, "a phrase", OR, -without, field:value; empty finds all.
        since, until: today, 7d, 2026-11, 2026-11-28. fold_stories: one hit a story, with how many more (+n).
        changed_after: the cursor of an earlier answer, for what came since."""
        found = self._archive.search(
            query,
            since=since,
            until=until,
            sort=sort,
            limit=_within(limit, MOST),
            offset=max(0, offset),
            stories=fold_stories,
            changed_after=changed_after,
        )
        total = f"{found.total}{'' if found.total_is_exact else '+'} found"
        return "\n".join((f"{total}; cursor {found.cursor}", *brief_hits(found.hits)))

    def get_article(self, article_id: int, offset: int = 0, max_characters: int = 8000) -> str:
        """Read an article: title, source, date, authors, address, then its text from a character on."""
        article = self._archive.article(article_id)
        body = "\n\n".join(part for part in (article.lead, article.text) if part)
        start = max(0, offset)
        shown = body[start : start + _within(max_characters, MOST_CHARACTERS)]
        rest = len(body) - start - len(shown)
        more = f"\n\n… {rest} more characters: offset {start + len(shown)}" if rest > 0 else ""
        return f"{_head(article)}\n\n{shown}{more}"

    def get_story(self, story_id: int) -> str:
        """List the articles of a story, oldest first; = marks a copy of another article's text."""
        story = self._archive.story(story_id)
        copies = len(story.articles) - story.reports
        head = _story_line(story.id, story.title, story.reports, copies, story.sites)
        return "\n".join((head, *(_report(one) for one in story.articles)))

    def list_stories(self, since: str = "1d", until: str | None = None, limit: int = 20) -> str:
        """List the stories of a time, those with the most sources first. since, until: as in search."""
        found = self._archive.story_rows(since, until, _within(limit, MOST))
        lines = (_story_line(one.id, one.title, one.reports, one.copies, one.sites) for one in found)
        return "\n".join(lines) or "no stories in that time"

    def list_feeds(self) -> str:
        """List the subscriptions: title, address, category, how many articles."""
        feeds = self._archive.feeds()
        lines = (f"{one.title or '-'} {one.url} {one.category or '-'} {one.articles} articles" for one in feeds)
        return "\n".join(lines) or "no subscriptions"


def _within(number: int, most: int) -> int:
    return min(max(1, number), most)


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else "undated"


def _head(article: ArchivedArticle) -> str:
    published = f"{article.published_at:%Y-%m-%d %H:%M} UTC" if article.published_at else "undated"
    by = f" by {', '.join(article.authors)}" if article.authors else ""
    copy = f"; a copy of [{article.copy_of}]" if article.copy_of else ""
    return f"{article.title or ''}\n{article.site} {published}{by}\n{article.url}\nstory [{article.story_id}]{copy}"


def _story_line(id: int, title: str | None, reports: int, copies: int, sites: tuple[str, ...]) -> str:
    return f"[{id}] {title or '-'} ({reports} reports, {copies} copies; {', '.join(sites[:6])})"


def _report(article: ArchivedArticle) -> str:
    mark = "=" if article.copy_of else " "
    return f"{mark} [{article.id}] {_day(article.published_at)} {article.site} {article.title or article.url}"
