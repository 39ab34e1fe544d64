"""Bodies that only the scripts of a page have, in the ways frameworks put them there."""

import json
from collections.abc import Callable
from html import escape

import pytest

from aggregator import extract

PARAGRAPHS = [
    "The harbour authority closed the eastern quay on Thursday after divers found cracks in eleven of its forty piles.",
    'Fishing boats were sent to the northern basin, where there is room for "perhaps thirty" of them, it\'s said.',
    "“We had hoped to get through the winter,” said Marta Lindqvist, who runs the auction hall beside the quay.",
    "The piles were cast in 1961 from a cement that is known to weaken in brackish water, and were to be wrapped.",
    "Engineers will lower a camera along each pile next week and decide whether the quay can be propped up at all.",
]
STORY = {"title": "Quay closed", "body": [{"type": "paragraph", "html": text} for text in PARAGRAPHS]}
HTML = {"article": {"content": "".join(f"<p>{text}</p>" for text in PARAGRAPHS), "related": ["Whale seen"] * 9}}
State = Callable[[object], str]


def _single_quoted(data: object) -> str:
    return json.dumps(data).replace("\\", "\\\\").replace("'", "\\'")


def _in_attribute(data: object) -> str:
    return json.dumps(data).replace("&", "&amp;").replace("'", "&#39;")


def _streamed(data: object) -> str:
    rows = f'1:I["chunk",["a.js"]]\n2:{json.dumps(data)}\n3:null\n'
    halves = rows[:200], rows[200:]
    return "".join(f"<script>self.__next_f.push({json.dumps([1, half])})</script>" for half in halves)


def _streamed_text(data: object) -> str:
    text = json.dumps(data, ensure_ascii=False)
    body = "".join(f"<p>{one}</p>" for one in PARAGRAPHS)
    row = f"a:T{len(body.encode()):x},{body}b:{{}}\n"
    return f"<script>self.__next_f.push({json.dumps([1, row])})</script><!--{len(text)}-->"


STATES: dict[str, State] = {
    "json": lambda data: f'<script type="application/json">{json.dumps(data)}</script>',
    "assigned": lambda data: f"<script>window.__APOLLO_STATE__ = {json.dumps(data)};window.x=1</script>",
    "assigned with undefined": lambda data: (
        f'<script>window.__PRELOADED_STATE__={{"user":undefined,"page":{json.dumps(data)}}};go()</script>'
    ),
    "pushed": lambda data: (
        '<script>(window["__RQ7"]=window["__RQ7"]||[]).push('
        f'{{"queries":[{{"state":{{"data":{json.dumps(data)}}}}}]}})</script>'
    ),
    "parsed": lambda data: f"<script>window.__DATA__=JSON.parse({json.dumps(json.dumps(data))});</script>",
    "parsed in single quotes": lambda data: f"<script>window.__DATA__=JSON.parse('{_single_quoted(data)}');</script>",
    "in an attribute": lambda data: f'<div data-page="{escape(json.dumps(data))}"></div>',
    "in single quotes of an attribute": lambda data: f"<div data-props='{_in_attribute(data)}'></div>",
    "streamed": _streamed,
    "streamed text": _streamed_text,
}


def _page(state: str) -> str:
    return (
        '<html><head><title>Quay closed</title><meta property="og:type" content="article"></head>'
        f'<body><div id="root">Loading…</div><script>var a={{"b":[1,2]}}, c=f("x");</script>{state}</body></html>'
    )


@pytest.mark.parametrize("data", [STORY, HTML], ids=["paragraphs", "html"])
@pytest.mark.parametrize("kind", STATES)
def test_a_body_in_the_state_of_a_page(kind: str, data: object) -> None:
    article = extract(_page(STATES[kind](data)), url="https://example.org/2026/quay-closed")
    assert article.text.split("\n\n") == PARAGRAPHS
    assert article.is_article


def test_the_pieces_of_rich_text_are_one_paragraph() -> None:
    words = [one.split(" ") for one in PARAGRAPHS]
    content = [
        {
            "type": "paragraph",
            "children": [
                {"type": "text", "value": " ".join(one[:4]) + " "},
                {"type": "a", "children": [{"type": "text", "value": " ".join(one[4:7])}]},
                {"type": "text", "value": " " + " ".join(one[7:])},
            ],
        }
        for one in words
    ]
    article = extract(_page(STATES["json"]({"doc": content, "comments": [{"text": "So sad."}, {"text": "Yes."}]})))
    assert article.text.split("\n\n") == PARAGRAPHS


def test_what_is_no_state_is_left_alone() -> None:
    for script in (
        'x={"a":' * 5000,
        "JSON.parse('" * 5000,
        "=[[" * 50_000,
        'self.__next_f.push([1,"a:Tffffff,b"])' + " " * 300,
    ):
        assert not extract(_page(f"<script>{script}</script>")).is_article


def test_a_string_of_html_that_code_puts_into_the_state() -> None:
    body = json.dumps(HTML["article"]["content"]).replace("<", "\\u003C")
    code = f'window.__NUXT__=(function(a,b){{return {{data:[{{title:a,body:{body},x:b}}]}}}}("Quay closed",null));'
    assert extract(_page(f"<script>{code}</script>")).text.split("\n\n") == PARAGRAPHS
