"""Markdown of article bodies, read back by markdown-it-py: words, links and structure that survive, and CPU.

python -m benchmarks.markdown    (pip install markdown-it-py markdownify html-to-markdown; those not there are left out)
"""

import re
from collections import Counter
from collections.abc import Callable
from time import process_time
from urllib.parse import unquote

from markdown_it import MarkdownIt

import aggregator
from aggregator.dom import attribute, parse
from aggregator.extraction.body.markdown import from_html
from benchmarks import corpus

SETS = {"scrapinghub": 92, "fundus": 123, "wcxb": 150, "newsdataset": 100}
STRUCTURE = ("h1,h2,h3,h4,h5,h6", "li", "blockquote", "strong,b", "em,i,cite", "pre", "td,th")
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
Render = Callable[[str], str]


def shown(html: str) -> dict[str, list[str]]:
    """What a reader has of a body, white space aside: `words`, `links`, and the texts of each of STRUCTURE."""
    tree = parse(html)

    def text(node: object) -> str:
        return re.sub(r"\s+", "", node.text())  # type: ignore[attr-defined]

    links = [
        unquote(attribute(a, "href")) + " " + text(a) for a in tree.css("a[href]") if text(a) or a.css_first("img")
    ]
    parts = {selector: sorted(filter(None, map(text, tree.css(selector)))) for selector in STRUCTURE}
    return {"words": [text(tree.body)] if tree.body else [], "links": links} | parts


def renderers() -> dict[str, Render]:
    found: dict[str, Render] = {"ours": from_html}
    try:
        from markdownify import markdownify

        found["markdownify"] = lambda html: markdownify(html, heading_style="ATX")
    except ImportError:
        pass
    try:
        from html_to_markdown import ConversionOptions, convert

        options = ConversionOptions(
            escape_asterisks=True, escape_underscores=True, escape_misc=True, extract_metadata=False
        )
        found["html-to-markdown"] = lambda html: convert(html, options).content
    except ImportError:
        pass
    return found


def main() -> None:
    pages = [page for name, most in SETS.items() for page in corpus.pages(name)[:most]]
    bodies = [html for page in pages if (html := aggregator.extract(page["html"], page.get("url")).html)]
    print(f"{len(bodies)} bodies, {sum(map(len, bodies)) // len(bodies):,} characters on average")
    for name, render in renderers().items():
        start = process_time()
        rendered = [render(html) for html in bodies]
        cpu = process_time() - start
        kept: Counter[str] = Counter()
        for html, markdown in zip(bodies, rendered, strict=True):
            before, after = shown(html), shown(READER.render(markdown))
            same = {what: before[what] == after[what] for what in before}
            kept.update(what for what, is_same in same.items() if is_same)
            kept["all"] += all(same.values())
        print(f"{name:18s} {1000 * cpu / len(bodies):6.2f} ms a body  {dict(kept)}")


if __name__ == "__main__":
    main()
