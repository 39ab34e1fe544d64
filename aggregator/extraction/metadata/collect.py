"""Collects what a page states about its article: title, authors, dates, language and the rest.

The sources in the order of belief: linked data (JSON-LD), OpenGraph and other meta elements, microdata,
what is printed on the page, the URL.
"""

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.extraction.article import Precision
from aggregator.extraction.metadata.bylines import byline_by_title, printed_authors
from aggregator.extraction.metadata.date_claims import changed_texts, date_claims
from aggregator.extraction.metadata.head import Head, heading_text, is_marked_up, read_head
from aggregator.extraction.metadata.jsonld import Claims, claims
from aggregator.extraction.metadata.name_forms import is_person, without_honorific
from aggregator.extraction.metadata.page_dates import Moment, parse_date
from aggregator.extraction.metadata.person_names import clean_authors, stated_as_is
from aggregator.extraction.metadata.printed_names import labelled_names
from aggregator.extraction.metadata.publication import DateClaim, choose_moment
from aggregator.extraction.metadata.site_name import printed_site_names
from aggregator.extraction.metadata.title import TitleClaims, choose_title, index_form
from aggregator.extraction.metadata.visible_facts import Printed
from aggregator.text import squeeze
from aggregator.urls import absolute, is_http

_AUTHOR = tuple(
    "author article:author parsely-author sailthru.author og:author og:article:author article:author_name "
    "article:byline byl byline cxenseparse:author dc.creator dcterms.creator dc.contributor "
    "citation_author creator lp.article:author dcsext.author bc:authors".split()
)
_ARTICLE_TYPES = ("article", "news", "blog", "post", "story")
_ACCOUNT = re.compile(r"[a-z][a-z\d._\-]+")
_MAX_TAGS = 50
_MAX_HEADINGS = 60  # h2 and h3 elements among which the title is looked for


@dataclass(frozen=True, slots=True)
class Metadata:
    """Holds the statements of a page about its article. Times are aware, in the page's own offset."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_precision: Precision | None = None
    modified_at: datetime | None = None
    lang: str | None = None
    image: str | None = None
    tags: tuple[str, ...] = ()
    canonical_url: str | None = None
    base: str | None = None
    site_name: str | None = None
    description: str | None = None
    article_body: str | None = None
    is_article_type: bool | None = None
    is_news: bool = False
    paywalled: bool | None = None


def metadata(tree: LexborHTMLParser, url: str | None) -> Metadata:
    """Returns all that the page at `url` states about its article. Never raises; what is not stated is None."""
    opened = _open(tree, url)
    head, linked, title = opened.head, opened.linked, opened.title
    base = (absolute(head.base, url or "") if head.base else None) or url or ""
    canonical = absolute(
        next(iter(head.links.get("canonical", ())), None) or head.first("og:url") or linked.url or "", base
    )
    base = base or canonical or ""
    site_name = head.first("og:site_name", "application-name", "apple-mobile-web-app-title") or linked.publisher
    dates = date_claims(opened.page, linked, url, opened.lang)
    published = choose_moment(dates)
    modified = _modified(head, linked) or _printed_change(dates, published)
    return Metadata(
        title=title,
        authors=_authors(opened.page, linked, opened.sites, title),
        published_at=published.at if published else None,
        published_precision=published.precision if published else None,
        modified_at=modified.at if modified else None,
        lang=opened.lang,
        image=absolute(linked.image or "", base) if linked.image else _image(head, base),
        tags=_tags(head, linked),
        canonical_url=canonical,
        base=base or None,
        site_name=squeeze(site_name) if site_name else None,
        description=_description(head, linked),
        article_body=linked.body,
        is_article_type=_is_article_type(head, linked),
        is_news=linked.news,
        paywalled=None if linked.free is None else not linked.free,
    )


def claims_of_page(tree: LexborHTMLParser, url: str | None) -> list[DateClaim]:
    """Returns all days that the page at `url` names."""
    opened = _open(tree, url)
    return date_claims(opened.page, opened.linked, url, opened.lang)


@dataclass(frozen=True, slots=True)
class _Opened:
    """Holds what all statements of a page are looked for in."""

    head: Head
    linked: Claims
    sites: list[str]
    lang: str | None
    title: str | None
    page: Printed


def _open(tree: LexborHTMLParser, url: str | None) -> _Opened:
    head = read_head(tree)
    linked = claims(head.scripts, url)
    sites = site_names(head, linked, url, tree)
    title = choose_title(title_claims(head, linked), sites, url) or _second_heading(tree)
    page = Printed(tree, head, title_node(tree, head, title))
    return _Opened(head, linked, sites, language_claim(head, linked), title, page)


def language_claim(head: Head, linked: Claims) -> str | None:
    """Returns the language that the page states, as a lower-case primary tag; not yet checked against the text."""
    claim = head.html_lang or head.first("content-language", "og:locale", "dc.language", "language") or linked.lang
    primary = (claim or "").strip().lower().replace("_", "-").split("-")[0].split(",")[0]
    named = 2 <= len(primary) <= 3 and primary.isalpha() and primary.isascii() and primary != "utf"
    return primary if named else None


def site_names(head: Head, linked: Claims, url: str | None, tree: LexborHTMLParser) -> list[str]:
    """Returns the names by which a page and its address call their site."""
    host = urlsplit(url).hostname or "" if url and is_http(url) else ""
    host = host.removeprefix("www.")
    names = [
        *head.all("og:site_name", "application-name", "apple-mobile-web-app-title", "twitter:site"),
        linked.publisher or "",
        host,
        *host.split(".")[:-1],
    ]
    if "og:site_name" not in head.meta:
        names += printed_site_names(head, linked, tree)
    return [name.lstrip("@") for name in names if name]


def title_claims(head: Head, linked: Claims) -> TitleClaims:
    """Returns all that a page claims to be its title."""
    headings = [text for _, text in head.headings if text]
    marked_up = {text for node, text in head.headings if is_marked_up(node)}
    stated = (linked.headline, head.first("og:title"), head.first("twitter:title"), head.title)
    return TitleClaims(*stated, headings, linked.news, marked_up)


def _second_heading(tree: LexborHTMLParser) -> str | None:
    """Returns the first h2, for pages that claim nothing but their site's name."""
    node = tree.css_first("h2")
    return heading_text(node) or None if node is not None else None


def _authors(page: Printed, linked: Claims, sites: Sequence[str], title: str | None) -> tuple[str, ...]:
    """Returns who wrote it: as stated, unless the byline below the title says otherwise; where only the site is stated,
    as printed."""
    head = page.head
    own = {index_form(site) for site in sites}
    of_site: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()  # a byline that names the site: a person's own
    for source in (linked.authors, head.all(*_AUTHOR), _of_card(head)):
        found = clean_authors(source, sites)
        if any(index_form(name) not in own for name in found):
            byline = byline_by_title(page, {index_form(name) for name in found})
            return _of_account(_corrected(found, clean_authors(byline, sites), page), page, title, own)
        of_site = of_site or found
    for sure, names in printed_authors(page, title, own):
        if not names:
            continue
        if of_site and any(index_form(name) in own for name in names):
            break
        if of_site and not sure and not all(is_person(name) for name in names):
            continue
        found = clean_authors(names, sites)
        if any(index_form(name) not in own for name in found):
            return found
        printed = printed or found
    return of_site or stated_as_is([*linked.authors, *head.all(*_AUTHOR)]) or printed


def _of_card(head: Head) -> list[str]:
    """Returns what a page's card for other sites calls its author: twitter:label1 "Written by", twitter:data1."""
    return [
        name
        for number in "12"
        if (label := head.first(f"twitter:label{number}")) and (value := head.first(f"twitter:data{number}"))
        for name in labelled_names([label, value])
    ]


def _of_account(stated: tuple[str, ...], page: Printed, title: str | None, sites: Set[str]) -> tuple[str, ...]:
    """Returns the printed name of the person whose account is stated ("jsmith"); where there is none, what is
    stated."""
    if len(stated) != 1 or not _ACCOUNT.fullmatch(stated[0]):
        return stated
    account = index_form(stated[0]).replace(" ", "")
    for _, names in printed_authors(page, title, sites):
        if names and is_person(names[0]) and index_form(names[0]).split()[-1] in account:
            return (names[0],)
    return stated


def _corrected(stated: tuple[str, ...], printed: tuple[str, ...], page: Printed) -> tuple[str, ...]:
    """Returns the printed names where they are more than the stated ones, or persons other than a stated account, or
    fewer: the others took the pictures. Not if the byline goes on with one that it does not name."""
    if not printed or not all(is_person(name) for name in printed):
        return stated
    before, after = ({index_form(without_honorific(name)) for name in names} for names in (stated, printed))
    if before < after or (not before & after and len(before) == 1):
        return printed
    if after < before:
        texts = [index_form(text) for text in page.opening]
        last = max((number for number, text in enumerate(texts) if text in after), default=-1)
        return printed if last >= 0 and not before.intersection(texts[last + 1 : last + 2]) else stated
    return stated


def title_node(tree: LexborHTMLParser, head: Head, title: str | None) -> LexborNode | None:
    """Returns the element that prints the page's title: a heading of the same words, else the first h1."""
    form = index_form(title or "")
    if form:
        for node, text in head.headings:
            if index_form(text) == form:
                return node
        if not any(form in index_form(text) or index_form(text) in form for _, text in head.headings if text):
            for node in tree.css("h2,h3")[:_MAX_HEADINGS]:
                text = index_form(heading_text(node)[:500])
                if text.endswith(form) and len(text) < 3 * len(form):  # a kicker may stand before it
                    return node
    return next((node for node, text in head.headings if text), None)


def _modified(head: Head, linked: Claims) -> Moment | None:
    return next((moment for text in changed_texts(head, linked) if (moment := parse_date(text))), None)


def _printed_change(dates: Iterable[DateClaim], published: Moment | None) -> Moment | None:
    """Returns the day in view that is called an update, if it is no earlier than the publication."""
    called = (claim.moment for claim in dates if claim.source in ("near_changed", "time_changed"))
    return next((at for at in called if published is None or at.at.date() >= published.at.date()), None)


def _image(head: Head, base: str) -> str | None:
    claim = head.first(
        "og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src", "thumbnail", "image"
    )
    claim = claim or next(iter(head.links.get("image_src", ())), None)
    return absolute(claim, base) if claim else None


def _tags(head: Head, linked: Claims) -> tuple[str, ...]:
    keywords = [
        part
        for text in head.all("keywords", "news_keywords", "parsely-tags", "sailthru.tags")
        for part in text.split(",")
    ]
    raw = head.all("article:tag") or list(linked.tags) or keywords
    if len(raw) == 1:
        raw = raw[0].split(",")
    unique = {tag.lower(): tag for text in raw if (tag := squeeze(text)) and len(tag) <= 80}
    return tuple(unique.values())[:_MAX_TAGS]


def _description(head: Head, linked: Claims) -> str | None:
    text = linked.description or head.first("og:description", "description", "twitter:description", "dc.description")
    return squeeze(text) or None if text else None


def _is_article_type(head: Head, linked: Claims) -> bool | None:
    if linked.is_article:
        return True
    kind = (head.first("og:type") or "").lower()
    if any(kind.startswith(name) for name in _ARTICLE_TYPES):
        return True
    return False if linked.is_article is False else None
