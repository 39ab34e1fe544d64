"""Tells where each block stands: in the elements around it, among its neighbours, on the page; for all blocks at once.

The blocks within an element are consecutive, so whatever it holds is a difference of two running sums.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from aggregator.extraction.body.blocks import Element, PageTree, Segment

Array = np.ndarray[Any, Any]
Columns = dict[str, Array]
"""Features by name, each with one number a block."""

_MAX_DISTANCE = 60.0  # blocks: the greatest distance that is told
_MAX_PICTURES = 2_000
_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))
_STOPS = frozenset(".!?…。！？।؟")
_MAX_SINCE = 3000.0  # characters


def position_columns(tree: "PageArrays", title_at: int) -> Columns:
    """Returns the features that say where blocks stand. `title_at`: the number of the block that shows the title, or
    -1."""
    title = tree.page.segments[title_at].element if title_at >= 0 else None
    return {
        **_along(tree, title_at),
        **_elements_around(tree),
        **_of_core(tree),
        **_of_groups(tree),
        **_neighbours(tree),
        **_of_page(tree),
        **_of_title(tree, title, title_at),
        **_of_table(tree),
        **_since(tree),
        **_pictures(tree),
    }


class PageArrays:
    """Holds the elements and blocks of a page as arrays.

    Of each block: `chars`, `links` (characters within links), `prose` (see `_prose`), `element` (the number of its
    element) and `up`, those of the one, two and three levels above; `groups` (which kind of place in the template it
    is); `sums`: running sums of chars, links and prose, from 0 on. Of each element: `parent` (the root is its own), its
    blocks `first` to `last` - 1, bits `own` as blocks.Element has them, `below`: bits of the elements from it up to the
    branch that leads to the prose; `totals`: chars, links and prose within. `hub`: see `_hub`.
    """

    def __init__(self, page: PageTree) -> None:
        elements, segments, self.page = page.elements, page.segments, page
        self.size = len(segments)
        self.chars = np.array([len(segment.text) for segment in segments], float)
        self.links = np.minimum(np.array([segment.link_chars for segment in segments], float), self.chars)
        self.prose = _prose(segments, self.chars, self.links)
        parents = [e.parent.number if e.parent is not None else 0 for e in elements]
        own = [e.own for e in elements]
        self.parent, self.own = np.array(parents, np.intp), np.array(own, np.int64)
        self.depth = np.array([e.depth for e in elements], np.intp)
        self.first = np.array([e.first for e in elements], np.intp)
        self.last = self.first + np.array([e.blocks for e in elements], np.intp)
        self.element = np.array([segment.element.number for segment in segments], np.intp)
        above = self.parent[self.element]
        self.up = (above, self.parent[above], self.parent[self.parent[above]])
        self.is_heading = np.array([segment.element.tag in _HEADINGS for segment in segments], bool)
        self.sums = running((self.chars, self.links, self.prose))
        self.totals = self.within(self.sums)
        self.page_prose = float(self.sums[2, -1]) or 1.0
        self.groups = _groups(segments)
        self.hub = self._hub()
        self.below = self._below(parents, own)

    def within(self, sums: Array) -> Array:
        """Returns what the blocks within each element have together, from running sums."""
        result: Array = sums.take(self.last, -1) - sums.take(self.first, -1)
        return result

    def _below(self, parents: list[int], own: list[int]) -> Array:
        path = {element.number for element in _path(self.hub)}
        bits = [0] * len(own)
        for number in range(1, len(own)):
            if number not in path:
                bits[number] = own[number] | bits[parents[number]]
        return np.array(bits, np.int64)

    def _hub(self) -> Element:
        """Returns the element with the most prose in blocks directly within it or one level below."""
        size = len(self.parent)
        direct = np.bincount(self.up[0], self.prose, size)
        near = direct + 0.4 * np.bincount(self.parent, direct, size)
        near[0] -= 0.4 * direct[0]  # the root is its own parent
        return self.page.elements[int(near.argmax())]

    def core(self, share: float) -> Element:
        """Returns the deepest element that holds `share` of the page's prose."""
        enough = np.flatnonzero(self.totals[2] >= share * self.totals[2, 0])
        deepest = enough[len(enough) - 1 - int(self.depth[enough][::-1].argmax())]
        return self.page.elements[int(deepest)]

    def depth_of_branch(self, element: Element | None) -> Array:
        """Returns of each block the depth of the deepest element that holds both it and `element`."""
        depths = np.zeros(self.size)
        for above in _path(element)[::-1]:
            depths[above.first : above.first + above.blocks] = above.depth
        return depths


def running(values: Sequence[Array]) -> Array:
    """Returns the sums of the values before each place and at the end, a row for each."""
    result = np.zeros((len(values), len(values[0]) + 1))
    np.cumsum(values, axis=1, out=result[:, 1:])
    return result


def _prose(segments: Sequence[Segment], chars: Array, links: Array) -> Array:
    """Returns how much each block looks like a paragraph, by its text alone: 0, or its length up to 500 characters."""
    prose = np.where((chars >= 50) & (links * 3 <= chars), np.minimum(chars - links, 500), 0.0)
    for number in np.flatnonzero(prose).tolist():
        segment = segments[number]
        if segment.element.tag == "figcaption" or ("." not in segment.text and _STOPS.isdisjoint(segment.text)):
            prose[number] = 0.0
    return prose


def _groups(segments: Sequence[Segment]) -> Array:
    """Returns numbers that are the same for blocks in the same kind of place in a template."""
    numbers: dict[tuple[str, str, str, str], int] = {}
    found = []
    for segment in segments:
        element = segment.element
        above = element.parent or element
        found.append(numbers.setdefault((element.tag, element.name, above.tag, above.name), len(numbers)))
    return np.array(found, np.intp)


def _path(element: Element | None) -> list[Element]:
    """Returns an element and those above it."""
    path = []
    while element is not None:
        path.append(element)
        element = element.parent
    return path


def _along(tree: PageArrays, title_at: int) -> Columns:
    number = np.arange(tree.size)
    chars_before, _, prose_before = tree.sums[:, :-1]
    if title_at >= 0:
        after_title, from_title = number > title_at, np.minimum(number - title_at, _MAX_DISTANCE)
    else:
        after_title, from_title = np.zeros(tree.size, bool), np.full(tree.size, -_MAX_DISTANCE)
    return {
        "depth": tree.depth[tree.element],
        "position": number / tree.size,
        "chars_before": chars_before / max(1.0, tree.sums[0, -1]),
        "prose_before": prose_before,
        "prose_after": tree.sums[2, -1] - prose_before - tree.prose,
        "after_title": after_title,
        "blocks_from_title": from_title,
        "first_in_parent": number == tree.first[tree.up[0]],
    }


def _elements_around(tree: PageArrays) -> Columns:
    chars, links, prose = tree.totals
    blocks = tree.last - tree.first
    facts = np.stack((links / np.maximum(chars, 1), prose / tree.page_prose, blocks, chars))
    parent, grand, great = (facts.take(elements, 1) for elements in tree.up)
    item = np.array([segment.element.tag == "li" for segment in tree.page.segments], bool)
    return {
        "parent_links": parent[0],
        "parent_prose": parent[1],
        "parent_blocks": parent[2],
        "parent_chars": parent[3],
        "grand_links": grand[0],
        "grand_prose": grand[1],
        "grand_blocks": grand[2],
        "grand_chars": grand[3],
        "great_links": great[0],
        "great_prose": great[1],
        "great_blocks": great[2],
        "list_links": parent[0] * item,
        "list_items": parent[2] * item,
    }


def _of_core(tree: PageArrays) -> Columns:
    core, wide = tree.core(0.6), tree.core(0.85)
    over = tree.depth_of_branch(tree.hub)
    return {
        "in_core": _inside(tree, core),
        "in_wide_core": _inside(tree, wide),
        "hub_distance": tree.depth[tree.element] - over,
        "hub_levels": tree.hub.depth - over,
    }


def _inside(tree: PageArrays, element: Element) -> Array:
    inside = np.zeros(tree.size, bool)
    inside[element.first : element.first + element.blocks] = True
    return inside


def _of_groups(tree: PageArrays) -> Columns:
    groups = tree.groups
    size, chars = np.bincount(groups), np.bincount(groups, tree.chars)
    prose, links = np.bincount(groups, tree.prose), np.bincount(groups, tree.links)
    return {
        "group_size": size[groups],
        "group_prose": (prose / tree.page_prose)[groups],
        "group_links": (links / np.maximum(chars, 1))[groups],
        "group_chars": (chars / size)[groups],
    }


def shifted(values: Array, by: int) -> Array:
    """Returns the values of the block `by` blocks on, 0 at the ends."""
    result = np.zeros_like(values)
    if by > 0:
        result[..., :-by] = values[..., by:]
    else:
        result[..., -by:] = values[..., :by]
    return result


def _neighbours(tree: PageArrays) -> Columns:
    near = np.stack((tree.chars, tree.links / np.maximum(tree.chars, 1)))
    previous, following = shifted(near, -1), shifted(near, 1)
    parent = tree.up[0]
    chars, links, _ = windows(tree.sums, 3)
    wide_chars, wide_links, wide_prose = windows(tree.sums, 10)
    wide_chars = np.maximum(wide_chars, 1)
    return {
        "previous_chars": previous[0],
        "previous_links": previous[1],
        "next_chars": following[0],
        "next_links": following[1],
        "next_same": np.append(parent[1:] == parent[:-1], False),
        "second_previous_chars": shifted(tree.chars, -2),
        "second_next_chars": shifted(tree.chars, 2),
        "window_chars": chars,
        "window_links": links / np.maximum(chars, 1),
        "wide_window_prose": wide_prose / wide_chars,
        "wide_window_links": wide_links / wide_chars,
    }


def windows(sums: Array, reach: int) -> Array:
    """Returns the sums over the blocks that are at most `reach` blocks from each, from running sums."""
    number = np.arange(sums.shape[-1] - 1)
    high, low = sums.take(number + reach + 1, -1, mode="clip"), sums.take(number - reach, -1, mode="clip")
    result: Array = high - low
    return result


def _of_page(tree: PageArrays) -> Columns:
    return {
        "page_prose": np.full(tree.size, tree.sums[2, -1]),
        "page_blocks": np.full(tree.size, tree.size),
        "prose": tree.prose,
    }


def _of_title(tree: PageArrays, title: Element | None, title_at: int) -> Columns:
    articles = [element for element in tree.page.elements if element.tag == "article"]
    path = set(_path(title))
    number = np.full(tree.size, -1.0)
    same = np.full(tree.size, -1.0)
    for place in range(len(articles) - 1, -1, -1):
        inside = slice(articles[place].first, articles[place].first + articles[place].blocks)
        number[inside] = place
        same[inside] = float(articles[place] in path) if path else -1.0
    seen = np.zeros(tree.size)
    np.cumsum(tree.is_heading[:-1], out=seen[1:])
    if title_at >= 0:
        seen[title_at + 1 :] -= seen[title_at] + float(tree.is_heading[title_at])
    depth = tree.depth[tree.element]
    return {
        "title_levels": depth - tree.depth_of_branch(title) if title is not None else np.full(tree.size, -1.0),
        "title_article": same,
        "article_number": number,
        "articles": np.full(tree.size, len(articles)),
        "headings_since_title": seen,
    }


def _of_table(tree: PageArrays) -> Columns:
    """Returns characters of the table around each block, and their share of the page."""
    chars = np.zeros(tree.size)
    for element in tree.page.elements:
        if element.tag == "table":
            chars[element.first : element.first + element.blocks] = tree.totals[0, element.number]
    return {"table_chars": chars, "table_share": chars / max(1.0, tree.sums[0, -1])}


def _since(tree: PageArrays) -> Columns:
    """Returns how many blocks lie back to the last prose and heading before each block, and on to the next after it;
    _MAX_DISTANCE where none is near."""
    far = int(_MAX_DISTANCE) + 1
    number = np.arange(tree.size + 1)
    marks = np.stack((tree.prose > 0, tree.is_heading))
    last = np.full((2, tree.size + 1), -far)  # before each block: the number of the last with a mark
    np.maximum.accumulate(np.where(marks, number[:-1], -far), axis=1, out=last[:, 1:])
    following = np.full((2, tree.size + 1), tree.size + far)
    np.minimum.accumulate(np.where(marks, number[:-1], tree.size + far)[:, ::-1], axis=1, out=following[:, -2::-1])
    since = np.minimum(number[:-1] - last[:, :-1] - 1, far - 1)
    until = np.minimum(following[:, 1:] - number[:-1] - 1, far - 1)
    before = tree.sums[0]
    end = before[np.maximum(last[0, :-1] + 1, 0)]
    return {
        "since_prose": since[0],
        "until_prose": until[0],
        # since the last heading; 0 at a heading itself
        "heading_distance": np.where(tree.is_heading, 0, np.minimum(since[1] + 1, far - 1)),
        "next_heading": until[1],
        "prose_chars_since": np.minimum(before[:-1] - end, _MAX_SINCE),
    }


def _pictures(tree: PageArrays) -> Columns:
    """Returns pictures within the parent and the element above it."""
    counts = np.zeros(len(tree.parent))
    for picture in tree.page.pictures[:_MAX_PICTURES]:
        element: Element | None = picture.element
        for _ in range(4):
            if element is not None:
                counts[element.number] += 1
                element = element.parent
    return {"parent_pictures": counts[tree.up[0]], "grand_pictures": counts[tree.up[1]]}
