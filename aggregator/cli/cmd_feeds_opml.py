"""`aggregator feeds import` and `feeds export`: subscriptions as OPML."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli import global_options, output
from aggregator.cli.shared_options import read_input
from aggregator.errors import AggregatorError, UsageError


def import_opml(
    ctx: typer.Context, file: Annotated[str, typer.Argument(metavar="FILE", help="An OPML file; - is standard input.")]
) -> None:
    """Subscribe to what an OPML file lists and is not subscribed yet.

    Folders become categories; folders within folders are joined, as World/Asia. What can be read of a broken file is
    taken, with a warning.

    \b
    aggregator feeds import subscriptions.opml
    """
    from aggregator.errors import FeedError
    from aggregator.subscriptions import opml_file

    options = global_options.of(ctx)
    path = options.editable_config()
    body = read_input(file, "name an OPML file")
    try:
        done = opml_file.import_opml(path, body)
    except FeedError as error:
        raise AggregatorError(f"{file}: {error}") from None
    if done.problem:
        print(output.cell(f"aggregator: {file}: {done.problem}; what could be read was taken"), file=sys.stderr)
    skipped = f", {done.skipped} skipped that have no http address" if done.skipped else ""
    options.say(f"{path}: {output.count(done.added, 'feed')} added, {done.known} known already{skipped}")


def export_opml(
    ctx: typer.Context, file: Annotated[str, typer.Argument(metavar="[FILE]", help="Default: standard output.")] = "-"
) -> None:
    """Write the subscriptions as OPML, which other feed readers read. A category such as World/Asia is two folders.

    \b
    aggregator feeds export subscriptions.opml
    """
    from aggregator.config.edit import write_whole
    from aggregator.subscriptions import opml_file

    options = global_options.of(ctx)
    options.refuse_own_file(file)
    config = options.load_config()
    with options.feeds_store() as store:
        text = opml_file.export_opml(store, config)
    if file == "-":
        sys.stdout.write(text)
        return
    try:
        if _is_something_else(Path(file)):
            raise UsageError(f"{file}: there already, and no OPML; name another file")
        write_whole(Path(file).resolve(), text.encode())
    except OSError as error:
        raise AggregatorError(f"{file}: can't be written: {error.strerror or error}") from None
    options.say(f"{file}: {output.count(len(config.feeds), 'feed')}")


def _is_something_else(path: Path) -> bool:
    """Tells whether there is a file which an export of subscriptions should not replace."""
    if not path.is_file():
        return path.is_dir()
    with path.open("rb") as file:
        start = file.read(4096)
    return bool(start.strip()) and b"<opml" not in start.lower()
