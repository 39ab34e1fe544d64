"""The walk: where blocks begin and end, and that no markup hides a part of the page from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.dom import parse
from aggregator.extraction.body.blocks import PageTree, landmark, walk
from aggregator.extraction.body.class_names import HIDDEN, bit


def blocks(html: str) -> list[str]:
    return [segment.text for segment in walk(parse(html)).segments]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One <b>bold</b> word</p><p>Two</p>", ["One bold word", "Two"]),
        ("<div>Loose<p>Own</p>again</div>", ["Loose", "Own", "again"]),
        ("One<br>line<br><br>Two", ["One line", "Two"]),
        ("<ul><li>a<ul><li>b</ul><li>c</ul>", ["a", "b", "c"]),
        ("<pre>if x:\n    y</pre>", ["if x:\n    y"]),
        ("<table><tr><td>1<td>2</table>", ["1", "2"]),
        ("<p>&lt;p&gt; &amp;amp; a&nbsp;b</p>", ["<p> &amp; a b"]),
        ("<p>seen<script>var a = '<p>not</p>'</script></p><style>p{}</style>", ["seen"]),
        ("<p>one<!-- <p>not</p> --> text</p>", ["one text"]),
        ("<p>one<?php not ?> text</p>", ["one text"]),
        ('<p title="a > b < c">one</p>', ["one"]),
        ("<noscript><p>kept</p></noscript>", ["kept"]),
        ("<nav><p>Home</p></nav><p>Text</p><footer>Imprint</footer>", ["Text"]),
    ],
)
def test_blocks(html: str, expected: list[str]) -> None:
    assert blocks(html) == expected


@pytest.mark.parametrize(
    "broken",
    [
        '<img class="a" ">',
        '<div a"b>',
        "<p title='\"' =x>",
        '<a href="x"" b>',
        '<div id="x_</div><div data-y=" inline">',
        "<p <b>",
    ],
)
def test_quotes_in_broken_attributes_hide_nothing(broken: str) -> None:
    found = blocks(f'<p>before</p>{broken}<p>after</p><p title="q">end</p>')
    assert found[0] == "before"
    assert found[-2:] == ["after", "end"]


def test_elements_know_what_they_hold_and_where_they_stand() -> None:
    page = walk(parse('<main><section class="menu" hidden><h2>A</h2><p>B</p></section><div></div></main>'))
    section = page.segments[0].element.parent
    assert section is not None
    assert (section.tag, section.first, section.blocks) == ("section", 0, 2)
    assert section.own & bit("navigation")
    assert section.own & HIDDEN
    assert page.segments[1].element.within & landmark("main", "section") == landmark("main", "section")
    assert [element.tag for element in page.elements] == ["body", "main", "section", "h2", "p"]
    assert [element.number for element in page.elements] == list(range(5))


def test_links_and_emphasis_are_counted() -> None:
    segment = walk(parse('<p>See <a href="/x">the link</a> and <strong>this</strong></p>')).segments[0]
    assert (segment.link_chars, segment.link_count, segment.emphasis) == (8, 1, 4)


def test_pictures_stand_before_their_block() -> None:
    page = walk(
        parse('<p>a</p><picture><source srcset="b.webp 2x"><img src="b.jpg" alt="x &amp; y"></picture><p>c</p>')
    )
    picture = page.pictures[0]
    assert (picture.before, picture.sets, picture.attributes["alt"]) == (1, "b.webp 2x", "x & y")


@given(st.text(alphabet="<>/=\"' abp-!&;", max_size=60))
def test_every_word_of_the_tree_is_in_a_block(soup: str) -> None:
    tree = parse(f"<body>{soup}<p>last</p>")
    shown = tree.body.text(separator=" ") if tree.body is not None else ""
    page: PageTree = walk(tree)
    found = " ".join(segment.text for segment in page.segments).split()
    assert sorted("".join(found)) == sorted("".join(shown.split()))
