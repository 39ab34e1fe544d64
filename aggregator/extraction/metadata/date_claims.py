"""Gathers every day that a page and its address name, each with the kind of place that names it."""

import re
from collections.abc import Iterator, Sequence, Set
from datetime import date
from functools import lru_cache
from itertools import islice
from urllib.parse import urlsplit

from aggregator.extraction.metadata.head import Head
from aggregator.extraction.metadata.jsonld import Claims
from aggregator.extraction.metadata.page_dates import Moment, parse_date, url_date
from aggregator.extraction.metadata.publication import LONG, STATED, DateClaim
from aggregator.extraction.metadata.visible_facts import Printed, PrintedDate

_PUBLISHED = tuple(
    "article:published_time og:article:published_time datepublished date.issued dc.date.issued "
    "dcterms.issued dcterms.created dc.date.created parsely-pub-date sailthru.date "
    "cxenseparse:recs:publishtime cxenseparse:publishtime pubdate publishdate publish-date publish_date "
    "publication_date og:published_time og:publish_date og:pubdate article:published published "
    "published_at publishtime publish_time date.created datecreated content:publishdate "
    "originalpublicationdate ptime rnews:datepublished bt:pubdate article.published "
    "article_date_original cms_creationdate".split()
)
_OTHER = tuple(
    "citation_publication_date citation_date citation_online_date dc.date dcterms.date date displaydate lastpub "
    "timestamp".split()
)
_MODIFIED = tuple(
    "article:modified_time og:updated_time og:article:modified_time og:modified_time datemodified "
    "dc.date.modified dcterms.modified last-modified last_modified lastmod date.modified date.updated "
    "revised modified".split()
)
# Other names of meta elements that say as much.
_NAMES_PUBLICATION = re.compile(
    r"publi\w*[-_.: ]?(?:date|time|on|at)\b|(?:date|time)[-_.: ]?publi|\bpub[-_.]?date|creat\w*[-_.: ]?(?:date|time)"
    r"|date[-_.: ]?creat|release[-_.]?date|datum$|fecha$"
)
_NAMES_CHANGE = re.compile(r"modif|updat|revis|lastmod|expir|unpublish")
# Names of fields in a page's state.
_IN_STATE = re.compile(
    r"\\?\"(?:datePublished|publish(?:ed)?(?:_?at|_?date|_?on|_?time)?|publicationDate|firstPublished\w*|createdAt|created_at"
    r"|pubDate|dateCreated)\\?\"\s*:\s*\\?\"((?:19|20)\d\d-\d\d-\d\d[^\"\\]{0,22})",
    re.IGNORECASE,
)
_MAX_CLAIMS = 4  # of one kind
_MAX_TIMES = 6
_KNOWN = frozenset((*_PUBLISHED, *_OTHER, *_MODIFIED))
# Of the domains of two letters, those whose sites may write the month first; others write the day first, whatever
# language their pages state.
_MONTH_FIRST_TOPS = frozenset("us co io ai tv me ph gov".split())


def date_claims(page: Printed, linked: Claims, url: str | None, lang: str | None) -> list[DateClaim]:
    """Returns the claims of a page in the order of belief."""
    month_first = writes_month_first(page.head, lang, url)
    stated = list(_stated(page.head, linked, url, month_first))
    if _is_settled(stated):
        return stated  # as on half of all news pages: what is printed need not be looked for
    printed = list(_near(page, month_first))
    if not any(claim.source in STATED for claim in stated):
        known = {claim.moment.at.date() for claim in printed}
        printed += [claim for claim in _elsewhere(page, month_first) if claim.moment.at.date() not in known]
    if not stated and not printed:
        return list(_last_straws(page, linked))
    sure = {claim.moment.at.date() for claim in stated}
    return [*stated, *(_as_meant(claim, sure) for claim in printed)]


def _is_settled(stated: Sequence[DateClaim]) -> bool:
    """Tells whether all that a page states agrees on one day in its own offset: no print could speak against it."""
    publications = [claim.moment.at for claim in stated if claim.source in STATED]
    changes = [claim.moment.at for claim in stated if claim.source == "changed"]
    days = {at.date() for at in publications}
    of_url = {claim.moment.at.date() for claim in stated if claim.source == "url"}
    if len(days) != 1 or not changes or not of_url <= days:
        return False
    (day,) = days
    if not all(0 <= (change.date() - day).days < LONG for change in changes):
        return False
    kinds = {claim.source for claim in stated if claim.source in STATED}
    return bool(publications[0].utcoffset() or of_url or (len(kinds) > 1 and max(changes) > publications[0]))


def _as_meant(claim: DateClaim, sure: Set[date]) -> DateClaim:
    """Returns the claim with day and month exchanged, if only so it is a day that is stated: 03/10 read as 10/03."""
    at = claim.moment.at
    if at.date() in sure or at.day > 12 or at.day == at.month:
        return claim
    other = at.replace(month=at.day, day=at.month)
    return DateClaim(claim.source, Moment(other, claim.moment.precision)) if other.date() in sure else claim


def writes_month_first(head: Head, lang: str | None, url: str | None) -> bool:
    """Tells whether the month stands before the day, as American pages write it."""
    claim = (head.html_lang or head.first("og:locale") or "").lower().replace("_", "-")
    if claim not in ("en", ""):
        return claim == "en-us" or (
            lang == "en" and not claim.startswith(("en-gb", "en-au", "en-ie", "en-nz", "en-in", "en-za"))
        )
    try:
        top = (urlsplit(url or "").hostname or "").rsplit(".", 1)[-1]
    except ValueError:
        top = ""
    return len(top) != 2 or top in _MONTH_FIRST_TOPS


def _stated(head: Head, linked: Claims, url: str | None, month_first: bool) -> Iterator[DateClaim]:
    marked = [value or node.text()[:100] for node, value in head.properties.get("datepublished", ())]
    for source, texts in (
        ("linked", [linked.published] if linked.published else []),
        ("meta", head.all(*_PUBLISHED)),
        ("other_meta", [*head.all(*_OTHER), *_of_other_names(head)]),
        ("marked", marked),
        ("changed", changed_texts(head, linked)),
    ):
        for text in texts[:_MAX_CLAIMS]:
            moment = parse_date(text, month_first=month_first)
            if moment:
                yield DateClaim(source, moment)
    of_url = url_date(url)
    if of_url:
        yield DateClaim("url", of_url)


def _of_other_names(head: Head) -> Iterator[str]:
    for name, values in head.meta.items():
        if _names_publication(name):
            yield values[0]
    yield from (value for _, value in head.properties.get("datecreated", ()))


@lru_cache(maxsize=4096)
def _names_publication(name: str) -> bool:
    """Tells whether a meta element of this name, none of those that are known, states the publication."""
    return name not in _KNOWN and bool(_NAMES_PUBLICATION.search(name)) and not _NAMES_CHANGE.search(name)


def changed_texts(head: Head, linked: Claims) -> list[str]:
    """Returns what states the last change."""
    stated = [*([linked.modified] if linked.modified else []), *head.all(*_MODIFIED)]
    return stated + [value for _, value in head.properties.get("datemodified", ())]


def _near(page: Printed, month_first: bool) -> Iterator[DateClaim]:
    near = page.dates(month_first=month_first)
    for number, shown in enumerate(near):
        yield DateClaim(_source("near_later" if number else "near", "near", shown), shown.moment)
    first = True
    for shown in islice(page.times(month_first=month_first), _MAX_TIMES):
        yield DateClaim(_source("time" if first and not shown.aside else "time_later", "time", shown), shown.moment)
        first = first and shown.aside


def _elsewhere(page: Printed, month_first: bool) -> Iterator[DateClaim]:
    for number, shown in enumerate(page.dated_lines(month_first=month_first)):
        yield DateClaim(_source("line_later" if number else "line", "line", shown), shown.moment)


def _last_straws(page: Printed, linked: Claims) -> Iterator[DateClaim]:
    """Yields the days in a page's state and in the address of its picture."""
    for text in islice(_IN_STATE.finditer(page.text), _MAX_CLAIMS):
        moment = parse_date(text[1])
        if moment:
            yield DateClaim("state", moment)
    of_image = url_date(page.head.first("og:image", "twitter:image") or linked.image)
    if of_image:
        yield DateClaim("image", of_image)


def _source(plain: str, place: str, shown: PrintedDate) -> str:
    if shown.changed == shown.published:
        return plain
    return f"{place}_changed" if shown.changed else f"{place}_published"
