"""Reads JSON-LD: the statements of a page's linked data about its article, whatever state the JSON is in."""

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from aggregator.text import mend_escapes

_ARTICLE = re.compile(
    r"(?:article|blogposting|posting|report|review|newsarticle|liveblogposting|recipe|howto|creativework|story|column"
    r"|essay)$"
)
_STRONG = re.compile(r"(?:article|posting|reportage\w*)$")
# Under these keys stand other articles than the page's own.
_OTHERS = frozenset("liveBlogUpdate comment mentions citation isBasedOn hasPart itemListElement relatedLink".split())
_NODES = 4000  # objects of one page that are looked at
_COMMENTS = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\s*\]\]>\s*\*/|\]\]>)\s*$"
)
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_NO_COMMA = re.compile(r'(["}\]])(\s+)(?=")')
_FIELD = re.compile(r'"(headline|datePublished|dateModified|articleBody|@type)"\s*:\s*"((?:[^"\\]|\\.)*)"')
_AUTHOR = re.compile(r'"author"\s*:\s*(?:\[\s*)?(?:\{[^{}]*?"name"\s*:\s*)?"((?:[^"\\]|\\.)+)"')

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claims:
    """Holds what linked data claims of the page's article. Strings are as found, entities decoded."""

    headline: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    modified: str | None = None
    image: str | None = None
    tags: tuple[str, ...] = ()
    description: str | None = None
    body: str | None = None
    lang: str | None = None
    publisher: str | None = None
    url: str | None = None
    free: bool | None = None
    is_article: bool | None = None
    news: bool = False


def claims(scripts: Sequence[str], url: str | None) -> Claims:
    """Returns the claims of a page's JSON-LD scripts about the article at `url`; empty claims if there are none."""
    nodes = [node for script in scripts for node in _nodes(_load(script))]
    if not nodes:
        return Claims()
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 2}
    path = _path(url) if url else None
    weights = [_weight(node, path) for node in nodes]
    best = max(weights)
    article = nodes[weights.index(best)]
    if best <= 0:
        return Claims(is_article=_denial(nodes), publisher=_site(nodes))
    return _claims(article, nodes, by_id)


def _claims(article: Json, nodes: list[Json], by_id: dict[str, Json]) -> Claims:
    pages = [node for node in nodes if _types(node) & {"webpage", "itempage"}]
    page: Json = pages[0] if pages else {}
    authors = _names(article.get("author"), by_id) or _names(article.get("creator"), by_id)
    return Claims(
        headline=_text(article.get("headline")) or _text(article.get("name")),
        authors=tuple(authors),
        published=_text(article.get("datePublished"))
        or _text(page.get("datePublished"))
        or _text(article.get("dateCreated")),
        modified=_text(article.get("dateModified")) or _text(page.get("dateModified")),
        image=_image(article.get("image"), by_id) or _image(article.get("thumbnailUrl"), by_id),
        tags=tuple(_tags(article.get("keywords"))),
        description=_text(article.get("description")),
        body=_text(article.get("articleBody")) or _text(article.get("reviewBody")),
        lang=_text(article.get("inLanguage")),
        publisher=next(iter(_names(article.get("publisher"), by_id)), None) or _site(nodes),
        url=_text(article.get("url")) or _text(article.get("mainEntityOfPage")),
        free=_boolean(article.get("isAccessibleForFree")),
        is_article=True if any(_STRONG.search(kind) for kind in _types(article)) else None,
        news=any("news" in kind or "reportage" in kind or kind.startswith("live") for kind in _types(article)),
    )


def _load(script: str) -> Any:
    """Returns the JSON of a script, repaired where that is simple; None if nothing can be read."""
    try:
        return orjson.loads(script)
    except orjson.JSONDecodeError:
        pass
    script = mend_escapes(_COMMENTS.sub("", script).strip().rstrip(";"))
    if not script:
        return None
    for repaired in (script, _with_commas(script), html.unescape(script)):
        try:
            return json.JSONDecoder(strict=False).raw_decode(repaired)[0]
        except (ValueError, RecursionError):
            continue
    return _salvage(script)


def _with_commas(script: str) -> str:
    """Returns JSON without commas before closing brackets and with those that were forgotten at the ends of lines."""
    return _NO_COMMA.sub(
        lambda gap: gap[1] + ("," if "\n" in gap[2] else "") + gap[2], _TRAILING_COMMA.sub(r"\1", script)
    )


def _salvage(script: str) -> Json | None:
    """Returns single fields out of JSON that is beyond repair."""
    found: Json = {}
    for name, value in _FIELD.findall(script):
        found.setdefault(name, _unescape(value))
    authors = [_unescape(value) for value in _AUTHOR.findall(script)]
    if authors:
        found["author"] = authors[:5]
    return found or None


def _unescape(value: str) -> str:
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value


def _nodes(data: Any) -> Iterator[Json]:
    """Yields every object of a document, from the outside in, with a bound on their number."""
    level, left = [data], _NODES
    while level and left > 0:
        deeper: list[Any] = []
        for item in level[:left]:
            if isinstance(item, dict):
                yield item
                deeper.extend(
                    value for key, value in item.items() if isinstance(value, (dict, list)) and key not in _OTHERS
                )
            elif isinstance(item, list):
                deeper.extend(value for value in item[:left] if isinstance(value, (dict, list)))
        left -= len(level)
        level = deeper


def _types(node: Json) -> frozenset[str]:
    kinds = node.get("@type")
    if isinstance(kinds, str):
        return _type_name(kinds)
    return (
        frozenset[str]().union(*(_type_name(kind) for kind in kinds if isinstance(kind, str)))
        if isinstance(kinds, list)
        else frozenset()
    )


@lru_cache(maxsize=512)
def _type_name(kind: str) -> frozenset[str]:
    return frozenset((kind[:200].rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower(),))


@lru_cache(maxsize=512)
def _kind_weight(kind: str) -> float:
    return 10.0 if _STRONG.search(kind) else 5.0 if _ARTICLE.search(kind) else 0.0


def _weight(node: Json, path: str | None) -> float:
    """Returns how much an object looks like the article of the page at `path`; 0 or less: not at all."""
    kinds = _types(node)
    of_kind = max(map(_kind_weight, kinds), default=0.0)
    if of_kind:
        weight = of_kind
    elif "headline" in node or "datePublished" in node or "articleBody" in node:
        weight = (
            1.5 if not kinds & {"imageobject", "videoobject", "audioobject", "comment", "answer", "question"} else 0
        )
    else:
        return 0
    weight += sum(0.5 for name in ("headline", "datePublished", "author", "articleBody") if node.get(name))
    if not node.get("headline") and not node.get("datePublished"):
        weight -= 4
    if path is not None and path in {_path(_text(node.get(name)) or "") for name in ("url", "mainEntityOfPage", "@id")}:
        weight += 3
    return weight


def _path(url: str) -> str:
    return re.sub(r"^https?://(?:www\.)?|[?#].*$", "", url).rstrip("/")


def _denial(nodes: list[Json]) -> bool | None:
    kinds = set[str]().union(*(_types(node) for node in nodes))
    return False if kinds & {"collectionpage", "searchresultspage", "profilepage", "aboutpage", "contactpage"} else None


def _site(nodes: list[Json]) -> str | None:
    return next((name for node in nodes if "website" in _types(node) and (name := _text(node.get("name")))), None)


def _text(value: Any) -> str | None:
    """Returns a string out of a string, a language-tagged value, a list or an object with a name or an id."""
    for _ in range(4):
        if isinstance(value, str):
            text = html.unescape(value).strip()
            return text or None
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("@value") or value.get("name") or value.get("@id") or value.get("url")
        else:
            return None
    return None


def _names(value: Any, by_id: dict[str, Json], depth: int = 0) -> list[str]:
    """Returns names out of anything that can stand as an author or publisher."""
    if depth > 4:
        return []
    if isinstance(value, str):
        target = by_id.get(value)
        return _names(target, by_id, depth + 1) if target else [html.unescape(value)]
    if isinstance(value, list):
        return [name for item in value[:30] for name in _names(item, by_id, depth + 1)]
    if not isinstance(value, dict):
        return []
    own = value.get("name") or value.get("alternateName")
    if own is None and isinstance(value.get("@id"), str):
        target = by_id.get(value["@id"])
        return _names(target, by_id, depth + 1) if target and target is not value else []
    if own is None and (value.get("givenName") or value.get("familyName")):
        own = " ".join(part for part in (_text(value.get("givenName")), _text(value.get("familyName"))) if part)
    return _names(own, {}, depth + 1) if own is not None else []


def _image(value: Any, by_id: dict[str, Json]) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl") or by_id.get(str(value.get("@id")), {}).get("url")
    return _text(value)


def _tags(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    if isinstance(value, list):
        return [text for item in value[:60] if (text := _text(item))]
    return []


def _boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False, "http://schema.org/true": True, "http://schema.org/false": False}.get(
        str(value).lower().strip()
    )
