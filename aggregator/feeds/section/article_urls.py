"""Judges whether an address looks like that of an article, by its path and query."""

import re
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

_DATE = re.compile(
    r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2]|[1-9](?=[/-]))(?:[/-]?(0[1-9]|[12]\d|3[01]|[1-9](?=[/-]))(?!\d))?(?=[/_-])"
)
_FILE = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|webp|svg|mp3|mp4|m4a|zip|xml|rss|atom|json|ics|epub|docx?|xlsx?|css|js)$", re.IGNORECASE
)
_PAGE_END = re.compile(r"\.(?:s?html?|php|aspx?|stm|jsp|cms|ece|amp)$", re.IGNORECASE)
_INDEX = re.compile(r"(?:index|default)\.\w{2,5}")
_ID = re.compile(r"(?<!\d)\d{5,}(?!\d)|(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{10,}$")
_QUERY_ID = re.compile(
    r"(?:^|&)(?:p|id|aid|nid|art|article|articleid|story|storyid|news|newsid|post|idxno)=[\w-]*\d[\w-]*(?:&|$)",
    re.IGNORECASE,
)
# Path segments of lists, of the paper itself, and of services.
_LIST_SEGMENTS = """
tag tags topic topics category categories cat author authors autor auteur person people profile profiles user users
member members staff team about about-us ueber-uns impressum imprint contact contact-us kontakt contacto privacy
privacy-policy datenschutz terms terms-of-use terms-of-service legal cookies cookie-policy login log-in signin
sign-in signup sign-up register account subscribe subscription subscriptions abo abonnement newsletter newsletters
search suche page pages feed feeds rss archive archives shop store jobs careers advertise advertising donate help
faq faqs support sitemap press events event calendar podcasts horoscope weather games crossword puzzles apps index
home wp-admin wp-login cart share intent comments comment accessibility editorial-guidelines ethics masthead rules
corrections
"""
_LISTS = frozenset(_LIST_SEGMENTS.split())
_SERVICE = re.compile(r"(?:terms|privacy|cookie|subscri|newsletter|advertis|datenschutz|nutzungsbedingungen)[\w-]*")
_SERVICE_HOST_LABELS = """
jobs job stellenmarkt karriere careers shop store abo subscribe account accounts login my support help ads
"""
_SERVICE_HOSTS = frozenset(_SERVICE_HOST_LABELS.split())
# Parameters of what one does with an article, on its own address.
_ACTION = re.compile(
    r"(?:^|&)(?:replytocom|like_comment|_wpnonce|share|print|action|redirect|return_?(?:url|to)?)=", re.IGNORECASE
)
_ONLY_DATE = re.compile(r"(?:/[\w-]+)?/(?:19|20)\d\d(?:/\d\d?){0,2}/?")
_SEGMENTS_BEFORE_LISTS = """
tag tags topic topics category categories author authors autor auteur user users profile profiles people search page
label labels job jobs stellenmarkt shop product products
"""
_BEFORE_LISTS = frozenset(_SEGMENTS_BEFORE_LISTS.split())


def day_in(url: str) -> datetime | None:
    """Returns the day in an address (`/2025/03/05/`), midnight UTC; None if there is none."""
    try:
        found = _DATE.search(urlsplit(url).path)
        if found is None or not found[3]:
            return None
        return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC)
    except ValueError:
        return None


def key(normal: str) -> str:
    """Returns what tells one article of a page from another: its normal address, without a query that only says where
    the link stood, and without a slash at its end."""
    bare, _, query = normal.partition("?")
    if query and (_QUERY_ID.search(query[:500]) or score(bare) < 2.0):
        return normal
    try:
        return bare.rstrip("/") if urlsplit(bare).path.strip("/") else bare
    except ValueError:
        return bare


def score(url: str) -> float:
    """Scores how much an address looks like that of an article: about -6 (surely not) to 6."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return -5.0
    path = unquote(parts.path[:2000]).lower()
    segments = [part for part in path.split("/") if part]
    if len(segments) > 1 and _INDEX.fullmatch(segments[-1]):
        segments.pop()
    by_query = 1.5 if _QUERY_ID.search(parts.query[:500]) else 0.0
    if not segments:
        return by_query - 4.0
    if _FILE.search(path):
        return -5.0
    if _ACTION.search(parts.query[:500]) or _ONLY_DATE.fullmatch(path) or _is_service(parts.hostname, segments[0]):
        return -4.0
    last = _PAGE_END.sub("", segments[-1])
    if last in _LISTS or (len(segments) > 1 and not _BEFORE_LISTS.isdisjoint(segments[:-1])) or last.startswith("@"):
        return by_query - 4.0
    total = by_query + (3.0 if _DATE.search(path + "/") else 0.0) + _slug(segments)
    total += 1.5 if _ID.search(last) or (len(segments) > 1 and _ID.search(segments[-2])) else 0.0
    total += 0.5 if last != segments[-1] else 0.0
    if len(segments) == 1 and total <= 0:
        total -= 2.0
    return total


def _is_service(host: str | None, first: str) -> bool:
    return (host or "").partition(".")[0] in _SERVICE_HOSTS or _SERVICE.fullmatch(first) is not None


def _slug(segments: list[str]) -> float:
    """Scores the longest of the last two segments: a title in small is many words, or long in other scripts."""
    best = 0.0
    for segment in segments[-2:]:
        words = [word for word in re.split(r"[-_+ ]+", segment) if word and not word.isdigit()]
        strange = sum(character > "\x7f" for character in segment)
        value = 2.0 if len(words) >= 4 or strange >= 10 else 1.0 if len(words) == 3 else 0.0
        best = max(best, value)
    return best
