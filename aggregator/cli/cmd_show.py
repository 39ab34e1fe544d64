"""`aggregator show`: one article, the versions of its text, its copies."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli import global_options, output
from aggregator.cli.shared_options import AsJson, Form, Format, chosen

if TYPE_CHECKING:
    from aggregator.archive.show import Shown
    from aggregator.model import Json
    from aggregator.store.engine import Store


def show(
    ctx: typer.Context,
    articles: Annotated[list[str], typer.Argument(metavar="ID|URL…", help="As search prints them, or addresses.")],
    form: Annotated[Form, typer.Option("--format", help="How to print it.")] = Form.TEXT,
    json: AsJson = False,
    revisions: Annotated[bool, typer.Option("--revisions", help="List the versions of its text.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what the last change of its text was.")] = False,
    version: Annotated[int | None, typer.Option(metavar="N", min=1, help="With --diff: what this one changed.")] = None,
    copies: Annotated[
        bool, typer.Option("--copies", help="The articles with the same text: score and what differs.")
    ] = False,
) -> None:
    """Print articles, the versions of their text, or their copies.

    --diff marks words that were taken away [-so-] and new ones {+so+}, in colour on a terminal.

    \b
    aggregator show 42
    aggregator show https://example.org/news/1
    aggregator show 42 43 --format markdown
    aggregator show 42 --revisions
    aggregator show 42 --diff
    aggregator show 42 --diff --version 2 --json
    aggregator show 42 --copies
    """
    from aggregator.archive.show import article_id, refuse_no_name

    form = chosen(ctx, form, json)
    for named in articles:  # told of before a database that is missing
        refuse_no_name(named)
    with global_options.of(ctx).existing_store() as store:
        for number, named in enumerate(articles):
            if number and form is not Form.JSON:
                print()
            found = article_id(store, named)
            if copies:
                _show_copies(store, found, form)
            elif revisions or diff or version is not None:
                _show_versions(store, found, form, diff=not revisions, version=version)
            else:
                _show_article(store, found, form)


def _show_article(store: "Store", article: int, form: Form) -> None:
    from aggregator.archive.show import show as look_up

    shown = look_up(store, article)
    _print_article(shown, form)
    if shown.gone_at and form is Form.TEXT:  # beside the text, which scripts read as it stands
        print(f"note: its page is gone since {output.utc(shown.gone_at)}", file=sys.stderr)


def _show_versions(store: "Store", article: int, form: Form, *, diff: bool, version: int | None) -> None:
    from aggregator.archive.history import change, history
    from aggregator.cli.print_revisions import print_change, print_versions

    found = history(store, article)
    if diff:
        print_change(change(found.versions, version), form)
    else:
        print_versions(found, form)


def _print_article(shown: "Shown", form: Form) -> None:
    record = shown.record
    if form is Form.JSON:
        output.one(record)
    elif form is Form.HTML:
        print(shown.html)
    elif form is Form.MARKDOWN:
        from aggregator.extraction.body.markdown import from_html

        heading = f"# {record['title']}" if record["title"] else None
        sys.stdout.write(output.parts(heading, record["lead"], from_html(shown.html)))
    else:
        head = "\n".join(part for part in (record["title"], _source(record)) if part)
        text = output.parts(head, record["lead"], record["text"])
        sys.stdout.write(output.fill(text, output.text_width()).rstrip("\n") + "\n")


def _source(record: "Json") -> str:
    """Returns the line of site, date, authors and URL."""
    parts = (record["site"], output.utc(record["published_at"]), output.cell(record["authors"]), record["url"])
    return " · ".join(part for part in parts if part)


def _show_copies(store: "Store", article: int, form: Form) -> None:
    from aggregator.archive.copies import copies
    from aggregator.revisions.word_diff import mark_changes

    found = copies(store, article)
    if form is Form.JSON:
        told = ({"score": one.score, "diff": [[p.kind, p.text] for p in one.changes]} for one in found)
        output.objects([one.record | more for one, more in zip(found, told, strict=True)], Format.JSON)
        return
    if not found:
        print("no other article has this text")
        return
    for one in found:
        record, changes = one.record, mark_changes(one.changes)
        head = ", the head" if record["copy_of"] is None else ""
        print(f"[{record['id']}] {output.utc(record['published_at'])} {record['site']}, score {one.score:.2f}{head}")
        print(output.cell(record["title"] or record["url"]), output.cell(record["url"]), sep="\n")
        print(output.cell(changes) if changes else "word for word the same", end="\n\n")
