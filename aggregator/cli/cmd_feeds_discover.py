"""`aggregator feeds discover`: what can be subscribed on a site."""

from typing import Annotated

import typer

from aggregator.cli import global_options, output
from aggregator.cli.shared_options import AsJson, Format, ListFormat, chosen
from aggregator.errors import AggregatorError


def discover(
    ctx: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A page, such as a site's front page.")],
    form: ListFormat = Format.TABLE,
    json: AsJson = False,
) -> None:
    """Find what can be subscribed on a site: feeds, sitemaps, else the page itself as a list of links. Best first.

    Asks what the page names, what robots.txt names, and common addresses, with the gap between two requests that
    politeness asks for. Exit code 1 if nothing is found.

    \b
    aggregator feeds discover https://example.org
    aggregator feeds discover https://example.org/world --json
    """
    from aggregator.cli import print_candidates
    from aggregator.subscriptions.discover import discover as search
    from aggregator.urls import full_url

    options = global_options.of(ctx)
    url = full_url(url)
    found = search(url, options.load_config().settings, options.print_request)
    form = chosen(ctx, form, json)
    if form is Format.TEXT:
        for one in found:
            print(one.url)
    elif form is not Format.TABLE:
        output.objects(map(print_candidates.record, found), form)
    elif found:
        print_candidates.print_table(found)
        print(f"to subscribe: {print_candidates.add_command(found[0])}")
    if not found:
        raise AggregatorError(f"{url}: no feed, sitemap or list of articles found")
