"""Real pages turned into templates: other articles' paragraphs can stand in place of the page's own.

The nodes of the body are found by aligning the page's text with its truth. What belongs to one article alone is made
replaceable too: title, captions, description, JSON-LD, and the teasers of other articles.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from zlib import crc32

from aggregator.dom import LexborHTMLParser, LexborNode, parse
from aggregator.text import index_form, squeeze
from benchmarks.corpus import Record, words
from benchmarks.labels import label

_BLOCKS = ", ".join(
    "p div li ul ol h1 h2 h3 h4 h5 h6 td tr table blockquote figcaption figure dd dt dl pre section article aside nav"
    " header footer main form details summary address fieldset noscript iframe center hr video button".split()
)
_MARK = re.compile(r"@@(\w+)@@")
_PARAGRAPH = 12  # words of a node that surely is a paragraph
_CODE = ("script", "style", "template", "svg")


@dataclass(frozen=True, slots=True)
class Article:
    """What a template is filled with."""

    title: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Template:
    """A page with marks. `slots`: opening and closing markup of each paragraph; `more`: of those beyond them.

    `captions`: how many are marked; `teasers`, `changing`: what stood where links to other articles and a fifth of the
    other texts are marked; `furniture`: texts that belong to no article.
    """

    html: str
    slots: tuple[tuple[str, str], ...]
    more: tuple[str, str]
    captions: int
    teasers: tuple[str, ...]
    changing: tuple[str, ...]
    furniture: tuple[str, ...]

    def fill(self, article: Article, others: Mapping[str, Sequence[str]], extra: tuple[int, str] | None = None) -> str:
        """The page of an article. `others`: texts for marks of these names; `extra`: a text of no article after that
        many of its paragraphs."""
        values = {"title": escape(article.title), "description": escape(article.paragraphs[0][:200])}
        values |= {f"{name}{n}": escape(text) for name, texts in others.items() for n, text in enumerate(texts)}
        values |= {
            "jtitle": _in_json(article.title), "jbody": _in_json(article.text),
            "jdescription": _in_json(article.paragraphs[0][:200]),
        }  # fmt: skip
        texts = list(article.paragraphs)
        if extra is not None:
            texts.insert(min(extra[0], len(texts)), extra[1])
        count = len(self.slots)
        for number in range(count):
            begin, end = self.slots[number]
            values[f"slot{number}"] = begin + escape(texts[number]) + end if number < len(texts) else ""
        begin, end = self.more
        values["more"] = "".join(begin + escape(text) + end for text in texts[count:])
        return _MARK.sub(lambda mark: values.get(mark[1], ""), self.html)


def _in_json(text: str) -> str:
    return json.dumps(text)[1:-1].replace("</", "<\\/")


def template(record: Record) -> Template | None:
    """The template of a page; None if its body can't be told from the rest node by node."""
    tree = parse(str(record["html"]).replace("@@", "@"))
    title = squeeze(record.get("title") or _first_text(tree, "h1"))
    if tree.body is None or tree.head is None or not title:
        return None
    scripts = _linked_data(tree, title)
    tree.strip_tags(list(_CODE))
    leaves = _leaves(tree.body)
    texts = [squeeze(leaf.text(separator=" ")) for leaf in leaves]
    shares = label(texts, record["text"])
    body = [
        number for number, share in enumerate(shares) if share >= 0.5 and index_form(texts[number]) != index_form(title)
    ]
    if not _is_clean([len(words(text)) for text in texts], shares, set(body), len(words(record["text"]))):
        return None
    _drop_standfirst(tree, leaves, texts, set(body))
    slots, more = _mark_body([leaves[number] for number in body], [texts[number] for number in body])
    if len(slots) < 4:
        return None
    rest = [(leaf, text) for n, (leaf, text) in enumerate(zip(leaves, texts, strict=True)) if n not in set(body)]
    _mark_titles(tree, rest, title)
    captions = _mark_captions(rest)
    teasers = _mark_teasers(rest)
    changing = _mark_changing(rest)
    furniture = tuple(text for _, text in rest if 8 <= len(words(text)) <= 60)
    html = (tree.html or "").replace("</head>", "".join(scripts) + "</head>", 1)
    return Template(html, slots, more, captions, teasers, changing, furniture)


def _first_text(tree: LexborHTMLParser, selector: str) -> str:
    node = tree.css_first(selector)
    return node.text(separator=" ") if node is not None else ""


def _leaves(body: LexborNode) -> list[LexborNode]:
    """The elements that hold text and no other block, in the order of the page."""
    return [node for node in body.css(_BLOCKS) if not _holds_block(node) and node.text(strip=True)]


def _holds_block(node: LexborNode) -> bool:
    return any(found.mem_id != node.mem_id for found in node.css(_BLOCKS)[:2])


def _is_clean(lengths: list[int], shares: list[float], body: set[int], true: int) -> bool:
    """Whether the body's nodes are the truth, all of it and once."""
    inside = sum(lengths[number] for number in body)
    doubtful = sum(
        n * share for n, share, at in zip(lengths, shares, range(len(shares)), strict=True) if at not in body
    )
    mixed = sum(lengths[number] * (1 - shares[number]) for number in body)
    return 0.9 * true <= inside <= 1.1 * true and doubtful <= 0.05 * true and mixed <= 0.03 * true


def _drop_standfirst(tree: LexborHTMLParser, leaves: list[LexborNode], texts: list[str], body: set[int]) -> None:
    """Takes out the standfirst where the truth has none: repeated on every page it would be furniture."""
    meta = tree.css_first("meta[property='og:description'], meta[name=description]")
    stated = index_form(meta.attributes.get("content") or "")[:60] if meta is not None else ""
    for number, leaf in enumerate(leaves):
        if len(stated) > 25 and number not in body and index_form(texts[number]).startswith(stated):
            leaf.inner_html = ""


def _mark_body(nodes: list[LexborNode], texts: list[str]) -> tuple[tuple[tuple[str, str], ...], tuple[str, str]]:
    """Marks in place of the paragraphs; other nodes of the body (headings, lists, tables) are taken out."""
    long = [
        len(words(text)) >= _PARAGRAPH and node.tag in ("p", "div") for node, text in zip(nodes, texts, strict=True)
    ]
    kinds = Counter(_kind(node) for node, is_long in zip(nodes, long, strict=True) if is_long)
    if not kinds:
        return (), ("", "")
    usual = kinds.most_common(1)[0][0]
    last = max(number for number, node in enumerate(nodes) if _kind(node) == usual)
    slots: list[tuple[str, str]] = []
    more = ("", "")
    for number, node in enumerate(nodes):
        if number > last or not (long[number] or _kind(node) == usual):
            node.remove()
            continue
        node.inner_html = "@@here@@"
        begin, _, end = (node.html or "").partition("@@here@@")
        more = (begin, end) if number == last else more
        node.replace_with(f"@@slot{len(slots)}@@" + ("@@more@@" if number == last else ""))
        slots.append((begin, end))
    return tuple(slots), more


def _kind(node: LexborNode) -> tuple[str, str]:
    return node.tag or "", node.attributes.get("class") or ""


def _mark_titles(tree: LexborHTMLParser, rest: list[tuple[LexborNode, str]], title: str) -> None:
    form = index_form(title)
    shown = set(form.split())
    for leaf, text in rest:
        found = index_form(text)
        alike = len(shown & set(found.split())) >= 0.5 * max(len(shown), len(set(found.split())), 1)
        if found == form or (alike and (leaf.tag == "h1" or (leaf.parent is not None and leaf.parent.tag == "h1"))):
            leaf.inner_html = "@@title@@"
    for node in tree.css("title"):
        whole = node.text()
        node.inner_html = escape(whole).replace(escape(title), "@@title@@") if title in whole else "@@title@@"
    for node in tree.css("meta"):
        name = node.attributes.get("property") or node.attributes.get("name") or ""
        if name.endswith("title"):
            node.attrs["content"] = "@@title@@"
        elif name.endswith("description"):
            node.attrs["content"] = "@@description@@"


def _mark_captions(rest: list[tuple[LexborNode, str]]) -> int:
    count = 0
    for leaf, text in rest:
        if (leaf.tag == "figcaption" or _is_within(leaf, "figcaption")) and len(words(text)) >= 5:
            leaf.inner_html = f"@@caption{count}@@"
            count += 1
    return count


def _is_within(node: LexborNode, tag: str) -> bool:
    above = node.parent
    for _ in range(3):
        if above is None:
            return False
        if above.tag == tag:
            return True
        above = above.parent
    return False


def _mark_teasers(rest: list[tuple[LexborNode, str]]) -> tuple[str, ...]:
    """Links to other articles, at least three of a kind; their own texts are given back."""
    kinds: dict[tuple[str, str], list[tuple[LexborNode, str]]] = {}
    for leaf, text in rest:
        if len(words(text)) >= 5 and "@@" not in (leaf.html or ""):
            link = leaf.css_first("a") or (leaf.parent if leaf.parent is not None and leaf.parent.tag == "a" else None)
            if link is not None and len(link.text(separator=" ", strip=True)) >= 0.8 * len(text):
                kinds.setdefault(_kind(leaf), []).append((leaf, text))
    found: list[str] = []
    for alike in kinds.values():
        for leaf, text in alike if len(alike) >= 3 else []:
            target = leaf.css_first("a") or leaf
            target.inner_html = f"@@teaser{len(found)}@@"
            found.append(text)
    return tuple(found)


def _mark_changing(rest: list[tuple[LexborNode, str]]) -> tuple[str, ...]:
    """A fifth of all that is no article and not marked yet, as comments and promotions are: the same wherever it
    stands."""
    found: list[str] = []
    for leaf, text in rest:
        if 8 <= len(words(text)) <= 150 and "@@" not in (leaf.html or "") and crc32(text.encode()) % 5 == 0:
            link = leaf.css_first("a")
            target = link if link is not None and len(link.text()) >= 0.5 * len(text) else leaf
            target.inner_html = f"@@changing{len(found)}@@"
            found.append(text)
    return tuple(found)


def _linked_data(tree: LexborHTMLParser, title: str) -> list[str]:
    """The page's JSON-LD with marks, as markup; what can't be read is left out."""
    found = []
    for node in tree.css("script[type='application/ld+json']"):
        try:
            marked = json.dumps(_marked(json.loads(node.text(), strict=False), title))
        except (ValueError, RecursionError):
            continue
        found.append(f'<script type="application/ld+json">{marked.replace("</", "<" + chr(92) + "/")}</script>')
    return found


_LINKED: Mapping[str, str] = {"articleBody": "@@jbody@@", "description": "@@jdescription@@", "headline": "@@jtitle@@"}


def _marked(value: Any, title: str) -> Any:
    if isinstance(value, dict):
        return {
            key: _LINKED[key] if key in _LINKED and isinstance(inner, str) else _marked(inner, title)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_marked(inner, title) for inner in value]
    return "@@jtitle@@" if value == title else value
