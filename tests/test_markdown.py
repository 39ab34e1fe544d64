"""Markdown of article bodies: the notation, and that a CommonMark reader gets the same words back."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from aggregator.dom import parse
from aggregator.extraction.body.markdown import from_html

READER = MarkdownIt("commonmark").enable("table")


def read(markdown: str) -> str:
    """The words that a CommonMark reader shows, without white space."""
    body = parse(READER.render(markdown)).body
    assert body is not None
    return re.sub(r"\s", "", body.text())


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<h2>Head</h2>text", "## Head\n\ntext"),
        ("<h3>C#</h3>", "### C\\#"),
        ("<p>a <b>bold </b>word, <i>it</i>alic</p>", "a **bold** word, *it*alic"),
        ("<p><em>a <strong>b</strong></em></p>", "*a **b***"),
        ("<p>er sagt<b>“so”</b>dann</p>", "er sagt<strong>“so”</strong>dann"),
        ("<p><b>a</b><b>b</b></p>", "**ab**"),
        ("<p><b></b>x</p>", "x"),
        ("<p><b>a&nbsp;</b>b <i>&nbsp;c</i>,<i>&nbsp;</i>d</p>", "**a**\xa0b \xa0*c*,\xa0d"),
        ("<p>one<br>&nbsp;<br>two<br>&nbsp;</p>", "one\\\ntwo"),
        ('<p><a href="https://e.org/a b(c)">link</a></p>', "[link](https://e.org/a%20b%28c%29)"),
        ('<p>Hey!<a href="/a">link</a></p>', "Hey\\![link](/a)"),
        ('<a href="/a"><img src="/i.png" alt="x]y"></a>', "[![x\\]y](/i.png)](/a)"),
        ("<p>one<br>two<br><br></p>", "one\\\ntwo"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
        ('<ol start="9"><li>a</li><li>b</li></ol>', "9. a\n10. b"),
        ("<ul><li><p>a</p><p>b</p></li><li>c</li></ul>", "- a\n\n  b\n\n- c"),
        ('<ul><li>a<ol start="3"><li>b</li></ol></li></ul>', "- a\n\n  3. b"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n* b"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ('<pre><code class="language-py">if x:\n    y()\n</code></pre>', "```py\nif x:\n    y()\n```"),
        ("<pre>```\n</pre>", "````\n```\n````"),
        ("<p><code>a`b</code></p>", "``a`b``"),
        ("<p>a</p><hr><p>b</p>", "a\n\n---\n\nb"),
        ("<figure><img src='/i.png' alt='A'><figcaption>Cap</figcaption></figure>", "![A](/i.png)\n\nCap"),
        (
            "<table><tr><th>A</th><th>B</th></tr><tr><td>1|2</td><td>x<br>y</td></tr></table>",
            "| A | B |\n| --- | --- |\n| 1\\|2 | x y |",
        ),
        (
            "<table><tr><td colspan=2>a</td></tr><tr><td>b</td><td>c</td></tr></table>",
            "|  |  |\n| --- | --- |\n| a |  |\n| b | c |",
        ),
        ("<table><tr><td><p>a</p><p>b</p></td></tr></table>", "a\n\nb"),
        ("<script>x</script><!-- c --><p>a</p>", "a"),
        ("", ""),
    ],
)
def test_notation(html: str, markdown: str) -> None:
    assert from_html(html) == markdown


@pytest.mark.parametrize(
    "text",
    [
        "1. no list",
        "2) no list",
        "- no list",
        "+ no list",
        "# no heading",
        "> no quote",
        "---",
        "===",
        "***",
        "___",
        "* * *",
        "~~~",
        "```",
        "a*b*c",
        "_a_ snake_case __b__",
        "[a](b)",
        "[a]: b",
        "![a](b)",
        "<b>tag</b>",
        "&amp; &#65; &copy",
        "a \\ b \\* c",
        "|a|b|",
        ":--|--:",
        "    code",
        "C# #",
        "https://e.org/a_b_c",
        "-",
        "12.",
        "!",
    ],
)
def test_text_is_read_back_as_it_was(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    for html in (
        f"<p>{escaped}</p>",
        f"<p>a<br>{escaped}<br>b</p>",
        f"<ul><li>{escaped}</li></ul>",
        f"<h2>{escaped}</h2>",
    ):
        shown = parse(html).body
        assert shown is not None
        assert read(from_html(html)) == re.sub(r"\s", "", shown.text())


TEXT = st.text(st.sampled_from('ab1 .*_`#>-+[](){}!&<|~=\\\n"“é中'), max_size=12)
MARKUP = st.recursive(
    TEXT.map(lambda text: text.replace("&", "&amp;").replace("<", "&lt;")),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(
            ["p", "b", "em", "ul", "li", "ol", "blockquote", "h2", "div", 'a href="/x"', "span", "code", "td", "table"]
        ),
        st.lists(inner, max_size=4),
    ).map(lambda html: re.sub(r"</a href[^>]*>", "</a>", html)),
    max_leaves=12,
)


@given(MARKUP)
@settings(max_examples=300, deadline=None)
def test_no_word_is_lost(html: str) -> None:
    shown = parse(html).body
    assert shown is not None
    assert re.sub(r"[^ab1é中]", "", read(from_html(html))) == re.sub(r"[^ab1é中]", "", shown.text())


@given(st.text())
@settings(max_examples=100, deadline=None)
def test_never_raises(html: str) -> None:
    from_html(html)


@pytest.mark.parametrize("tag", ["div", "ul", "li", "b", "blockquote", "table", "span", "em"])
def test_deep_nesting_is_bounded(tag: str) -> None:
    assert "x" in from_html(f"<{tag}>" * 10_000 + "x")
