"""Where each block stands: in the elements around it, among its neighbours, on the page. Computed for all blocks at once.

The blocks within an element are consecutive, so whatever it holds is a difference of two running sums.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from aggregator.extraction.body.blocks import Element, Page, landmark

Array = np.ndarray[Any, Any]

_FAR = 60.0
_TABLE = landmark("table")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """`numbers`: the columns NAMES of all blocks. `element`: of each block, the number of its element; of each element:
    `parent` (the root is its own), bits `own`, `around`, `within` as walk.Element has them, `below`: bits of the elements
    from it up to the branch that leads to the prose. `groups`: of each block, which kind of place in the template it is."""

    numbers: Array
    element: Array
    parent: Array
    own: Array
    around: Array
    within: Array
    below: Array
    groups: Array

    NAMES: ClassVar[tuple[str, ...]] = (
        "depth", "position", "chars_before", "prose_before", "prose_after", "after_title", "blocks_from_title", "since_prose", "until_prose",
        "parent_chars", "parent_blocks", "parent_links", "parent_prose", "grand_chars", "grand_links", "grand_prose", "grand_blocks",
        "great_prose", "great_links", "great_blocks", "in_core", "in_wide_core", "hub_distance", "hub_levels", "group_size", "group_prose",
        "group_links", "group_chars", "previous_chars", "previous_links", "next_chars", "next_links", "previous_same", "next_same",
        "second_previous_chars", "second_next_chars", "window_chars", "window_links", "wide_window_prose", "wide_window_links", "page_prose",
        "page_blocks", "list_items", "list_links", "prose", "first_in_parent", "last_in_parent", "heading_distance", "title_levels",
        "title_article", "article_number", "articles", "headings_since_title", "table_chars", "table_share", "prose_chars_since",
        "parent_pictures", "grand_pictures", "next_heading",
    )  # fmt: skip

    def column(self, name: str) -> Array:
        """One of NAMES, for all blocks."""
        found: Array = self.numbers[:, self.NAMES.index(name)]
        return found


def places(page: Page, chars: Array, links: Array, prose: Array, title_at: int) -> Places:
    """The places of all blocks. `chars`, `links`, `prose`: of each block; `title_at`: the block that shows the title."""
    tree = _Tree(page, chars, links, prose)
    hub = tree.hub()
    title = page.segments[title_at].element if title_at >= 0 else None
    over_hub, over_title = tree.depth_of_branch(hub), tree.depth_of_branch(title)
    own, below = tree.own, np.zeros(len(page.elements), np.int64)
    path = {element.number for element in _path(hub)}
    bits = own.tolist()
    for element in page.elements[1:]:
        if element.number not in path and element.parent is not None:
            bits[element.number] |= bits[element.parent.number] if element.parent.number not in path else 0
    below[:] = bits
    below[list(path)] = 0
    columns = (
        *_along(tree, title_at), *_elements_around(tree), *_of_hub(tree, hub, over_hub), *_of_groups(tree), *_neighbours(tree),
        *_of_page(tree), *_ends(tree), *_of_title(tree, over_title, title, title_at), *_of_table(tree), _prose_chars_since(chars, prose),
        *_pictures(tree), tree.next_heading(),
    )  # fmt: skip
    numbers = (
        np.stack(columns, axis=1).astype(np.float32) if len(chars) else np.zeros((0, len(Places.NAMES)), np.float32)
    )
    return Places(numbers, tree.element, tree.parent, own, tree.around, tree.within, below, tree.groups)


class _Tree:
    """The elements and blocks of a page as arrays."""

    def __init__(self, page: Page, chars: Array, links: Array, prose: Array) -> None:
        elements, self.page = page.elements, page
        self.chars, self.links, self.prose = chars, links, prose
        self.size = len(chars)
        told = [
            (e.parent.number if e.parent else 0, e.own, e.around, e.within, e.depth, e.first, e.blocks)
            for e in elements
        ]
        table = np.array(told, np.int64)
        self.parent, self.own, self.around, self.within, self.depth, self.first, blocks = table.T
        self.last = self.first + blocks
        self.element = np.array([segment.element.number for segment in page.segments], np.intp)
        self.is_heading = np.array([segment.element.tag in _HEADINGS for segment in page.segments], bool)
        self.total_chars = self.sum_within(chars)
        self.total_links = self.sum_within(links)
        self.total_prose = self.sum_within(prose)
        self.page_prose = float(prose.sum()) or 1.0
        self.groups = self._groups()

    def sum_within(self, values: Array) -> Array:
        """Of each element the sum over the blocks within."""
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

    def hub(self) -> Element:
        """The element with the most prose in blocks directly within it or one level below."""
        size = len(self.parent)
        direct = np.bincount(self.parent[self.element], self.prose, size)
        near = (
            direct
            + 0.4 * np.bincount(self.parent, direct, size)
            - 0.4 * np.where(self.parent == np.arange(size), direct, 0)
        )
        return self.page.elements[int(near.argmax())] if self.size else self.page.root

    def core(self, share: float) -> Element:
        """The deepest element that holds `share` of the page's prose."""
        enough = np.flatnonzero(self.total_prose >= share * self.total_prose[0])
        deepest = enough[len(enough) - 1 - int(self.depth[enough][::-1].argmax())]
        return self.page.elements[int(deepest)]

    def depth_of_branch(self, element: Element | None) -> Array:
        """Of each block the depth of the deepest element that holds both it and `element`."""
        depths = np.zeros(self.size)
        for above in _path(element)[::-1]:
            depths[above.first : above.first + above.blocks] = above.depth
        return depths

    def next_heading(self) -> Array:
        """Blocks until the next heading."""
        return _since(self.is_heading[::-1])[::-1]


def _path(element: Element | None) -> list[Element]:
    """An element and those above it."""
    path = []
    while element is not None:
        path.append(element)
        element = element.parent
    return path


def signature(element: Element) -> tuple[str, str, str, str]:
    """What makes two blocks the same kind of place in a template."""
    parent = element.parent
    return (element.tag, element.name, parent.tag, parent.name) if parent else (element.tag, element.name, "", "")


def _since(marks: Array) -> Array:
    """How many blocks lie back to the last mark before each block; _FAR where none is near."""
    number = np.arange(len(marks))
    last = np.maximum.accumulate(np.where(marks, number, -int(_FAR) - 1))
    before = np.concatenate(([-_FAR - 1], last[:-1])) if len(marks) else last
    result: Array = np.minimum(number - before - 1, _FAR)
    return result


def _along(tree: _Tree, title_at: int) -> tuple[Array, ...]:
    number = np.arange(tree.size)
    prose_before = tree.prose.cumsum() - tree.prose
    has_prose = tree.prose > 0
    if title_at >= 0:
        after, from_title = (number > title_at).astype(float), np.minimum(number - title_at, _FAR)
    else:
        after, from_title = np.zeros(tree.size), np.full(tree.size, -_FAR)
    return (
        tree.depth[tree.element], number / max(1, tree.size), (tree.chars.cumsum() - tree.chars) / max(1.0, tree.chars.sum()), prose_before,
        tree.prose.sum() - prose_before - tree.prose, after, from_title, _since(has_prose), _since(has_prose[::-1])[::-1],
    )  # fmt: skip


def _elements_around(tree: _Tree) -> tuple[Array, ...]:
    parent = tree.parent[tree.element]
    grand = tree.parent[parent]
    great = tree.parent[grand]
    blocks = tree.last - tree.first
    links = tree.total_links / np.maximum(tree.total_chars, 1)
    share = tree.total_prose / tree.page_prose
    return (
        tree.total_chars[parent], blocks[parent], links[parent], share[parent], tree.total_chars[grand], links[grand], share[grand],
        blocks[grand], share[great], links[great], blocks[great],
    )  # fmt: skip


def _of_hub(tree: _Tree, hub: Element, over: Array) -> tuple[Array, ...]:
    number = np.arange(tree.size)
    core, wide = tree.core(0.6), tree.core(0.85)
    return (
        (number >= core.first) & (number < core.first + core.blocks), (number >= wide.first) & (number < wide.first + wide.blocks),
        tree.depth[tree.element] - over, hub.depth - over,
    )  # fmt: skip


def _of_groups(tree: _Tree) -> tuple[Array, ...]:
    groups = tree.groups
    size = np.bincount(groups)
    chars = np.bincount(groups, tree.chars)
    return (
        size[groups], (np.bincount(groups, tree.prose) / tree.page_prose)[groups], (np.bincount(groups, tree.links) / np.maximum(chars, 1))[groups],
        (chars / np.maximum(size, 1))[groups],
    )  # fmt: skip


def _window(values: Array, reach: int) -> Array:
    running = np.concatenate(([0.0], values.cumsum()))
    number = np.arange(len(values))
    result: Array = running[np.minimum(number + reach + 1, len(values))] - running[np.maximum(number - reach, 0)]
    return result


def neighbour(values: Array, by: int, beyond: float = 0.0) -> Array:
    """The values of the block `by` blocks on; `beyond` beyond the ends."""
    result = np.full(len(values), beyond)
    if by > 0:
        result[:-by] = values[by:]
    else:
        result[-by:] = values[:by]
    return result


def _neighbours(tree: _Tree) -> tuple[Array, ...]:
    share = tree.links / np.maximum(tree.chars, 1)
    parent = tree.parent[tree.element]
    window = _window(tree.chars, 3)
    wide = np.maximum(_window(tree.chars, 10), 1)
    return (
        neighbour(tree.chars, -1), neighbour(share, -1), neighbour(tree.chars, 1), neighbour(share, 1), neighbour(parent, -1, -1.0) == parent,
        neighbour(parent, 1, -1.0) == parent, neighbour(tree.chars, -2), neighbour(tree.chars, 2), window,
        _window(tree.links, 3) / np.maximum(window, 1), _window(tree.prose, 10) / wide, _window(tree.links, 10) / wide,
    )  # fmt: skip


def _of_page(tree: _Tree) -> tuple[Array, ...]:
    item = np.array([segment.element.tag == "li" for segment in tree.page.segments], bool)
    parent = tree.parent[tree.element]
    links = tree.total_links / np.maximum(tree.total_chars, 1)
    return (
        np.full(tree.size, tree.prose.sum()), np.full(tree.size, float(tree.size)), np.where(item, (tree.last - tree.first)[parent], 0),
        np.where(item, links[parent], 0.0), tree.prose,
    )  # fmt: skip


def _ends(tree: _Tree) -> tuple[Array, ...]:
    number = np.arange(tree.size)
    parent = tree.parent[tree.element]
    return number == tree.first[parent], number == tree.last[parent] - 1, _heading_distance(tree.is_heading)


def _heading_distance(is_heading: Array) -> Array:
    """Blocks since the last heading; 0 at a heading itself."""
    return np.where(is_heading, 0.0, np.minimum(_since(is_heading) + 1, _FAR))


def _of_title(tree: _Tree, over: Array, title: Element | None, title_at: int) -> tuple[Array, ...]:
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
    levels = tree.depth[tree.element] - over if title is not None else np.full(tree.size, -1.0)
    return levels, same, number, np.full(tree.size, float(len(articles))), seen


def _of_table(tree: _Tree) -> tuple[Array, Array]:
    """Characters of the table around each block, and their share of the page."""
    chars = np.zeros(tree.size)
    for element in tree.page.elements:
        if element.tag == "table":
            chars[element.first : element.first + element.blocks] = tree.total_chars[element.number]
    return chars, chars / max(1.0, tree.chars.sum())


def _prose_chars_since(chars: Array, prose: Array) -> Array:
    """Characters since the last prose, up to 3,000."""
    before = chars.cumsum() - chars
    end = np.where(prose > 0, before + chars, 0.0)
    last = np.concatenate(([0.0], np.maximum.accumulate(end)[:-1])) if len(chars) else end
    result: Array = np.minimum(before - last, 3000.0)
    return result


def _pictures(tree: _Tree) -> tuple[Array, Array]:
    """Pictures within the parent and the element above it."""
    counts = np.zeros(len(tree.parent))
    for picture in tree.page.pictures[:2000]:
        element: Element | None = picture.element
        for _ in range(4):
            if element is not None:
                counts[element.number] += 1
                element = element.parent
    parent = tree.parent[tree.element]
    return counts[parent], counts[tree.parent[parent]]
