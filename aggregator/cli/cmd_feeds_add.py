"""`aggregator feeds add`: from an address to a subscription."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli import global_options, output
from aggregator.errors import AggregatorError, UsageError

if TYPE_CHECKING:
    from aggregator.subscriptions.add import NewFeed


def add(
    ctx: typer.Context,
    urls: Annotated[
        list[str], typer.Argument(metavar="URL…", help="The feed's address, or that of a page that names it.")
    ],
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Its name; default: what it calls itself.")] = None,
    category: Annotated[str | None, typer.Option(metavar="TEXT", help="The group it belongs to.")] = None,
    lang: Annotated[str | None, typer.Option(metavar="CODE", help="Its language, such as en.")] = None,
    interval: Annotated[str | None, typer.Option(metavar="TIME", help="Between two polls, such as 30m.")] = None,
    full_text: Annotated[str | None, typer.Option(metavar="auto|always|never", help="Fetch its pages?")] = None,
    links: Annotated[
        str | None,
        typer.Option(metavar="auto|SELECTOR", help="It is a section page: its links to articles are the entries."),
    ] = None,
    best: Annotated[bool, typer.Option("--discover", help="Of a page, add the best that is found.")] = False,
    unchecked: Annotated[bool, typer.Option("--no-check", help="Add it without asking for it.")] = False,
    replace: Annotated[
        str | None,
        typer.Option(metavar="FEED", help="Put it in the place of this one (URL or title), whose options stay."),
    ] = None,
) -> None:
    """Subscribe: add feeds to feeds.yaml, which is made if there is none; comments in it stay.

    The address is asked for first. One that is no feed is not added: what was discovered there is shown (exit code 1),
    and --discover adds the best of it. One that can't be reached is added with a warning.

    \b
    aggregator feeds add https://example.org/feed.xml --category World --lang en
    aggregator feeds add https://example.org/feed.xml https://example.net/atom.xml
    aggregator feeds add https://example.org --discover
    aggregator feeds add https://example.org/news --links "h2 > a"
    aggregator feeds add https://example.org/new.xml --replace https://example.org/old.xml
    """
    from aggregator.subscriptions.add import NewFeed
    from aggregator.subscriptions.names import url_of_feed

    options = global_options.of(ctx)
    if len(urls) > 1 and (title or replace):
        raise UsageError(f"{'--title' if title else '--replace'} is for one feed; name one URL")
    if replace is not None:
        with options.feeds_store() as store:
            replace = url_of_feed(store, options.load_config(), replace)
    failed: list[AggregatorError] = []
    for url in urls:
        wanted = NewFeed(url, title, category, lang, interval, full_text, links)
        try:
            _add(options, wanted, replace, best=best, check=not unchecked)
        except AggregatorError as error:
            failed.append(error)
    for one in failed[:-1]:  # the last one ends the command
        print(output.cell(f"aggregator: {one}"), file=sys.stderr)
    if failed:
        raise failed[-1]


def _add(options: global_options.Globals, wanted: "NewFeed", old: str | None, *, best: bool, check: bool) -> None:
    from aggregator.subscriptions import add as subscribe

    path = options.editable_config()
    try:
        added = subscribe.add(path, wanted, os.environ, options.print_request, old=old, best=best, check=check)
    except subscribe.NotAFeed as error:
        from aggregator.cli.print_candidates import add_command, print_table

        print_table(error.candidates)
        first = add_command(error.candidates[0])
        raise AggregatorError(f"{error}; add one of these, the first with: {first}") from None
    if added.unread and not options.quiet:
        print(output.cell(f"aggregator: {added.unread}; added without having been read"), file=sys.stderr)
    what = ""
    if added.found is not None:
        from aggregator.cli.print_candidates import described

        what = f": {described(added.found)}"
    said = f"added {added.url}" if old is None else f"{added.url} in the place of {old}"
    options.say(output.cell(f"{path}: {said}{what}"))
