"""`aggregator extract`: the extractor alone, no database."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli import global_options, output
from aggregator.cli.shared_options import AsJson, Form, chosen, read_input
from aggregator.errors import UsageError

if TYPE_CHECKING:
    from aggregator.extraction.article import Article, Block
    from aggregator.extraction.pipeline import RawPage
    from aggregator.extraction.selectors import Selectors

_COLUMNS_FOR_PATHS = 120  # of a terminal: from there on each block's path has room


def extract(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="URL|FILE|-", help="A page; - is standard input.")],
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="Where the page is from.")] = None,
    text: Annotated[bool, typer.Option("--text", help="It is plain text, scraped without its markup.")] = False,
    form: Annotated[Form, typer.Option("--format", help="How to print the article.")] = Form.TEXT,
    json: AsJson = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show each block: kept or dropped, and why.")] = False,
) -> None:
    """Print the article of a page: no menus, no weather box, no "Latest posts".

    \b
    aggregator extract https://example.org/news/1
    aggregator extract page.html --url https://example.org/news/1 --format json
    curl -s https://example.org/news/1 | aggregator extract - --format markdown
    aggregator extract --text scraped.txt
    aggregator extract page.html --explain --json
    """
    options, form = global_options.of(ctx), chosen(ctx, form, json)
    body, where, kind = _read(source, options)
    if text:
        if explain:
            raise UsageError("--explain shows the blocks of a page; it can't be used with --text")
        from aggregator import dom
        from aggregator.extraction.plain.scraped_text import plain

        found = plain(dom.decode(body, kind or "text/plain"))
        _print(found, form)
        _tell_verdict(found, source)
        return
    from aggregator.extraction import pipeline, served_type

    what = served_type.no_page(body, kind)
    if what:
        print(f"{source}: {served_type.sentence(what, where or url or 'URL')}", file=sys.stderr)
    url = url or where
    page = pipeline.RawPage(body, url, _selectors(options, url) if url else None, kind)
    if explain:
        _explain(page, as_json=form is Form.JSON)
    else:
        found = pipeline.article(page.html, page.url, selectors=page.selectors, content_type=kind)
        _print(found, form)
        if not what:
            _tell_verdict(found, source)


def _selectors(options: global_options.Globals, url: str) -> "Selectors | None":
    """Returns what feeds.yaml says of the page."""
    from aggregator.subscriptions.page_selectors import page_selectors

    return page_selectors(options.load_config(), url)


def _tell_verdict(article: "Article", source: str) -> None:
    """Says on stderr where there is no article: what is printed is then what there is, if anything."""
    if not article.is_article:
        there = f"{output.count(article.word_count, 'word')} found" if article.word_count else "no text found"
        print(f"aggregator: {output.cell(source)}: no article: {there}", file=sys.stderr)


def _read(source: str, options: global_options.Globals) -> tuple[bytes, str | None, str | None]:
    """Returns the page's bytes, its address and its content type, where they are known."""
    if source.startswith(("http://", "https://")):
        from aggregator.net.download import download

        response = download(source, options.load_config().settings)
        return response.body, response.url, response.headers.get("content-type")
    return read_input(source, "name a file, a URL, or - for standard input"), None, None


def _print(article: "Article", form: Form) -> None:
    if form is Form.JSON:
        output.one(article.to_dict())
    elif form is Form.HTML:
        print(article.html)
    elif form is Form.MARKDOWN:
        heading = f"# {article.title}" if article.title else None
        sys.stdout.write(output.parts(heading, article.lead, article.markdown))
    else:
        sys.stdout.write(output.parts(article.title, article.lead, article.text))


def _explain(page: "RawPage", *, as_json: bool) -> None:
    from aggregator.extraction import pipeline

    found = pipeline.explain(page.html, page.url, selectors=page.selectors, content_type=page.content_type)
    if as_json:
        output.one(found.to_dict())
        return
    wide = output.console().width >= _COLUMNS_FOR_PATHS
    columns = [
        output.Column(""),
        output.Column("score", right=True),
        output.Column("block", flexible=5),
        output.Column("why", flexible=2 if wide else 3),
        *([output.Column("path", flexible=2)] if wide else []),
    ]
    output.table(columns, [_row(block)[: len(columns)] for block in found.blocks])
    article = found.article
    for note in found.notes:
        print(note)
    if not page.selectors and not any(set(_tags(block)) & {"nav", "footer"} for block in found.blocks):
        print("<nav> and <footer> are not looked at: the page has enough text without them")
    if article.paywalled:
        print(f"only a teaser was served: {article.paywalled}")
    if article.images:
        print(f"{len(article.images)} pictures: {', '.join(image.url for image in article.images[:5])}")
    kept = sum(block.kept for block in found.blocks)
    verdict = "an article" if article.is_article else "no article"
    print(
        f"{kept} of {len(found.blocks)} blocks kept, {article.word_count} words; {verdict} (score {article.score:.2f})"
    )


def _row(block: "Block") -> tuple[str, ...]:
    why = [reason for reason in block.reasons if not reason.startswith("model ")]  # that is the score
    return "keep" if block.kept else "drop", f"{block.score:.2f}", _short(block.text), "; ".join(why), block.path


def _tags(block: "Block") -> list[str]:
    return [name.partition(".")[0] for name in block.path.split(" > ")]


def _short(text: str, most: int = 120) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
