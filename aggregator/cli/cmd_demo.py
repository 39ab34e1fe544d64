"""`aggregator demo`: the whole path, with no internet."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli import output

if TYPE_CHECKING:
    from aggregator.demo import Result

MAX_DROPPED = 8  # texts shown of each language


def demo(
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep configuration and database in this folder.")
    ] = None,
) -> None:
    """Fetch a small news site that ships with the package, and show what was kept of its pages.

    \b
    aggregator demo
    aggregator demo --keep ./playground
    """
    from aggregator import demo as site
    from aggregator.cli.cmd_fetch import print_failures, print_summary

    result = site.run(keep)
    print("Fetched three news sites on loopback, which came with the package:")
    print_summary(result.summary)
    print_failures(result.summary)
    _print_cleaned(result)
    _print_dropped(result)
    _print_stories(result)
    if result.config:
        print(f"Kept in {keep}. Try: aggregator --config {result.config} search ferry")
    raise typer.Exit(result.summary.exit_code)


def _print_cleaned(result: "Result") -> None:
    columns = [
        output.Column("article", flexible=1),
        output.Column("lang"),
        output.Column("words of page", right=True),
        output.Column("words kept", right=True),
    ]
    output.table(columns, [(a.title, a.lang, a.page_words, a.kept_words) for a in result.cleaned], "What was cleaned")


def _print_dropped(result: "Result") -> None:
    """Prints of each language's pages the boilerplate that stood on most of them, without single words and links to
    other articles."""
    titles = {article.title for article in result.cleaned}
    by_lang: dict[str, Counter[str]] = {}
    for article in result.cleaned:
        texts = dict.fromkeys(" ".join(text.split()) for text in article.dropped)
        by_lang.setdefault(article.lang, Counter()).update(text for text in texts if text not in titles)
    columns = [output.Column("lang"), output.Column("text", flexible=1), output.Column("pages", right=True)]
    rows = [
        (lang, _short(text), pages)
        for lang, often in by_lang.items()
        for text, pages in [pair for pair in often.most_common() if " " in pair[0]][:MAX_DROPPED]
    ]
    output.table(columns, rows, "What was dropped as boilerplate")
    print(f"and {sum(map(len, by_lang.values())) - len(rows)} texts more, beside the links to other articles\n")


def _short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _print_stories(result: "Result") -> None:
    columns = [
        output.Column("story", right=True),
        output.Column("article", flexible=1),
        output.Column("site"),
        output.Column(""),
    ]
    rows = [
        (number if first else "", title, site, "copy" if copy else "")
        for number, story in enumerate(result.stories, 1)
        for first, (title, site, copy) in zip((True, *[False] * len(story.articles)), story.articles, strict=False)
    ]
    output.table(columns, rows, "Which articles are one story")
