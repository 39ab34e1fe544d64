"""`aggregator mcp`: the archive for language models."""

import typer

from aggregator.cli import global_options
from aggregator.errors import needing


def mcp(ctx: typer.Context) -> None:
    """Answer language models from the archive over stdin and stdout (Model Context Protocol); it only reads.

    A program that runs models starts it; with the tools search, get_article, get_story, list_stories and list_feeds
    a model asks the archive. In such a program's list of servers:

    \b
    {"command": "aggregator", "args": ["--database", "sqlite:////home/me/news/aggregator.db", "mcp"]}
    """
    with needing("mcp", "mcp", "aggregator mcp"):
        from aggregator.mcp import server
    from aggregator.archive.library import Archive

    with global_options.of(ctx).existing_store() as store:
        server(Archive(store)).run("stdio")
