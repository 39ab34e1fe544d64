"""Tells where each block stands: in the elements around it, among its neighbours, on the page; for all blocks at once.

The blocks within an element are consecutive, so whatever it holds is a difference of two running sums.
"""

from typing import Any

import numpy as np

from aggregator.extraction.body.blocks import Element, PageTree

Array = np.ndarray[Any, Any]
Columns = dict[str, Array]
"""Features by name, each with one number a block."""

_MAX_DISTANCE = 60.0  # blocks: the greatest distance that is told
_MAX_PICTURES = 2_000
_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))


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
        **_ends(tree),
        **_of_title(tree, title, title_at),
        **_of_table(tree),
        "prose_chars_since": _prose_chars_since(tree.chars, tree.prose),
        **_pictures(tree),
        "next_heading": _since(tree.is_heading[::-1])[::-1],
    }


class PageArrays:
    """Holds the elements and blocks of a page as arrays.

    Of each block: `chars`, `links` (characters within links), `prose` (see features.prose_weight), `element` (the
    number of its element), `groups` (which kind of place in the template it is). Of each element: `parent` (the root is
    its own), its blocks `first` to `last` - 1, bits `own`, `around`, `within` as blocks.Element has them, `below`: bits
    of the elements from it up to the branch that leads to the prose. `hub`: see `_hub`.
    """

    def __init__(self, page: PageTree, chars: Array, links: Array, prose: Array) -> None:
        elements, self.page = page.elements, page
        self.chars, self.links, self.prose = chars, links, prose
        self.size = len(chars)
        rows = [
            (e.parent.number if e.parent else 0, e.own, e.around, e.within, e.depth, e.first, e.blocks)
            for e in elements
        ]
        table = np.array(rows, np.int64)
        self.parent, self.own, self.around, self.within, self.depth, self.first, blocks = table.T
        self.last = self.first + blocks
        self.element = np.array([segment.element.number for segment in page.segments], np.intp)
        self.is_heading = np.array([segment.element.tag in _HEADINGS for segment in page.segments], bool)
        self.total_chars = self.sum_within(chars)
        self.total_links = self.sum_within(links)
        self.total_prose = self.sum_within(prose)
        self.page_prose = float(prose.sum()) or 1.0
        self.groups = self._groups()
        self.hub = self._hub()
        self.below = self._below()

    def sum_within(self, values: Array) -> Array:
        """Returns the sum over the blocks within each element."""
        running = np.concatenate(([0.0], values.cumsum()))
        result: Array = running[self.last] - running[self.first]
        return result

    def _groups(self) -> Array:
        numbers: dict[tuple[str, str, str, str], int] = {}
        of_element: dict[int, int] = {}
        for number in set(self.element.tolist()):
            key = signature(self.page.elements[number])
            of_element[number] = numbers.setdefault(key, len(numbers))
        return np.array([of_element[number] for number in self.element.tolist()], np.intp)

    def _below(self) -> Array:
        path = {element.number for element in _path(self.hub)}
        bits = self.own.tolist()
        for element in self.page.elements[1:]:
            if element.number not in path and element.parent is not None:
                bits[element.number] |= bits[element.parent.number] if element.parent.number not in path else 0
        below: Array = np.array(bits, np.int64)
        below[list(path)] = 0
        return below

    def _hub(self) -> Element:
        """Returns the element with the most prose in blocks directly within it or one level below."""
        size = len(self.parent)
        direct = np.bincount(self.parent[self.element], self.prose, size)
        near = (
            direct
            + 0.4 * np.bincount(self.parent, direct, size)
            - 0.4 * np.where(self.parent == np.arange(size), direct, 0)
        )
        return self.page.elements[int(near.argmax())] if self.size else self.page.root

    def core(self, share: float) -> Element:
        """Returns the deepest element that holds `share` of the page's prose."""
        enough = np.flatnonzero(self.total_prose >= share * self.total_prose[0])
        deepest = enough[len(enough) - 1 - int(self.depth[enough][::-1].argmax())]
        return self.page.elements[int(deepest)]

    def depth_of_branch(self, element: Element | None) -> Array:
        """Returns of each block the depth of the deepest element that holds both it and `element`."""
        depths = np.zeros(self.size)
        for above in _path(element)[::-1]:
            depths[above.first : above.first + above.blocks] = above.depth
        return depths


def _path(element: Element | None) -> list[Element]:
    """Returns an element and those above it."""
    path = []
    while element is not None:
        path.append(element)
        element = element.parent
    return path


def signature(element: Element) -> tuple[str, str, str, str]:
    """Returns what makes two blocks the same kind of place in a template."""
    parent = element.parent
    return (element.tag, element.name, parent.tag, parent.name) if parent else (element.tag, element.name, "", "")


def _since(marks: Array) -> Array:
    """Returns how many blocks lie back to the last mark before each block; _MAX_DISTANCE where none is near."""
    number = np.arange(len(marks))
    last = np.maximum.accumulate(np.where(marks, number, -int(_MAX_DISTANCE) - 1))
    before = np.concatenate(([-_MAX_DISTANCE - 1], last[:-1]))
    result: Array = np.minimum(number - before - 1, _MAX_DISTANCE)
    return result


def _along(tree: PageArrays, title_at: int) -> Columns:
    number = np.arange(tree.size)
    prose_before = tree.prose.cumsum() - tree.prose
    has_prose = tree.prose > 0
    has_title = title_at >= 0
    return {
        "depth": tree.depth[tree.element],
        "position": number / max(1, tree.size),
        "chars_before": (tree.chars.cumsum() - tree.chars) / max(1.0, tree.chars.sum()),
        "prose_before": prose_before,
        "prose_after": tree.prose.sum() - prose_before - tree.prose,
        "after_title": (number > title_at).astype(float) if has_title else np.zeros(tree.size),
        "blocks_from_title": np.minimum(number - title_at, _MAX_DISTANCE)
        if has_title
        else np.full(tree.size, -_MAX_DISTANCE),
        "since_prose": _since(has_prose),
        "until_prose": _since(has_prose[::-1])[::-1],
    }


def _elements_around(tree: PageArrays) -> Columns:
    parent = tree.parent[tree.element]
    grand = tree.parent[parent]
    great = tree.parent[grand]
    blocks = tree.last - tree.first
    links = tree.total_links / np.maximum(tree.total_chars, 1)
    share = tree.total_prose / tree.page_prose
    return {
        "parent_chars": tree.total_chars[parent],
        "parent_blocks": blocks[parent],
        "parent_links": links[parent],
        "parent_prose": share[parent],
        "grand_chars": tree.total_chars[grand],
        "grand_links": links[grand],
        "grand_prose": share[grand],
        "grand_blocks": blocks[grand],
        "great_prose": share[great],
        "great_links": links[great],
        "great_blocks": blocks[great],
    }


def _of_core(tree: PageArrays) -> Columns:
    number = np.arange(tree.size)
    core, wide = tree.core(0.6), tree.core(0.85)
    over = tree.depth_of_branch(tree.hub)
    return {
        "in_core": (number >= core.first) & (number < core.first + core.blocks),
        "in_wide_core": (number >= wide.first) & (number < wide.first + wide.blocks),
        "hub_distance": tree.depth[tree.element] - over,
        "hub_levels": tree.hub.depth - over,
    }


def _of_groups(tree: PageArrays) -> Columns:
    groups = tree.groups
    size = np.bincount(groups)
    chars = np.bincount(groups, tree.chars)
    return {
        "group_size": size[groups],
        "group_prose": (np.bincount(groups, tree.prose) / tree.page_prose)[groups],
        "group_links": (np.bincount(groups, tree.links) / np.maximum(chars, 1))[groups],
        "group_chars": (chars / np.maximum(size, 1))[groups],
    }


def _window(values: Array, reach: int) -> Array:
    running = np.concatenate(([0.0], values.cumsum()))
    number = np.arange(len(values))
    result: Array = running[np.minimum(number + reach + 1, len(values))] - running[np.maximum(number - reach, 0)]
    return result


def neighbour(values: Array, by: int, beyond: int = 0) -> Array:
    """Returns the values of the block `by` blocks on, `beyond` at the ends."""
    result = np.full_like(values, beyond)
    if by > 0:
        result[:-by] = values[by:]
    else:
        result[-by:] = values[:by]
    return result


def _neighbours(tree: PageArrays) -> Columns:
    share = tree.links / np.maximum(tree.chars, 1)
    parent = tree.parent[tree.element]
    window = _window(tree.chars, 3)
    wide = np.maximum(_window(tree.chars, 10), 1)
    return {
        "previous_chars": neighbour(tree.chars, -1),
        "previous_links": neighbour(share, -1),
        "next_chars": neighbour(tree.chars, 1),
        "next_links": neighbour(share, 1),
        "previous_same": neighbour(parent, -1, -1) == parent,
        "next_same": neighbour(parent, 1, -1) == parent,
        "second_previous_chars": neighbour(tree.chars, -2),
        "second_next_chars": neighbour(tree.chars, 2),
        "window_chars": window,
        "window_links": _window(tree.links, 3) / np.maximum(window, 1),
        "wide_window_prose": _window(tree.prose, 10) / wide,
        "wide_window_links": _window(tree.links, 10) / wide,
    }


def _of_page(tree: PageArrays) -> Columns:
    item = np.array([segment.element.tag == "li" for segment in tree.page.segments], bool)
    parent = tree.parent[tree.element]
    links = tree.total_links / np.maximum(tree.total_chars, 1)
    return {
        "page_prose": np.full(tree.size, tree.prose.sum()),
        "page_blocks": np.full(tree.size, float(tree.size)),
        "list_items": np.where(item, (tree.last - tree.first)[parent], 0),
        "list_links": np.where(item, links[parent], 0.0),
        "prose": tree.prose,
    }


def _ends(tree: PageArrays) -> Columns:
    number = np.arange(tree.size)
    parent = tree.parent[tree.element]
    return {
        "first_in_parent": number == tree.first[parent],
        "last_in_parent": number == tree.last[parent] - 1,
        # since the last heading; 0 at a heading itself
        "heading_distance": np.where(tree.is_heading, 0.0, np.minimum(_since(tree.is_heading) + 1, _MAX_DISTANCE)),
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
    seen = np.concatenate(([0.0], tree.is_heading.cumsum()))[:-1]
    if title_at >= 0:
        seen = seen - np.where(np.arange(tree.size) > title_at, seen[title_at] + float(tree.is_heading[title_at]), 0.0)
    depth = tree.depth[tree.element]
    return {
        "title_levels": depth - tree.depth_of_branch(title) if title is not None else np.full(tree.size, -1.0),
        "title_article": same,
        "article_number": number,
        "articles": np.full(tree.size, float(len(articles))),
        "headings_since_title": seen,
    }


def _of_table(tree: PageArrays) -> Columns:
    """Returns characters of the table around each block, and their share of the page."""
    chars = np.zeros(tree.size)
    for element in tree.page.elements:
        if element.tag == "table":
            chars[element.first : element.first + element.blocks] = tree.total_chars[element.number]
    return {"table_chars": chars, "table_share": chars / max(1.0, tree.chars.sum())}


def _prose_chars_since(chars: Array, prose: Array) -> Array:
    """Returns characters since the last prose, up to 3,000."""
    before = chars.cumsum() - chars
    end = np.where(prose > 0, before + chars, 0.0)
    last = np.concatenate(([0.0], np.maximum.accumulate(end)[:-1]))
    result: Array = np.minimum(before - last, 3000.0)
    return result


def _pictures(tree: PageArrays) -> Columns:
    """Returns pictures within the parent and the element above it."""
    counts = np.zeros(len(tree.parent))
    for picture in tree.page.pictures[:_MAX_PICTURES]:
        element: Element | None = picture.element
        for _ in range(4):
            if element is not None:
                counts[element.number] += 1
                element = element.parent
    parent = tree.parent[tree.element]
    return {"parent_pictures": counts[parent], "grand_pictures": counts[tree.parent[parent]]}
