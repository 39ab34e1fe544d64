"""Finds the pictures of an article: the real address behind lazy loading, the caption, and which pictures belong to the
body."""

import re
from collections.abc import Mapping, Sequence

from aggregator.extraction.article import Image
from aggregator.extraction.body.blocks import Element, PageTree, Picture, Segment, landmark
from aggregator.extraction.body.class_names import ADVERT, AUTHOR_BIO, CAPTION, RELATED, SHARE
from aggregator.text import squeeze
from aggregator.urls import absolute

# Where lazy loaders keep the real address, the most telling first (lazysizes, lozad, WordPress, Jetpack, Drupal, AMP).
_SOURCES = tuple(
    "data-src data-original data-lazy-src data-lazy data-orig-file data-large-file data-url "
    "data-hi-res-src data-full-src data-image data-actualsrc data-echo data-img-url data-bg data-background "
    "data-background-image data-image-src src".split()
)
_BACKGROUND = re.compile(r"background(?:-image)?:\s*url\(\s*['\"]?([^'\")]+)", re.IGNORECASE)
_SETS = ("data-srcset", "data-lazy-srcset", "data-bgset", "srcset")
_PLACEHOLDER = re.compile(
    r"^data:|placeholder|blank\.|spacer|pixel\.|1x1|/lazy|transparent|grey\.gif|loading\.(?:gif|svg)|fallback", re.I
)
_NOT_CONTENT = re.compile(
    r"gravatar|/avatars?/|/icons?/|logo|sprite|emoji|smil(?:ey|ies)|badge|doubleclick|/pixel|scorecardresearch", re.I
)
_CANDIDATE = re.compile(r"(\S*[^\s,])(?:\s+([\d.]+)([wx]))?\s*(?:,|$)")
# What differs between the files of one picture in several sizes.
_SIZE = re.compile(
    r"(?:[-_](?:\d{2,4}(?:x\d{2,4})?w?|small|medium|large|scaled|thumb))?(?:@\dx)?(?:\.[a-z]{3,4}){1,2}$"
)
_MIN_PIXELS = 60  # pixels: a smaller picture is an icon
_MAX_RATIO = 6  # widths by height: flatter than any panorama
_DECORATION = ADVERT | AUTHOR_BIO | RELATED | SHARE


def source_of(attributes: Mapping[str, str | None], base: str | None, sets: str = "") -> str | None:
    """Returns the absolute address of the picture in its best quality, or None if it is an icon, a placeholder or
    none."""
    best = None
    for name in _SETS:
        best = best or _largest(attributes.get(name) or "")
    best = best or _largest(sets)
    behind = _BACKGROUND.search(attributes.get("style") or "")
    candidates = [best, *(attributes.get(name) for name in _SOURCES), behind[1] if behind else None]
    for candidate in candidates:
        if candidate and not _PLACEHOLDER.search(candidate[:300]):
            url = absolute(candidate, base or "")
            if url and not _NOT_CONTENT.search(url):
                return url
    return None


def _largest(srcset: str) -> str | None:
    found = [
        (float(size or 1) if size.count(".") < 2 else 1.0, url) for url, size, _ in _CANDIDATE.findall(srcset[:5000])
    ]
    return max(found, default=(0.0, None))[1]


def _is_icon(attributes: Mapping[str, str | None]) -> bool:
    """Tells whether a picture is too small, or too flat (a banner, a rule), to be one of the article's."""
    sizes = [(attributes.get(name) or "").removesuffix("px") for name in ("width", "height")]
    pixels = [int(size) for size in sizes if size.isdecimal() and len(size) < 6]
    return any(size < _MIN_PIXELS for size in pixels) or (len(pixels) == 2 and pixels[0] >= _MAX_RATIO * pixels[1])


def pictures_of_body(page: PageTree, kept: Sequence[Segment], base: str | None) -> list[tuple[int, Image]]:
    """Returns the pictures that stand among the kept blocks, each with the number of the block it stands before."""
    if not kept or not page.pictures:
        return []
    counts = [0] * (len(page.segments) + 1)
    for segment in kept:
        counts[segment.number + 1] = 1
    for index in range(len(page.segments)):
        counts[index + 1] += counts[index]
    found: list[tuple[int, Image]] = []
    seen: set[str] = set()
    for candidate in page.pictures:
        if not kept[0].number - 3 <= candidate.before <= kept[-1].number + 1:
            continue
        if candidate.fallback and found and found[-1][0] == candidate.before:
            continue
        home = _home(candidate.element)
        if not counts[home.first + home.blocks] - counts[home.first] or home.own & _DECORATION:
            continue
        given = candidate.attributes
        url = None if _is_icon(given) else source_of(given, base, candidate.sets)
        if url and url not in seen:
            seen.add(url)
            image = Image(url, _caption(page, candidate), squeeze(given.get("alt", "")) or None)
            if not found or not _is_fallback(found[-1], candidate.before, image):
                found.append((candidate.before, image))
    return found


def _is_fallback(last: tuple[int, Image], before: int, image: Image) -> bool:
    """Tells whether a picture is the one before it in another size: what stands in <noscript> beside it."""
    place, other = last
    if place != before or (other.caption, other.alt) != (image.caption, image.alt):
        return False
    path, of_other = image.url.partition("?")[0], other.url.partition("?")[0]
    return _SIZE.sub("", path.rpartition("/")[2]) == _SIZE.sub("", of_other.rpartition("/")[2]) and bool(
        image.alt or path != of_other
    )


def _figure(element: Element) -> Element | None:
    for _ in range(5):
        if element.tag == "figure" or (element.own & CAPTION and element.blocks):
            return element
        if element.parent is None:
            return None
        element = element.parent
    return None


def _home(element: Element) -> Element:
    """Returns the nearest element around a picture, or around its figure, that holds text beside the caption."""
    figure = _figure(element)
    if figure is not None and figure.parent is not None:
        element = figure.parent
    while not element.blocks and element.parent is not None:
        element = element.parent
    return element


def _caption(page: PageTree, candidate: Picture) -> str | None:
    figure = _figure(candidate.element)
    if figure is None or not 0 < figure.blocks <= 4:
        return None
    within = page.segments[figure.first : figure.first + figure.blocks]
    captions = [segment.text for segment in within if segment.element.within & landmark("figcaption")] or [
        segment.text for segment in within
    ]
    text = squeeze(" ".join(captions))
    return text if text and len(text) < 1000 else None
