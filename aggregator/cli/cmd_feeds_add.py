"""`aggregator feeds add`: from an address to a subscription."""

import os
import sys
from typing import Annotated

import typer

from aggregator.cli import global_options, output
from aggregator.errors import AggregatorError


def add(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="The feed's address, or that of a page that names it.")],
    title: Annotated[str | None, typer.Option(help="Its name; default: what it calls itself.")] = None,
    category: Annotated[str | None, typer.Option(help="The group it belongs to.")] = None,
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
        str | None, typer.Option(metavar="OLD", help="Put it in the place of this feed, whose options stay.")
    ] = None,
) -> None:
    """Subscribe: add a feed to feeds.yaml, which is made if there is none; comments in it stay.

    The address is asked for first. One that is no feed is not added: what was discovered there is shown (exit code 1),
    and --discover adds the best of it. One that can't be reached is added with a warning.

    \b
    aggregator feeds add https://example.org/feed.xml --category World --lang en
    aggregator feeds add https://example.org --discover
    aggregator feeds add https://example.org/news --links "h2 > a"
    aggregator feeds add https://example.org/new.xml --replace https://example.org/old.xml
    """
    from aggregator.subscriptions import add as subscribe

    options = global_options.of(ctx)
    path = options.editable_config()
    wanted = subscribe.NewFeed(url, title, category, lang, interval, full_text, links)
    try:
        added = subscribe.add(
            path, wanted, os.environ, options.print_request, old=replace, best=best, check=not unchecked
        )
    except subscribe.NotAFeed as error:
        from aggregator.cli.print_candidates import add_command, print_table

        print_table(error.candidates)
        first = add_command(error.candidates[0])
        raise AggregatorError(f"{error}; add one of these, the first with: {first}") from None
    if added.unread and not options.quiet:
        print(output.cell(f"aggregator: {added.unread}; added without having been read"), file=sys.stderr)
    print(f"{path}: added {added.url}" if replace is None else f"{path}: {added.url} in the place of {replace}")
