"""Drops what stands among an article's blocks and is none of it, by what its words and its elements' names say: the
title again, bylines and dates, advertisements, offers and newsletters, pointers elsewhere, captions, comments.

The models judge by looks, and furniture that is written as prose looks like prose. Every rule gives its reason.
"""

from collections.abc import Iterable, Sequence
from itertools import accumulate

from aggregator.extraction.body import class_names, date_lines, phrases, set_phrases
from aggregator.extraction.body.blocks import Element, PageTree, landmark
from aggregator.extraction.body.verdicts import COMMENT, MOST, BlockVerdict
from aggregator.text import index_form

_ACCOUNT = 0.15  # share of the page's expected text, below which an element named after logins is a dialog
_BYLINE = 120  # characters of the longest line that may be nothing but a byline
_LABEL = 12  # characters of "By", "Written by" and the like, before the name
_TEXT = 80  # characters from which a block is a sentence of the text or its standfirst
_PARAGRAPH = 200  # characters from which a text is a paragraph for certain
_POINTER = 0.7  # share of its characters that are a link's
_POINTER_SAID = 0.5  # the same where the words before the link say what it is
_PANEL = 700  # characters of the largest panel of a form, an offer or an advertisement
_MOST_LOOKED_AT = 100  # forms, headings and the like of a page that one rule looks at: each costs a pass over it
_BESIDE = 0.33  # of the text outside: so much may be kept of an element with a form that is a panel all the same
_PITCH = 200  # characters of what may stand around a form in its panel
_ASKING = 0.3  # share of a panel's characters that must ask the reader for something
_MOST_DATES = 3  # lines that are dates alone: more of them are data of the article
_ASIDE = 80  # characters of what is left of an article, without which nothing is dropped as its comments
_OFFERING = class_names.PROMO | class_names.LOGIN | class_names.COOKIE | class_names.PAYWALL
_NAMED = _OFFERING | class_names.AUTHOR_BIO | class_names.COMMENT | class_names.CAPTION | class_names.HIDDEN
_FIGURE, _FIGCAPTION = landmark("figure"), landmark("figcaption")
_LIST, _TABLE, _QUOTE = landmark("ul", "ol"), landmark("table"), landmark("blockquote")
_ASKS = "asks the reader for something"
_STOPS = tuple(". ! ? … 。 ！ ？ । ؟".split())
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())


class Furniture:
    """Looks at the blocks of one page, whose verdicts it changes."""

    def __init__(self, page: PageTree, verdicts: Sequence[BlockVerdict], titles: Sequence[int]) -> None:
        self.page, self.verdicts, self.titles = page, verdicts, titles
        self.sizes = [len(segment.text) for segment in page.segments]
        self.ends = list(accumulate(self.sizes, initial=0))
        self.open = [number for number, verdict in enumerate(verdicts) if verdict.is_open]
        self.labels = [segment for segment in page.segments if len(segment.text) <= set_phrases.MAX_LABEL]
        self.named = [element for element in page.elements[1:] if element.own & _NAMED]
        self.addresses: dict[int, bool] = {}

    def drop(self, authors: Sequence[str]) -> None:
        """Gives a reason to every block that a rule drops."""
        for number in self.titles:
            self.verdicts[number].reason = "the title"
        names = [name for author in authors if (name := index_form(author))]
        self._bylines(names)
        self._bios(names)
        self._advertisements()
        self._accounts()
        self._panels()
        self._offers_to_return()
        self._contents()
        self._lists_of_links()
        self._comments()
        self._set_phrases()
        self._captions()

    def _open(self) -> list[int]:
        """Returns the numbers of the blocks that may still be kept."""
        verdicts = self.verdicts
        self.open = [number for number in self.open if not verdicts[number].reason]
        return self.open

    def _open_within(self, element: Element) -> list[int]:
        verdicts = self.verdicts
        return [n for n in range(element.first, element.first + element.blocks) if verdicts[n].is_open]

    def _drop(self, numbers: Iterable[int], reason: str) -> None:
        for number in numbers:
            self.verdicts[number].reason = self.verdicts[number].reason or reason

    def _chars(self, element: Element) -> int:
        return self.ends[element.first + element.blocks] - self.ends[element.first]

    def _is_small(self, element: Element) -> bool:
        """Tells whether an element may be a panel: it holds little (if a script shows it some day, somewhat more), and
        neither the title nor the page."""
        if element.parent is None or self._chars(element) > (2 if element.own & class_names.HIDDEN else 1) * _PANEL:
            return False
        return not self._holds_title(element)

    def _holds_title(self, element: Element) -> bool:
        return any(element.first <= number < element.first + element.blocks for number in self.titles)

    def _bylines(self, names: Sequence[str]) -> None:
        """Drops what stands before or after the paragraphs and is a date, or names a stated author and says next to
        nothing else."""
        verdicts, segments, sizes = self.verdicts, self.page.segments, self.sizes
        long = [n for n, size in enumerate(sizes) if size > _PARAGRAPH and verdicts[n].score >= MOST]
        first, last = (long[0], long[-1]) if long else (len(verdicts), -1)
        short = [number for number in self._open() if sizes[number] <= _BYLINE]
        dates = [number for number in short if date_lines.is_date(segments[number].text)]
        if len(dates) <= _MOST_DATES:
            self._drop([number for number in dates if not segments[number].element.within & _TABLE], "a date")
        opening = self._opening()
        self._drop([n for n in short if n in opening and date_lines.is_mostly_date(segments[n].text)], "a date")
        for number in short if names else ():
            if not verdicts[number].reason and not first < number < last:
                text = segments[number].text
                words = index_form(text)
                named = sum([len(name) for name in names if name in words])
                if named and (
                    len(words) <= 2 * named + 4 or date_lines.is_byline(text, names) or _presents(text, words, names)
                ):
                    verdicts[number].reason = "the byline"

    def _opening(self) -> range:
        """Returns the blocks between the title and the second text after it: the first may be the standfirst."""
        if not self.titles:
            return range(0)
        texts = [n for n in range(self.titles[0] + 1, len(self.sizes)) if self.sizes[n] > _TEXT]
        return range(self.titles[0] + 1, texts[1] if len(texts) > 1 else 0)

    def _bios(self, names: Sequence[str]) -> None:
        """Drops what is named after authors and begins with the name of one: who they are, not what they write."""
        for element in self.named if names else ():
            if element.own & class_names.AUTHOR_BIO and self._is_small(element) and self._is_beside(element):
                inside = self._open_within(element)
                if inside and index_form(self.page.segments[inside[0]].text).startswith(tuple(names)):
                    self._drop(range(element.first, element.first + element.blocks), "about the author")

    def _advertisements(self) -> None:
        """Drops the labels of advertisements, each with the small element that it heads."""
        for segment in self.labels:
            if set_phrases.is_ad_label(segment.text) and not segment.element.within & _TABLE:
                self._drop([segment.number], "the label of an advertisement")
                element = self._headed(segment.number)
                if element is not None and (element.own & class_names.ADVERT or element.tag == "aside"):
                    self._drop(range(element.first, element.first + element.blocks), "an advertisement")

    def _accounts(self) -> None:
        """Drops dialogs about accounts (sign in, forgotten password, verification), whose sentences read like text."""
        named = [element for element in self.named if element.own & class_names.LOGIN]
        if not named:
            return
        weights = [size * verdict.score for size, verdict in zip(self.sizes, self.verdicts, strict=True)]
        most = _ACCOUNT * sum(weights)
        for element in named:
            inside = range(element.first, element.first + element.blocks)
            if sum([weights[number] for number in inside]) < most:
                self._drop(inside, "about an account")

    def _panels(self) -> None:
        """Drops small elements that hold a form, and those named after offers that ask the reader for something."""
        for form in self.page.forms[:_MOST_LOOKED_AT]:
            is_panel = form.tag == "form" and self._is_small(form) and (self._is_beside(form) or self._asks(form))
            panel = form if is_panel else None
            above = form if panel is None else form.parent
            while (
                above is not None
                and self._is_small(above)
                and (self._asks(above) or (self._is_beside(above) and self._chars_open(above, panel) <= _PITCH))
            ):
                panel, above = above, above.parent
            if panel is not None:
                self._drop(range(panel.first, panel.first + panel.blocks), "a panel with a form")
        for element in self.named:
            if element.own & (_OFFERING | class_names.HIDDEN) and self._is_small(element):
                inside = self._open_within(element)
                asking = sum([self.sizes[number] for number in inside if self._is_address(number)])
                least = 0.0 if self._is_appeal(element) else _ASKING * sum([self.sizes[number] for number in inside])
                if asking and asking >= least:
                    self._drop(range(element.first, element.first + element.blocks), "an offer to the reader")

    def _offers_to_return(self) -> None:
        """Drops "Stay in touch" and the like, with the small element that it heads, or with the sentence below."""
        for segment in self.labels:
            if set_phrases.heads_touch(segment.text):
                element = self._headed(segment.number)
                if element is not None and self._is_beside(element):
                    self._drop(range(element.first, element.first + element.blocks), "an offer to the reader")
                elif self._open_at(segment.number + 1) and self._is_address(segment.number + 1):
                    self._drop((segment.number, segment.number + 1), "an offer to the reader")

    def _headed(self, number: int) -> Element | None:
        """Returns the small element that a block begins, if it holds more."""
        element = self.page.segments[number].element.box()
        return element if element.first == number and self._is_small(element) else None

    def _open_at(self, number: int) -> bool:
        return number < len(self.sizes) and self.verdicts[number].is_open

    def _is_appeal(self, element: Element) -> bool:
        """Tells whether a script may show an element, little beside the rest, in which one sentence that asks for
        something is enough. What waits for a subscription is the text."""
        hidden, locked = element.own & class_names.HIDDEN, element.own & class_names.PAYWALL
        return bool(hidden and not locked) and self._is_beside(element)

    def _asks(self, element: Element) -> bool:
        """Tells whether all that may be kept of an element asks the reader for something."""
        return bool(element.own & _OFFERING) or all(map(self._is_address, self._open_within(element)))

    def _chars_open(self, element: Element, without: Element | None) -> int:
        """Returns the characters of what may be kept of an element, but for those of another one in it."""
        inner = range(without.first, without.first + without.blocks) if without is not None else ()
        return sum([self.sizes[number] for number in self._open_within(element) if number not in inner])

    def _is_beside(self, element: Element, share: float = _BESIDE) -> bool:
        """Tells whether what may be kept of an element is at most a share of what may be of the rest of the page."""
        held = self._chars_open(element, None)
        return held <= share * (self._chars_open(self.page.root, None) - held)

    def _is_address(self, number: int) -> bool:
        found = self.addresses.get(number)
        if found is None:
            found = set_phrases.may_address_reader(self.page.segments[number].text)
            self.addresses[number] = found
        return found

    def _contents(self) -> None:
        """Drops tables of contents: lists of links within the page, with what heads them."""
        lists: dict[Element, list[int]] = {}
        for segment in map(self.page.segments.__getitem__, self._open()):
            if segment.link_chars * 10 >= 8 * len(segment.text) and segment.element.within & _LIST:
                marks = [token[1] for token in self.page.tokens[segment.start : segment.end] if token[0] == "a"]
                if any(' href="#' in mark for mark in marks):
                    element = segment.element
                    while element.parent is not None and element.tag not in ("ul", "ol"):
                        element = element.parent
                    lists.setdefault(element, []).append(segment.number)
        for element, links in lists.items():
            box, before = element.parent, links[0] - 1
            headed = before >= 0 and set_phrases.is_contents_label(self.page.segments[before].text)
            named = element.own & class_names.NAVIGATION or (box is not None and box.own & class_names.NAVIGATION)
            if len(links) >= 2 and (headed or named):
                self._drop([before, *links] if headed else links, "the table of contents")

    def _lists_of_links(self) -> None:
        """Drops headings such as "Related stories" with the links that follow them, and with the teasers between those
        where an element holds nothing else."""
        for segment in self.labels:
            after = segment.number + 1
            if not segment.link_chars and self._is_link(after) and set_phrases.heads_section(segment.text):
                while self._is_link(after):
                    after += 1
                box = segment.element.box()
                end = box.first + box.blocks
                is_list = box.first == segment.number and any(map(self._is_link, range(after, end)))
                if is_list and self._is_beside(box, 1.0) and not self._holds_title(box):
                    after = end
                self._drop(range(segment.number, after), "points to other articles")

    def _is_link(self, number: int, share: float = _POINTER) -> bool:
        """Tells whether there is such a block and a link is most of it."""
        return number < len(self.sizes) and self.page.segments[number].link_chars >= share * self.sizes[number]

    def _comments(self) -> None:
        """Drops the comments of readers: what stands around the buttons that answer them, what a number of comments
        heads, and elements named so that hold several alike."""
        segments = self.page.segments
        after = self.titles[0] if self.titles else -1
        replies = [s.number for s in self.labels if s.number > after and set_phrases.is_reply_label(s.text)]
        if len(replies) >= 2:
            around = common(segments[replies[0]].element, segments[replies[-1]].element)
            first, last = branch(around, segments[replies[0]].element), branch(around, segments[replies[-1]].element)
            if first is not around:
                start = around.first if self.ends[first.first] - self.ends[around.first] < _ASIDE else first.first
                self._drop_comments(start, last.first + last.blocks)
        headings = [s for s in self.labels if s.number > after and s.element.tag in _HEADINGS and not s.link_chars]
        for segment in headings[:_MOST_LOOKED_AT]:
            if set_phrases.counts_comments(segment.text):
                element = segment.element.box()
                self._drop_comments(segment.number, element.first + element.blocks)
        named: dict[Element, list[Element]] = {}
        for element in self.named:
            if element.own & class_names.COMMENT and element.parent is not None and element.parent.first > after:
                named.setdefault(element.parent, []).append(element)
        for element, alike in list(named.items())[:_MOST_LOOKED_AT]:
            if element.own & class_names.COMMENT and len({(e.tag, e.name) for e in alike}) < len(alike):
                self._drop_comments(element.first, element.first + element.blocks)

    def _drop_comments(self, start: int, end: int) -> None:
        """Drops a range of blocks, and their heading, if something of the article stands before."""
        if start > 0 and set_phrases.is_comment_label(self.page.segments[start - 1].text):
            start -= 1
        if sum([self.sizes[number] for number in self._open() if number < start]) >= _ASIDE:
            self._drop(range(start, end), COMMENT)

    def _set_phrases(self) -> None:
        """Drops links to other articles ("Read more: …"), and what asks the reader to subscribe, follow or write."""
        for number in self._open():
            text = self.page.segments[number].text
            if len(text) <= 200 and (
                (self._is_link(number) and phrases.begins_as(text, "first_related"))
                or (self._is_link(number, _POINTER_SAID) and set_phrases.points_elsewhere(text))
            ):
                self.verdicts[number].reason = "points to another article"
            elif self.page.segments[number].element.within & _QUOTE and set_phrases.labels_post(text):
                self.verdicts[number].reason = "stands in place of a post"
            elif self._is_address(number) and (self._points(number) or set_phrases.addresses_reader(text)):
                self.verdicts[number].reason = _ASKS
            elif len(text) <= set_phrases.MAX_CHARS and set_phrases.says_where_printed(text):
                self.verdicts[number].reason = "says where it was printed"
            elif self._is_weather(number):
                self.verdicts[number].reason = "the weather"
        self._headings_over_nothing()

    def _is_weather(self, number: int) -> bool:
        """Tells whether a block is the weather of a page's head; a sentence about it is text."""
        segment = self.page.segments[number]
        may_be = not segment.text.rstrip().endswith(_STOPS) and not segment.element.within & _TABLE
        return may_be and set_phrases.names_weather(segment.text)

    def _headings_over_nothing(self) -> None:
        """Drops the headings of small elements of which all the rest asks the reader for something."""
        for segment in self.labels:
            if segment.element.tag in _HEADINGS and self.verdicts[segment.number].is_open:
                element = self._headed(segment.number)
                if element is not None and self._open_within(element) == [segment.number]:
                    inside = self.verdicts[element.first : element.first + element.blocks]
                    if any(verdict.reason == _ASKS for verdict in inside):
                        self.verdicts[segment.number].reason = _ASKS

    def _points(self, number: int) -> bool:
        """Tells whether a block leads away from the text: it has a link or an address, names a channel or is named an
        offer."""
        segment = self.page.segments[number]
        named = segment.element.own | (segment.element.parent or segment.element).own
        return bool(
            segment.link_chars or "@" in segment.text or named & _OFFERING or phrases.names_channel(segment.text)
        )

    def _captions(self) -> None:
        """Drops what stands below a picture: it is data of the picture."""
        self._named_captions()
        shown = {_figure(picture.element) for picture in self.page.pictures if picture.element.within & _FIGURE}
        for segment in self.page.segments if shown else ():
            if segment.element.within & _FIGCAPTION and _figure(segment.element) in shown:
                self._drop([segment.number], "the caption of a picture")

    def _named_captions(self) -> None:
        """Drops small elements that are named captions and follow a picture within the element around both. In a
        gallery, where they hold much of what may be kept, they are the text."""
        pictures: dict[int, list[Element]] = {}
        for picture in self.page.pictures:
            pictures.setdefault(picture.before, []).append(picture.element)
        found: set[int] = set()
        for element in self.named:
            if "caption" in element.name.lower() and self._is_small(element):
                box = element.parent or element
                if any(_holds(box, one) for one in pictures.get(element.first, ())):
                    found.update(self._open_within(element))
        held = sum([self.sizes[number] for number in found])
        if held <= _BESIDE * (self._chars_open(self.page.root, None) - held):
            self._drop(found, "the caption of a picture")


def _presents(text: str, words: str, names: Sequence[str]) -> bool:
    """Tells whether a line begins with "By" and the name of an author, whatever it says of them then. `words`: its
    index form."""
    if not phrases.begins_as(text, "first_byline"):
        return False
    begins = [at for name in names if (at := words.find(name)) >= 0]
    return min(begins, default=_LABEL + 1) <= _LABEL


def _holds(box: Element, element: Element) -> bool:
    """Tells whether an element is another or stands within."""
    return box.number <= element.number and box.first + box.blocks >= element.first + element.blocks


def _figure(element: Element | None) -> Element | None:
    while element is not None and element.tag != "figure":
        element = element.parent
    return element


def common(one: Element, other: Element) -> Element:
    """Returns the deepest element that holds both."""
    while one is not other:
        deeper, one, other = (one, one, other) if one.depth >= other.depth else (other, other, one)
        if deeper.parent is None:
            return deeper
        one = deeper.parent
    return one


def branch(around: Element, element: Element) -> Element:
    """Returns the child of `around` that holds an element, or `around` if it is the element."""
    while element is not around and element.parent is not around and element.parent is not None:
        element = element.parent
    return element
