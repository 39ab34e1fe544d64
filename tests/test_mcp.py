"""The archive for language models, asked by the protocol's own client over the pipes of a process."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.types import TextContent

from aggregator.archive.import_articles import import_file
from aggregator.store import engine

TEXT = "A dragon was seen over the harbour of Westfield at 9 on Monday, said Ann Miller, who sells fish there. " * 2
LINES: tuple[Mapping[str, object], ...] = (
    {"url": "https://a.org/1", "title": "Dragon", "text": TEXT, "published_at": "2024-05-01", "authors": ["Ann"]},
    {"url": "https://b.org/2", "title": "Dragon again", "text": TEXT, "published_at": "2024-05-02T10:00:00Z"},
    {"url": "https://c.org/3", "title": "Snow", "text": "Snow fell on the hills, and no ferry left. " * 30},
    *(
        {"url": f"https://d.org/{number}", "title": f"Rain number {number} over the hills and the sea", "text": text}
        for number in range(30)
        for text in (f"Gauge {number} of the weather office measured {number} drops of rain. " + "It is wet. " * 40,)
    ),
)


@pytest.fixture
def database(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/a.db"
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({**line, "fetched_at": "2024-05-03T00:00:00Z"}) + "\n" for line in LINES))
    with closing(engine.open(url)) as store:
        assert import_file(store, str(path), print).ok
    return url


Ask = Callable[..., Awaitable[str]]


def asked(database: str, questions: Callable[[Client, Ask], Awaitable[None]]) -> None:
    """Runs questions against `aggregator mcp`."""

    async def run() -> None:
        started = StdioServerParameters(
            command=sys.executable, args=["-m", "aggregator", "--database", database, "mcp"]
        )
        async with Client(stdio_client(started)) as client:

            async def ask(tool: str, **arguments: object) -> str:
                answer = await client.call_tool(tool, arguments)
                (said,) = answer.content
                assert isinstance(said, TextContent)
                return f"error: {said.text}" if answer.is_error else said.text

            await questions(client, ask)

    asyncio.run(asyncio.wait_for(run(), 60))


def test_tools_only_read_and_say_what_they_do(database: str) -> None:
    async def questions(client: Client, ask: Ask) -> None:
        tools = (await client.list_tools()).tools
        names = sorted(tool.name for tool in tools)
        assert names == ["get_article", "get_story", "list_feeds", "list_stories", "search"]
        assert all(tool.description and tool.annotations and tool.annotations.read_only_hint for tool in tools)

    asked(database, questions)


def test_a_model_goes_from_a_search_to_a_story_to_a_text(database: str) -> None:
    async def questions(client: Client, ask: Ask) -> None:
        found = (await ask("search", query="dragon")).splitlines()
        assert found[0].startswith("1 found; cursor ")
        assert found[1].startswith("[2] 2024-05-02 b.org Dragon again (+1)")  # as good, and newer
        assert "dragon was seen" in found[2]
        article = await ask("get_article", article_id=1)
        assert article.startswith("Dragon\na.org 2024-05-01 00:00 UTC by Ann\nhttps://a.org/1\nstory [1]\n\nA dragon")
        story = (await ask("get_story", story_id=1)).splitlines()
        assert story[0] == "[1] Dragon (1 reports, 1 copies; a.org, b.org)"
        assert story[2] == "= [2] 2024-05-02 b.org Dragon again"
        assert "Dragon (1 reports" in await ask("list_stories", since="2024-05-01")
        assert await ask("list_feeds") == "no subscriptions"
        start = await ask("get_article", article_id=3, max_characters=100)
        assert start.endswith("more characters: offset 100")

    asked(database, questions)


def test_only_what_is_new_is_told_on_request(database: str, tmp_path: Path) -> None:
    async def questions(client: Client, ask: Ask) -> None:
        cursor = (await ask("search", query="rain", limit=1)).splitlines()[0].rpartition(" ")[2]
        assert (await ask("search", query="rain", changed_after=cursor)).startswith("0 found")
        path = tmp_path / "more.jsonl"
        path.write_text(json.dumps({"url": "https://e.org/1", "title": "More rain", "text": "Rain, again rain."}))
        with closing(engine.open(database)) as store:
            assert import_file(store, str(path), print).ok
        assert "More rain" in await ask("search", query="rain", changed_after=cursor)

    asked(database, questions)


def test_twenty_hits_are_short(database: str) -> None:
    async def questions(client: Client, ask: Ask) -> None:
        answer = await ask("search", query="rain", limit=20, fold_stories=False)
        assert answer.count("\n[") == 20
        assert len(answer) < 6000  # some 1,500 tokens

    asked(database, questions)


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("search", {"query": "title:("}, "can't read the query at character 7"),
        ("search", {"query": "rain", "since": "whenever"}, "'whenever' is no time"),
        ("search", {"changed_after": "x"}, "'x' is no cursor"),
        ("get_article", {"article_id": 999}, "no article 999"),
        ("get_story", {"story_id": -1}, "no story -1"),
    ],
)
def test_a_mistake_is_told_in_a_line(database: str, tool: str, arguments: dict[str, object], said: str) -> None:
    async def questions(client: Client, ask: Ask) -> None:
        answer = await ask(tool, **arguments)
        assert answer.startswith("error: ")
        assert said in answer

    asked(database, questions)
