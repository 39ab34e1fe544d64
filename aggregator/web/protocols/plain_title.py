"""Makes titles safe for apps that take them for HTML."""

_ALIKE = str.maketrans("<>", "＜＞")


def plain_title(title: str) -> str:
    """Returns a title without what could be read as a tag: the signs look alike."""
    return title.translate(_ALIKE)
