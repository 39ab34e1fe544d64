"""Tells which tables only place text on the page, and where the cells of a row stand."""

from collections import Counter
from collections.abc import Sequence

from aggregator.extraction.body.blocks import Element, PageTree, Segment, landmark

_ROW = landmark("tr")
_PARAGRAPH = 120  # characters from which a block of a cell is a paragraph
_MIN_PARAGRAPHS = 3  # paragraphs in one cell, from which the table is a layout
_MOST_EMPTY = 50  # cells


def layout_tables(segments: Sequence[Segment]) -> set[Element]:
    """Returns the tables that place text instead of holding data: one of their cells holds paragraphs, or they say
    so."""
    cells: Counter[Element] = Counter()
    for segment in segments:
        if segment.element.within & _ROW:
            cell: Element | None = cell_of(segment.element)
            while cell is not None:  # a cell of a layout may hold a table of data, and is judged by its own blocks
                cells[cell] += len(segment.text) >= _PARAGRAPH
                cell = cell_of(cell.parent) if cell.parent is not None and cell.parent.within & _ROW else None
    tables = ((table_of(cell), paragraphs) for cell, paragraphs in cells.items())
    return {
        t
        for t, paragraphs in tables
        if t is not None and (paragraphs >= _MIN_PARAGRAPHS or "presentation" in t.name.split())
    }


def cell_of(element: Element | None) -> Element | None:
    """Returns the cell that an element is or stands in."""
    return _nearest(element, ("td", "th"))


def table_of(element: Element | None) -> Element | None:
    """Returns the table that an element stands in."""
    return _nearest(element, ("table",))


def is_one_of_a_row(before: Segment, segment: Segment) -> bool:
    """Tells whether two blocks are neighbours in a row of data: each the only block of its cell."""
    if not segment.element.within & before.element.within & _ROW:
        return False
    cell, previous = cell_of(segment.element), cell_of(before.element)
    if cell is None or previous is None or cell is previous or cell.parent is not previous.parent:
        return False
    return cell.blocks == previous.blocks == 1


def empty_cells(page: PageTree, before: Segment | None, segment: Segment) -> int:
    """Returns how many cells without text stand left of a block's cell, since block `before` or the beginning of the
    row."""
    start = before.end if before is not None else max(0, segment.start - 4 * _MOST_EMPTY)
    count = 0
    for number in range(segment.start, max(start, segment.start - 4 * _MOST_EMPTY) - 1, -1):
        tag = page.tokens[number][0]
        if tag in ("td", "th"):
            count += 1
        elif tag in ("tr", "/tr", "table", "/table"):
            break
    return min(max(0, count - 1), _MOST_EMPTY)


def _nearest(element: Element | None, tags: tuple[str, ...]) -> Element | None:
    while element is not None and element.tag not in tags:
        element = element.parent
    return element
