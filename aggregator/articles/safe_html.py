"""Takes out of HTML whatever could act: before it is stored, and once more before it is shown."""

from collections.abc import Callable

import nh3

_TAGS_OF_TEXT = "a b br cite code del em i kbd mark q s strong sub sup"
_TAGS_OF_BLOCKS = "blockquote dd dl dt figcaption figure h1 h2 h3 h4 h5 h6 img li ol p pre table tbody td th tr ul"
_TAGS = {*_TAGS_OF_TEXT.split(), *_TAGS_OF_BLOCKS.split()}
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}}
_SCHEMES = {"http", "https", "mailto"}
_SHOWN = {"img": {"loading": "lazy", "referrerpolicy": "no-referrer"}}


def stored_html(html: str) -> str:
    """Returns the HTML as it is stored: elements of text with links and pictures, nothing else."""
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None)


def shown_html(html: str, picture_at: Callable[[str], str | None] | None = None) -> str:
    """Returns the same for a page that shows it: links tell nobody where they are followed from, pictures are loaded
    when they come into view, from where `picture_at` says of their address (None: not at all)."""

    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
        set_tag_attribute_values=_SHOWN,
        attribute_filter=None if picture_at is None else _filter(picture_at),
    )


def _filter(picture_at: Callable[[str], str | None]) -> Callable[[str, str, str], str | None]:
    return lambda tag, name, value: picture_at(value) if (tag, name) == ("img", "src") else value
