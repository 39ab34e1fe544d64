"""What is measured of each block. Every number is cheap: a page has some two hundred blocks and a few milliseconds.

A row is a tuple of numbers in the order of NUMBERS, followed by integers whose bits are features of their own
(MASKS gives the names of their bits).
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.extraction import phrases
from aggregator.extraction.hints import BIT_NAMES
from aggregator.extraction.walk import LANDMARKS, Element, Page, Segment, landmark
from aggregator.text import fold

Row = tuple[float, ...]

NUMBERS = (
    "chars", "words", "link_share", "link_count", "word_length", "sentences", "ends_sentence", "ends_colon", "starts_upper", "is_upper",
    "digits", "commas", "emphasis", "has_time", "repeats", "title_overlap", "title_cover", "in_description", "in_json_body", "pipe",
    "depth", "position", "chars_before", "prose_before", "prose_after", "after_title", "blocks_from_title", "since_prose", "until_prose",
    "parent_chars", "parent_blocks", "parent_links", "parent_prose", "grand_chars", "grand_links", "grand_prose", "grand_blocks",
    "great_prose", "great_links", "in_core", "in_wide_core", "hub_distance", "hub_levels", "group_size", "group_prose", "group_links",
    "previous_chars", "previous_links", "next_chars", "next_links", "previous_same", "next_same", "second_previous_chars",
    "second_next_chars", "window_chars", "window_links", "page_prose", "page_blocks", "list_items", "list_links", "prose", "level",
    "first_in_parent", "last_in_parent", "heading_distance", "title_levels", "title_article", "article_number", "articles",
    "headings_since_title", "table_chars", "table_share", "prose_chars_since", "below_depth",
)  # fmt: skip
TAGS = (
    "p",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "td",
    "div",
    "blockquote",
    "figcaption",
    "pre",
    "dd",
    "section",
    "article",
    "body",
    "other",
)
_TAG_BIT = {tag: 1 << number for number, tag in enumerate(TAGS)} | {
    "h5": 1 << 5,
    "h6": 1 << 5,
    "th": 1 << 6,
    "dt": 1 << 11,
}
_OTHER = 1 << (len(TAGS) - 1)
MASKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("tag", TAGS),
    ("kind", phrases.KINDS),
    ("own", BIT_NAMES),
    ("parent", BIT_NAMES),
    ("grand", BIT_NAMES),
    ("around", BIT_NAMES),
    ("inline", BIT_NAMES),
    ("within", LANDMARKS),
    ("previous_tag", TAGS),
    ("next_tag", TAGS),
    ("below", BIT_NAMES),
    ("heading_kind", phrases.KINDS),
)
_WORD = re.compile(r"[^\W_]+")
_ENDS = frozenset(".!?…。！？”\"»’'।؟:）)」")
_STOPS = frozenset(".!?…。！？।؟")
_FAR = 60.0
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_TABLE = landmark("table")
_FRAME = landmark("nav", "footer")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page states about its article, in the form the blocks are compared with."""

    title: str | None = None
    description: str | None = None
    json_body: str | None = None


def prose_weight(segment: Segment) -> float:
    """How much a block looks like a paragraph, by its text alone: 0, or its length up to 500 characters."""
    length = len(segment.text)
    if length < 50 or segment.link_chars * 3 > length or segment.element.tag == "figcaption":
        return 0.0
    if not any(stop in segment.text for stop in _STOPS):
        return 0.0
    return float(min(length - segment.link_chars, 500))


def add_up(page: Page, weights: Sequence[float]) -> None:
    """Fills in what each element holds: characters, links, prose."""
    for segment, weight in zip(page.segments, weights, strict=True):
        element = segment.element
        element.chars += len(segment.text)
        element.links += segment.link_chars
        element.good += weight
    for element in reversed(page.elements):
        parent = element.parent
        if parent is not None:
            parent.chars += element.chars
            parent.links += element.links
            parent.good += element.good


def core_of(page: Page, share: float) -> Element:
    """The deepest element that holds `share` of the page's prose."""
    best = page.root
    least = page.root.good * share
    for element in page.elements:
        if element.good >= least and element.depth >= best.depth:
            best = element
    return best


def hub_of(page: Page, weights: Sequence[float]) -> Element:
    """The element with the most prose in blocks directly within it or one level below."""
    direct: dict[Element, float] = {}
    for segment, weight in zip(page.segments, weights, strict=True):
        if weight:
            parent = segment.element.parent or segment.element
            direct[parent] = direct.get(parent, 0.0) + weight
            if parent.parent is not None:
                direct[parent.parent] = direct.get(parent.parent, 0.0) + weight * 0.4
    return max(direct, key=direct.__getitem__, default=page.root)


class _Surroundings:
    """What the rows of one page have in common."""

    def __init__(self, page: Page, facts: Facts) -> None:
        self.page = page
        self.weights = [prose_weight(segment) for segment in page.segments]
        add_up(page, self.weights)
        self.total = page.root.good or 1.0
        self.core = core_of(page, 0.6)
        self.wide = core_of(page, 0.85)
        self.hub = hub_of(page, self.weights)
        self.hub_path = _path(self.hub)
        self.levels: dict[Element, tuple[int, int, int]] = {}
        self.repeats = Counter(segment.text for segment in page.segments)
        self.title = set(_WORD.findall(fold(facts.title or "")))
        self.description = facts.description or ""
        self.json_body = " ".join(facts.json_body.split()) if facts.json_body else ""
        self.lowered = [_words(segment) for segment in page.segments]
        self.title_at = self._title_at()
        self.groups = self._groups()
        self.title_path = _path(page.segments[self.title_at].element) if self.title_at >= 0 else set()
        self.articles = [element for element in page.elements if element.tag == "article"]

    def _title_at(self) -> int:
        best, found = 0.0, -1
        if self.title:
            for number, words in enumerate(self.lowered):
                if words and len(words) <= 3 * len(self.title):
                    given = set(words)
                    score = len(given & self.title) / max(len(given), len(self.title))
                    if self.page.segments[number].element.tag == "h1":
                        score += 0.3
                    if score > best:
                        best, found = score, number
        return found if best >= 0.6 else -1

    def _groups(self) -> dict[tuple[str, str, str, str], list[float]]:
        groups: dict[tuple[str, str, str, str], list[float]] = {}
        for segment, weight in zip(self.page.segments, self.weights, strict=True):
            sums = groups.setdefault(signature(segment.element), [0.0, 0.0, 0.0, 0.0])
            sums[0] += 1
            sums[1] += weight
            sums[2] += len(segment.text)
            sums[3] += segment.link_chars
        return groups

    def hub_relation(self, element: Element) -> tuple[int, int, int]:
        """Levels from a block's element up to the branch of the hub, from the hub up to there, and the bits of the
        elements on the way."""
        below: list[Element] = []
        above = element
        while above not in self.levels and above not in self.hub_path:
            below.append(above)
            above = above.parent or self.page.root
        up, over, bits = self.levels.get(above) or (0, self.hub.depth - above.depth, 0)
        for lower in reversed(below):
            up, bits = up + 1, bits | lower.own
            self.levels[lower] = (up, over, bits)
        return up, over, bits

    def title_relation(self, element: Element) -> float:
        """Levels from a block's element up to the first element that holds the title too; -1 without a title."""
        if not self.title_path:
            return -1.0
        up = 0
        above: Element | None = element
        while above is not None and above not in self.title_path:
            above = above.parent
            up += 1
        return float(up)


def _path(element: Element) -> set[Element]:
    path = {element}
    while element.parent is not None:
        element = element.parent
        path.add(element)
    return path


def signature(element: Element) -> tuple[str, str, str, str]:
    """What makes two blocks the same kind of place in a template."""
    parent = element.parent
    return (element.tag, element.name, parent.tag, parent.name) if parent else (element.tag, element.name, "", "")


def _words(segment: Segment) -> list[str]:
    return _WORD.findall(fold(segment.text)) if len(segment.text) <= phrases.LONGEST else []


def rows(page: Page, facts: Facts) -> list[Row | None]:
    """One row of numbers a block; None for links among links, in navigation and footers: nearly half of all blocks."""
    if not page.segments:
        return []
    around = _Surroundings(page, facts)
    trivial = _trivial(page)
    since, until = _gaps(around.weights)
    headings = _heading_gaps(page)
    found: list[Row | None] = []
    chars_before = prose_before = 0.0
    heading_kind = headings_seen = 0
    prose_chars = 0.0
    total_chars = float(page.root.chars or 1)
    for segment in page.segments:
        number = segment.number
        weight = around.weights[number]
        place = (
            number / len(page.segments), chars_before / total_chars, prose_before, around.total - prose_before - weight,
            float(number > around.title_at >= 0), min(_FAR, float(number - around.title_at)) if around.title_at >= 0 else -_FAR,
            since[number], until[number],
        )  # fmt: skip
        found.append(None if trivial[number] else
                     (*_of_text(segment, around), *place, *_of_elements(segment, around), *_of_neighbours(segment, around),
                      weight, *_ends_of_parent(segment), headings[number], *_of_page(segment, around, headings_seen, prose_chars),
                      *_masks(segment, around), heading_kind))  # fmt: skip
        if segment.element.tag in _HEADINGS:
            heading_kind = phrases.kinds_of(around.lowered[number]) | 1 << 30
            headings_seen += 1
        chars_before += len(segment.text)
        prose_before += weight
        prose_chars = 0.0 if weight else min(3000.0, prose_chars + len(segment.text))
        if number == around.title_at:
            headings_seen = 0
    return found


def _trivial(page: Page) -> list[bool]:
    """The blocks no model is asked about. On the development pages 0.6 % of the true words are in them."""
    segments = page.segments
    chars, links = [0], [0]
    for segment in segments:
        chars.append(chars[-1] + len(segment.text))
        links.append(links[-1] + segment.link_chars)
    found = []
    for number, segment in enumerate(segments):
        length = len(segment.text)
        low, high = max(0, number - 3), min(len(segments), number + 4)
        among_links = links[high] - links[low] > 0.8 * (chars[high] - chars[low])
        found.append(
            (segment.link_chars > 0.95 * length and among_links)
            or (length < 60 and bool(segment.element.within & _FRAME))
        )
    return found


_LEAD_LENGTH = (25, 1500)
_AT = {name: place for place, name in enumerate(NUMBERS)}


def lead_candidate(row: Row) -> bool:
    """Whether a block may be the standfirst: near the title or at the beginning of the prose, and of fitting length."""
    low, high = _LEAD_LENGTH
    return (
        low <= row[_AT["chars"]] <= high
        and row[_AT["link_share"]] < 0.5
        and -4 <= row[_AT["blocks_from_title"]] <= 25
        and row[_AT["prose_before"]] <= 1500
    )


def _of_text(segment: Segment, around: _Surroundings) -> tuple[float, ...]:
    text = segment.text
    length = len(text)
    words = around.lowered[segment.number]
    count = len(words) or text.count(" ") + 1
    segment.words = count
    last = text[-1]
    head = text[:200]
    overlap = cover = 0.0
    if words and around.title:
        given = set(words)
        common = len(given & around.title)
        overlap = common / len(given | around.title)
        cover = common / len(given)
    sentences = text.count(". ") + text.count("? ") + text.count("! ") + text.count("。") + (last in _STOPS)
    return (
        length, count, segment.link_chars / length, segment.link_count, length / count, sentences, last in _ENDS, last == ":",
        text[0].isupper(), head.isupper(), sum(map(head.count, "0123456789")), text.count(",") + text.count("，") + text.count("、"),
        segment.emphasis / length, segment.has_time, around.repeats[text], overlap, cover,
        _contained(text, around.description), _contained(text, around.json_body), "|" in text,
        segment.element.depth,
    )  # fmt: skip


def _contained(text: str, whole: str) -> float:
    """1 if the beginning of the block stands in `whole`, 0 if not, -1 if there is nothing to look in."""
    if not whole:
        return -1.0
    return float(len(text) > 15 and text[:60] in whole)


def _of_elements(segment: Segment, around: _Surroundings) -> tuple[float, ...]:
    element = segment.element
    parent = element.parent or element
    grand = parent.parent or parent
    great = grand.parent or grand
    total = around.total
    group = around.groups[signature(element)]
    distance, levels, _ = around.hub_relation(element)
    number = segment.number
    return (
        parent.chars, parent.blocks, parent.links / (parent.chars or 1), parent.good / total,
        grand.chars, grand.links / (grand.chars or 1), grand.good / total, grand.blocks,
        great.good / total, great.links / (great.chars or 1),
        around.core.first <= number < around.core.first + around.core.blocks,
        around.wide.first <= number < around.wide.first + around.wide.blocks,
        distance, levels, group[0], group[1] / total, group[3] / (group[2] or 1),
    )  # fmt: skip


def _of_page(segment: Segment, around: _Surroundings, headings_seen: int, prose_chars: float) -> tuple[float, ...]:
    element = segment.element
    number = segment.number
    inside = [article for article in around.articles if article.first <= number < article.first + article.blocks][:1]
    same = -1.0
    if inside and around.title_path:
        same = float(inside[0] in around.title_path)
    table = 0.0
    if element.within & _TABLE:
        above: Element | None = element
        while above is not None and above.tag != "table":
            above = above.parent
        table = float(above.chars) if above else 0.0
    return (
        around.title_relation(element), same, around.articles.index(inside[0]) if inside else -1, len(around.articles),
        headings_seen, table, table / (around.page.root.chars or 1), prose_chars, around.hub_relation(element)[0],
    )  # fmt: skip


def _of_neighbours(segment: Segment, around: _Surroundings) -> tuple[float, ...]:
    segments = around.page.segments
    number = segment.number
    before = segments[number - 1] if number else None
    after = segments[number + 1] if number + 1 < len(segments) else None
    window = segments[max(0, number - 3) : number + 4]
    chars = sum([len(other.text) for other in window])
    items = segment.element.parent if segment.element.tag == "li" else None
    return (
        len(before.text) if before else 0, before.link_chars / len(before.text) if before else 0,
        len(after.text) if after else 0, after.link_chars / len(after.text) if after else 0,
        before is not None and before.element.parent is segment.element.parent,
        after is not None and after.element.parent is segment.element.parent,
        len(segments[number - 2].text) if number > 1 else 0, len(segments[number + 2].text) if number + 2 < len(segments) else 0,
        chars, sum([other.link_chars for other in window]) / chars,
        around.page.root.good, len(segments),
        items.blocks if items else 0, items.links / (items.chars or 1) if items else 0,
    )  # fmt: skip


def _ends_of_parent(segment: Segment) -> tuple[float, ...]:
    parent = segment.element.parent or segment.element
    level = float(segment.element.tag[1]) if segment.element.tag in ("h1", "h2", "h3", "h4", "h5", "h6") else 0.0
    return (level, segment.number == parent.first, segment.number == parent.first + parent.blocks - 1)


def _gaps(weights: Sequence[float]) -> tuple[list[float], list[float]]:
    """How many blocks lie since the last and until the next prose, at each block."""
    since, until = [], [0.0] * len(weights)
    gap = _FAR
    for weight in weights:
        since.append(gap)
        gap = 0.0 if weight else min(_FAR, gap + 1)
    gap = _FAR
    for number in range(len(weights) - 1, -1, -1):
        until[number] = gap
        gap = 0.0 if weights[number] else min(_FAR, gap + 1)
    return since, until


def _heading_gaps(page: Page) -> list[float]:
    gaps, gap = [], _FAR
    for segment in page.segments:
        gap = 0.0 if segment.element.tag in ("h1", "h2", "h3", "h4") else min(_FAR, gap + 1)
        gaps.append(gap)
    return gaps


def _tag(segment: Segment | None) -> int:
    return _TAG_BIT.get(segment.element.tag, _OTHER) if segment else 0


def _masks(segment: Segment, around: _Surroundings) -> tuple[int, ...]:
    element = segment.element
    parent = element.parent
    grand = parent.parent if parent else None
    segments = around.page.segments
    number = segment.number
    return (
        _tag(segment), phrases.kinds_of(around.lowered[number]), element.own, parent.own if parent else 0,
        grand.own if grand else 0, element.around, segment.inline, element.within,
        _tag(segments[number - 1] if number else None), _tag(segments[number + 1] if number + 1 < len(segments) else None),
        around.hub_relation(element)[2],
    )  # fmt: skip
