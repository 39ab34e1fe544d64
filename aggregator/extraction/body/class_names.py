"""What the words in an element's class, id, role and itemprop say about it: one bit a meaning.

A word is looked at once and remembered, as the same few thousand words name the parts of pages everywhere.
"""

import re
from functools import lru_cache

COMMENT, SHARE, RELATED, PROMO, ADVERT, NAVIGATION, FOOTER, BYLINE, DATE, CAPTION, LEAD, BODY, ARTICLE, TITLE, TAGS, SIDE, HIDDEN, COOKIE, TEASER, MEDIA, FACTBOX, AUTHOR_BIO, HEADER, PAYWALL, CONTENT, QUOTE, LIVE, RATING, POSTED, EXPAND, LOGIN = (
    1 << bit for bit in range(31)
)  # fmt: skip
BIT_NAMES = (
    "comment", "share", "related", "promo", "advert", "navigation", "footer", "byline", "date", "caption", "lead", "body", "article", "title", "tags", "side", "hidden", "cookie", "teaser", "media", "factbox", "author_bio", "header", "paywall", "content", "quote", "live", "rating", "posted", "expand", "login",
)  # fmt: skip

# Parts of words; ^ and $ stand for a word's beginning and end.
_MEANINGS: tuple[tuple[int, str], ...] = (
    (COMMENT, "comment disqus respond replies reply discussion kommentar comentario commentaire livefyre coral guestbook"),
    (SHARE, "share sharing social facebook twitter whatsapp addthis sharedaddy teilen partager follow"),
    (RELATED, "relat recommend recirc similar readmore moreon morefrom mostread mostpopular popular trending outbrain taboola youmay suggest seealso further nextup upnext upsell onward more$ latest also"),
    (PROMO, "promo newsletter subscri signup optin cta$ campaign sponsor donat membership marketing offer banner app$ abo$ shop product buy affiliate mailchimp hubspot form$ ask$"),
    (ADVERT, "^ad$ ^ads$ advert ^adv$ adsense dfp googlead ^gpt anzeige publicid werbung ^mpu$ doubleclick adslot adunit adbox"),
    (NAVIGATION, "^nav navi menu breadcrumb pager pagination ^crumb ^crumbs toolbar skip jump sitemap toc$ tab$ tabs$ search paging"),
    (FOOTER, "foot copyright legal disclaimer imprint colophon bottom terms"),
    (BYLINE, "byline author writer credit autor reporter journalist vcard verfasser source$ bylin"),
    (DATE, "date time publish posted updated datum fecha timestamp meta ^info$"),
    (CAPTION, "caption credit legend bildunter photo image picture figure foto thumb img"),
    (LEAD, "lead lede standfirst dek$ deck$ subtitle subhead sub$ summary intro chapo excerpt abstract kicker teasertext entradilla ingress vorspann sottotitolo occhiello sommario bajada synopsis strapline strap$ heading2 description perex anons zajawka manset spot"),
    (BODY, "body entry articlecontent articletext storytext storycontent postcontent fulltext maincontent richtext rte$ wysiwyg prose paragraph text$ texto$"),
    (ARTICLE, "article artikel articulo story post$ blog hentry news single"),
    (TITLE, "title headline heading ^h1$ titre titulo titel headln"),
    (TAGS, "^tag$ ^tags$ taglist tagcloud topic keyword categor rubri hashtag section$ label tagged ^cat$ chip badge pill"),
    (SIDE, "side aside widget rail ^right ^left complement sticky float column$ ^col$"),
    (HIDDEN, "hidden ^hide invisible visually sronly screenreader screen$ noprint offscreen collapse print$ tooltip"),
    (COOKIE, "cookie consent gdpr privacy ^ot$ ^pc$ didomi sourcepoint usercentrics ^cmp$ ^sp$ republi modal popup overlay dialog lightbox toast onetrust alert notice interstitial"),
    (TEASER, "teaser card tile listing ^list$ grid carousel slider slick swiper feed stream archive item$ items$ promo"),
    (MEDIA, "video audio player gallery slideshow embed podcast iframe media widget chart infographic poll quiz"),
    (FACTBOX, "factbox infobox box$ aside highlight keypoint takeaway bullet callout note summary sidebar fact$ facts$"),
    (AUTHOR_BIO, "bio aboutauthor authorbox authorinfo profile about avatar gravatar contributor"),
    (HEADER, "head masthead ^top hero logo brand branding"),
    (PAYWALL, "paywall premium subscriber locked regwall piano metered gate$ gated plus$ barrier"),
    (CONTENT, "content contenido inhalt main primary center page$"),
    (QUOTE, "quote zitat citation pull"),
    (LIVE, "live ticker update timeline"),
    (POSTED, "tweet instagram tiktok fbpost bluesky telegrampost socialembed"),
    (EXPAND, "expand accordion collaps toggle spoiler readmore truncat fade unfold"),
    (LOGIN, "login signin signup regist account password user$ forgot verificat verifyemail changepass resetpass"),
    (RATING, "rating vote score review recipe ingredient price"),
)  # fmt: skip


def _by_start() -> dict[str, tuple[tuple[str, int], ...]]:
    """The parts with their bits, by their first three letters: a word is looked through in one pass."""
    found: dict[str, dict[str, int]] = {}
    for bit, parts in _MEANINGS:
        for part in parts.split():
            of_start = found.setdefault(part[:3], {})
            of_start[part] = of_start.get(part, 0) | bit
    return {start: tuple(parts.items()) for start, parts in found.items()}


_BY_START = _by_start()
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@lru_cache(maxsize=65536)
def _word_meaning(word: str) -> int:
    mask = 0
    marked = f"^{word[:40]}$"
    for at in range(len(marked) - 2):
        for part, bit in _BY_START.get(marked[at : at + 3], ()):
            if marked.startswith(part, at):
                mask |= bit
    return mask


@lru_cache(maxsize=65536)
def _name_meaning(name: str) -> int:
    """The bits of one class or id; `articleBody` counts whole and in parts."""
    mask = 0
    parts = [part.lower() for part in _WORD.findall(name) if len(part) > 1]
    for part in parts:
        mask |= _word_meaning(part)
    if len(parts) > 1:
        mask |= _word_meaning("".join(parts[:4]))
    return mask


@lru_cache(maxsize=16384)
def meaning(names: str) -> int:
    """The bits of all words in `names` (class, id … joined by spaces)."""
    mask = 0
    for name in names[:300].split():
        mask |= _name_meaning(name)
    return mask
