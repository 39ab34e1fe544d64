"""Writes hits in few words: a line of what and where, and a line of the text that matches."""

from collections.abc import Iterable, Iterator

from aggregator.archive.search import Hit
from aggregator.text import shortened

_MOST_TITLE, _MOST_SNIPPET = 100, 140  # characters: twenty hits are fewer than 1,500 tokens of a language model


def brief_hits(hits: Iterable[Hit]) -> Iterator[str]:
    """Yields each hit as two lines: `[id] day site title (+others)`, then what matches, indented."""
    for hit in hits:
        article = hit.article
        others = f" (+{hit.others})" if hit.others else ""
        day = f"{article.published_at or article.fetched_at:%Y-%m-%d}"
        yield f"[{article.id}] {day} {article.site} {shortened(article.title or article.url, _MOST_TITLE)}{others}"
        if hit.snippet:
            yield f"  {_around(hit)}"


def _around(hit: Hit) -> str:
    """Returns the part of the snippet around its first mark."""
    first = hit.marks[0][0] if hit.marks else 0
    if len(hit.snippet) <= _MOST_SNIPPET or first < _MOST_SNIPPET // 2:
        return shortened(hit.snippet, _MOST_SNIPPET)
    start = hit.snippet.rfind(" ", 0, first - _MOST_SNIPPET // 3) + 1
    return shortened(f"… {hit.snippet[start:]}", _MOST_SNIPPET)
