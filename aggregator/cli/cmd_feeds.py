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
from aggregator.errors import UsageError

commands = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Subscriptions: discover, add, list, check, remove, OPML."
)


commands.command("list")(cmd_feeds_list.list_feeds)
commands.command("explain")(cmd_feeds_explain.explain)
commands.command("check")(cmd_feeds_check.check)
commands.command("discover")(cmd_feeds_discover.discover)
commands.command("add")(cmd_feeds_add.add)


@commands.command()
def remove(ctx: typer.Context, url: Annotated[str, typer.Argument(metavar="URL")]) -> None:
    """Unsubscribe: take a feed out of feeds.yaml. Its articles stay in the archive.

    \b
    aggregator feeds remove https://example.org/feed.xml
    """
    from aggregator.config import edit

    path = global_options.of(ctx).config_path()
    if path is None:
        raise UsageError("no feeds.yaml here; name it with --config before the command")
    edit.remove_feed(path, url)
    print(f"{path}: removed {url}; its articles stay")


commands.command("import")(cmd_feeds_opml.import_opml)
commands.command("export")(cmd_feeds_opml.export_opml)
