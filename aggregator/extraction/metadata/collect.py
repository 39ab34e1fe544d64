"""Collects what a page states about its article: title, authors, dates, language and the rest.

The sources in the order of belief: linked data (JSON-LD), OpenGraph and other meta elements, microdata,
what is printed on the page, the URL.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.extraction.article import Precision
from aggregator.extraction.metadata.bylines import byline_by_title, printed_authors
from aggregator.extraction.metadata.head import Head, heading_text, is_marked_up, read_head
from aggregator.extraction.metadata.jsonld import Claims, claims
from aggregator.extraction.metadata.page_dates import Moment, parse_date, url_date
from aggregator.extraction.metadata.person_names import clean_authors, is_person, stated_as_is
from aggregator.extraction.metadata.printed import Printed, PrintedDate
from aggregator.extraction.metadata.site_name import printed_site_names
from aggregator.extraction.metadata.title import TitleClaims, choose_title, index_form
from aggregator.text import squeeze
from aggregator.urls import absolute, is_http

_PUBLISHED = tuple(
    "article:published_time og:article:published_time datepublished date.issued dc.date.issued "
    "dcterms.issued dcterms.created dc.date.created parsely-pub-date sailthru.date "
    "cxenseparse:recs:publishtime cxenseparse:publishtime pubdate publishdate publish-date publish_date "
    "publication_date og:published_time og:publish_date og:pubdate article:published published "
    "published_at publishtime publish_time date.created datecreated content:publishdate "
    "citation_publication_date citation_date citation_online_date dc.date dcterms.date date displaydate "
    "originalpublicationdate lastpub ptime rnews:datepublished bt:pubdate article.published "
    "article_date_original cms_creationdate timestamp".split()
)
_MODIFIED = tuple(
    "article:modified_time og:updated_time og:article:modified_time og:modified_time datemodified "
    "dc.date.modified dcterms.modified last-modified last_modified lastmod date.modified date.updated "
    "revised modified".split()
)
_AUTHOR = tuple(
    "author article:author parsely-author sailthru.author og:author og:article:author article:author_name "
    "article:byline byl byline cxenseparse:author dc.creator dcterms.creator dc.contributor "
    "citation_author creator lp.article:author dcsext.author bc:authors".split()
)
_ARTICLE_TYPES = ("article", "news", "blog", "post", "story")
_MAX_TAGS = 50
_NEW_EDITION_DAYS = 7  # days after which a change is a new edition
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
    head = read_head(tree)
    linked = claims(head.scripts, url)
    base = (absolute(head.base, url or "") if head.base else None) or url or ""
    canonical = absolute(
        next(iter(head.links.get("canonical", ())), None) or head.first("og:url") or linked.url or "", base
    )
    base = base or canonical or ""
    site_name = head.first("og:site_name", "application-name", "apple-mobile-web-app-title") or linked.publisher
    sites = site_names(head, linked, url, tree)
    lang = language_claim(head, linked)
    title = choose_title(title_claims(head, linked), sites, url) or _second_heading(tree)
    page = Printed(tree, head, title_node(tree, head, title))
    modified = _modified(head, linked)
    published = _published(page, linked, modified, url, lang)
    modified = modified or _printed_change(page, published, lang)
    return Metadata(
        title=title,
        authors=_authors(page, linked, sites, title),
        published_at=published.at if published else None,
        published_precision=published.precision if published else None,
        modified_at=modified.at if modified else None,
        lang=lang,
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
    for source in (linked.authors, head.all(*_AUTHOR)):
        found = clean_authors(source, sites)
        if any(index_form(name) not in own for name in found):
            return _corrected(found, clean_authors(byline_by_title(page), sites))
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


def _corrected(stated: tuple[str, ...], printed: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the printed names where they are more than the stated ones, or persons other than a stated account."""
    if not printed or not all(is_person(name) for name in printed):
        return stated
    before, after = {index_form(name) for name in stated}, {index_form(name) for name in printed}
    if before < after or (not before & after and len(before) == 1):
        return printed
    return stated


def _month_first(head: Head, lang: str | None) -> bool:
    """Tells whether the month stands before the day, as American pages write it."""
    claim = (head.html_lang or head.first("og:locale") or "").lower().replace("_", "-")
    return claim in ("en", "en-us", "") or (
        lang == "en" and not claim.startswith(("en-gb", "en-au", "en-ie", "en-nz", "en-in", "en-za"))
    )


def _published(
    page: Printed, linked: Claims, modified: Moment | None, url: str | None, lang: str | None
) -> Moment | None:
    """Returns the stated date, else the URL's, else the one printed nearest the title, else any that stands alone."""
    month_first = _month_first(page.head, lang)
    claims = (parse_date(text, month_first=month_first) for text in _published_claims(page.head, linked))
    stated = next((moment for moment in claims if moment), None)
    of_url = url_date(url)
    if stated and modified:
        by_schema = bool(linked.published or "datepublished" in page.head.properties)
        if modified.at <= stated.at or modified.at.replace(tzinfo=None) == stated.at.replace(tzinfo=None):
            return _before_generated(page, stated, month_first=month_first) or stated
        if by_schema and (modified.at - stated.at).days >= _NEW_EDITION_DAYS:
            return _new_edition(page.dates(month_first=month_first), stated, modified) or stated
    if stated or of_url:
        return _of_printed_day(page, stated, of_url) if stated and of_url else stated or of_url
    dates = [*page.dates(month_first=month_first), *page.times(month_first=month_first)]
    return _likeliest(dates) or _likeliest(page.dated_lines(month_first=month_first)) or modified


def _likeliest(dates: Sequence[PrintedDate]) -> Moment | None:
    """Returns the first that is called the publication, else the first that is not called an update, else the first."""
    ranked = sorted(dates, key=lambda date: date.changed - date.published)
    return ranked[0].moment if ranked else None


def _before_generated(page: Printed, stated: Moment, *, month_first: bool) -> Moment | None:
    """Returns the day in view, if it is earlier than a stated one that is no earlier than the last change: such pages
    may state when their site was last generated."""
    dates = page.dates(month_first=month_first) or list(page.times(month_first=month_first))[:1]
    labelled = next((date for date in dates if date.published and date.moment.at < stated.at), None)
    if not labelled and (not dates or any(_may_be_the_day(date.moment, stated) for date in dates)):
        return None
    first = labelled or dates[0]
    later = first.changed and first.moment.at > stated.at
    return first.moment if later or (not first.changed and first.moment.at < stated.at) else None


def _new_edition(dates: Sequence[PrintedDate], stated: Moment, modified: Moment) -> Moment | None:
    """Returns the day in view of a page that was rewritten long after its publication and shows its readers only that
    day."""
    if not dates or any(_may_be_the_day(date.moment, stated) for date in dates):
        return None
    first = dates[0].moment
    return first if stated.at < first.at <= modified.at + timedelta(days=2) else None


def _may_be_the_day(printed: Moment, stated: Moment) -> bool:
    """Returns True if a printed day is the stated one somewhere on earth."""
    west, east = stated.at - timedelta(hours=12), stated.at + timedelta(hours=14)
    return west.date() <= printed.at.date() <= east.date()


def _of_printed_day(page: Printed, stated: Moment, of_url: Moment) -> Moment:
    """Returns the stated moment in the page's own offset, where it is stated in UTC and the URL has the neighbouring
    day."""
    if stated.at.utcoffset() or abs((stated.at.date() - of_url.at.date()).days) != 1:
        return stated
    local = (date.moment.at.tzinfo for date in page.times(month_first=False) if date.moment.at.utcoffset())
    moved = stated.at.astimezone(next(local, None) or UTC)
    return Moment(moved, stated.precision) if moved.date() == of_url.at.date() else stated


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


def _published_claims(head: Head, linked: Claims) -> Iterator[str]:
    if linked.published:
        yield linked.published
    yield from head.all(*_PUBLISHED)
    for node, value in head.properties.get("datepublished", ()):
        yield value or node.text()[:100]


def _modified(head: Head, linked: Claims) -> Moment | None:
    stated = [*([linked.modified] if linked.modified else []), *head.all(*_MODIFIED)]
    stated += [value for _, value in head.properties.get("datemodified", ())]
    return next((moment for text in stated if (moment := parse_date(text))), None)


def _printed_change(page: Printed, published: Moment | None, lang: str | None) -> Moment | None:
    """Returns the day in view that is called an update, if it is no earlier than the publication."""
    month_first = _month_first(page.head, lang)
    dates = [*page.dates(month_first=month_first), *page.times(month_first=month_first)]
    return next(
        (
            date.moment
            for date in dates
            if date.changed and (published is None or date.moment.at.date() >= published.at.date())
        ),
        None,
    )


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
