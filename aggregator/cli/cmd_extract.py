"""`aggregator extract`: the extractor alone, no database."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from aggregator.cli import global_options, output
from aggregator.cli.options import Form, Json
from aggregator.errors import AggregatorError, UsageError

if TYPE_CHECKING:
    from aggregator.extraction.article import Article, Block
    from aggregator.extraction.pipeline import RawPage
    from aggregator.extraction.selectors import Selectors


def register(app: typer.Typer) -> None:
    app.command("extract")(extract)


def extract(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="URL|FILE|-", help="A page; - is standard input.")],
    url: Annotated[str | None, typer.Option(metavar="URL", help="Where the page is from.")] = None,
    text: Annotated[bool, typer.Option("--text", help="It is plain text, scraped without its markup.")] = False,
    form: Annotated[Form, typer.Option("--format", help="How to print the article.")] = Form.TEXT,
    json: Json = False,
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
    body, where, kind = _read(source, global_options.of(ctx))
    if text:
        if explain:
            raise UsageError("--explain shows the blocks of a page; it can't be used with --text")
        from aggregator import dom
        from aggregator.extraction.plain.scraped_text import plain

        _print(plain(dom.decode(body, kind or "text/plain")), Form.JSON if json else form)
        return
    from aggregator.extraction import pipeline

    page = pipeline.RawPage(body, url or where, _selectors(global_options.of(ctx), url or where), kind)
    if explain:
        _explain(page, as_json=json or form is Form.JSON)
    else:
        found = pipeline.article(page.html, page.url, selectors=page.selectors, content_type=kind)
        _print(found, Form.JSON if json else form)


def _read(source: str, options: global_options.Globals) -> tuple[bytes, str | None, str | None]:
    """The page's bytes, its address and its content type, where they are known."""
    if source == "-":
        return sys.stdin.buffer.read(), None, None
    if source.startswith(("http://", "https://")):
        from aggregator.cli.download import download

        response = download(source, options.load_config().settings)
        return response.body, response.url, response.headers.get("content-type")
    try:
        return Path(source).read_bytes(), None, None
    except OSError as error:
        raise AggregatorError(
            f"{source}: {error.strerror or error}; name a file, a URL, or - for standard input"
        ) from None


def _selectors(options: global_options.Globals, url: str | None) -> "Selectors | None":
    """The selectors that the configuration has for this page, or for a feed of its site."""
    if not url:
        return None
    from aggregator.extraction.selectors import selectors_of
    from aggregator.urls import site_of

    config = options.load_config()
    sources = [source for source in (*config.articles, *config.feeds) if source.selectors]
    own = [source for source in sources if source.url == url]
    of_site = [source for source in sources if (source.site or site_of(source.url)) == site_of(url)]
    found = next(iter([*own, *of_site]), None)
    return selectors_of(found.selectors) if found else None


def _print(article: "Article", form: Form) -> None:
    if form is Form.JSON:
        output.one(record(article))
    elif form is Form.HTML:
        print(article.html)
    elif form is Form.MARKDOWN:
        heading = f"# {article.title}" if article.title else None
        sys.stdout.write(output.parts(heading, article.lead, article.markdown))
    else:
        sys.stdout.write(output.parts(article.title, article.lead, article.text))


def record(article: "Article") -> dict[str, Any]:
    """An article with the names of an export, without what only a database knows."""
    return {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "site": article.site,
        "title": article.title,
        "authors": list(article.authors),
        "published_at": output.iso(_seconds(article.published_at)),
        "modified_at": output.iso(_seconds(article.modified_at)),
        "lang": article.lang,
        "lead": article.lead,
        "text": article.text,
        "image": article.image,
        "images": [asdict(image) for image in article.images],
        "tags": list(article.tags),
        "word_count": article.word_count,
        "is_article": article.is_article,
        "score": round(article.score, 3),
        "paywalled": article.paywalled,
    }


def _seconds(when: Any) -> int | None:
    return None if when is None else int(when.timestamp())


_WIDE = 120  # columns of a terminal, from which there is room for the path of each block


def _explain(page: "RawPage", *, as_json: bool) -> None:
    from aggregator.extraction import pipeline

    found = pipeline.explain(page.html, page.url, selectors=page.selectors, content_type=page.content_type)
    if as_json:
        output.one(record(found.article) | {"blocks": list(map(asdict, found.blocks)), "notes": list(found.notes)})
        return
    wide = output.console().width >= _WIDE
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
