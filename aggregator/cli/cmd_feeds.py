"""`aggregator feeds …`: subscriptions. feeds.yaml is the truth; the database knows how they fare."""

from typing import Annotated

import typer

from aggregator.cli import (
    cmd_feeds_add,
    cmd_feeds_check,
    cmd_feeds_discover,
    cmd_feeds_explain,
    cmd_feeds_list,
    cmd_feeds_opml,
    global_options,
)
from aggregator.cli.help import Command
from aggregator.errors import UsageError

commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Subscriptions: discover, add, list, check, remove, OPML."
)


commands.command("list", cls=Command)(cmd_feeds_list.list_feeds)
commands.command("explain", cls=Command)(cmd_feeds_explain.explain)
commands.command("check", cls=Command)(cmd_feeds_check.check)
commands.command("discover", cls=Command)(cmd_feeds_discover.discover)
commands.command("add", cls=Command)(cmd_feeds_add.add)


@commands.command(cls=Command)
def remove(
    ctx: typer.Context,
    feeds: Annotated[list[str], typer.Argument(metavar="FEED…", help="Its URL or title.")],
) -> None:
    """Unsubscribe: take feeds out of feeds.yaml. Their articles stay in the archive.

    \b
    aggregator feeds remove https://example.org/feed.xml
    aggregator feeds remove 'The Example'
    """
    from aggregator.config import edit
    from aggregator.subscriptions.names import url_of_feed

    options = global_options.of(ctx)
    path = options.config_path()
    if path is None:
        raise UsageError("no feeds.yaml here; name it with --config before the command")
    config = options.load_config()
    with options.feeds_store() as store:
        urls = [url_of_feed(store, config, feed) for feed in feeds]
    for url in dict.fromkeys(urls):
        edit.remove_feed(path, url)
        options.say(f"{path}: removed {url}; its articles stay")


commands.command("import", cls=Command)(cmd_feeds_opml.import_opml)
commands.command("export", cls=Command)(cmd_feeds_opml.export_opml)
