"""Tells what the words in an element's class, id, role and itemprop say about it: one bit a meaning.

A word is looked at once and remembered, as the same few thousand words name the parts of pages everywhere.
"""

import re
from functools import lru_cache

# The meanings in the order of their bits, each with parts of words; ^ and $ stand for a word's beginning and end.
_MEANINGS = {
    "comment": "comment disqus respond replies reply discussion kommentar comentario commentaire livefyre coral "
    "guestbook",
    "share": "share sharing social facebook twitter whatsapp addthis sharedaddy teilen partager follow",
    "related": "relat recommend recirc similar readmore moreon morefrom mostread mostpopular popular trending outbrain "
    "taboola youmay suggest seealso further nextup upnext upsell onward more$ latest also",
    "promo": "promo newsletter subscri signup optin cta$ campaign sponsor donat membership marketing offer banner app$ "
    "abo$ shop product buy affiliate mailchimp hubspot form$ ask$",
    "advert": "^ad$ ^ads$ advert ^adv$ adsense dfp googlead ^gpt anzeige publicid werbung ^mpu$ doubleclick adslot "
    "adunit adbox",
    "navigation": "^nav navi menu breadcrumb pager pagination ^crumb ^crumbs toolbar skip jump sitemap toc$ tab$ tabs$ "
    "search paging",
    "footer": "foot copyright legal disclaimer imprint colophon bottom terms",
    "byline": "byline author writer credit autor reporter journalist vcard verfasser source$ bylin",
    "date": "date time publish posted updated datum fecha timestamp meta ^info$",
    "caption": "caption credit legend bildunter photo image picture figure foto thumb img",
    "lead": "lead lede standfirst dek$ deck$ subtitle subhead sub$ summary intro chapo excerpt abstract kicker "
    "teasertext entradilla ingress vorspann sottotitolo occhiello sommario bajada synopsis strapline strap$ heading2 "
    "description perex anons zajawka manset spot epigraph",
    "body": "body entry articlecontent articletext storytext storycontent postcontent fulltext maincontent richtext "
    "rte$ wysiwyg prose paragraph text$ texto$",
    "article": "article artikel articulo story post$ blog hentry news single",
    "title": "title headline heading ^h1$ titre titulo titel headln",
    "tags": "^tag$ ^tags$ taglist tagcloud topic keyword categor rubri hashtag section$ label tagged ^cat$ chip badge "
    "pill",
    "side": "side aside widget rail ^right ^left complement sticky float column$ ^col$",
    "hidden": "hidden ^hide invisible visually sronly screenreader screen$ noprint offscreen collapse print$ tooltip",
    "cookie": "cookie consent gdpr privacy ^ot$ ^pc$ didomi sourcepoint usercentrics ^cmp$ ^sp$ republi modal popup "
    "overlay dialog lightbox toast onetrust alert notice interstitial",
    "teaser": "teaser card tile listing ^list$ grid carousel slider slick swiper feed stream archive item$ items$ "
    "promo",
    "media": "video audio player gallery slideshow embed podcast iframe media widget chart infographic poll quiz",
    "factbox": "factbox infobox box$ aside highlight keypoint takeaway bullet callout note summary sidebar fact$ "
    "facts$",
    "author_bio": "bio aboutauthor authorbox authorinfo profile about avatar gravatar contributor",
    "header": "head masthead ^top hero logo brand branding",
    "paywall": "paywall premium subscriber locked regwall piano metered gate$ gated plus$ barrier",
    "content": "content contenido inhalt main primary center page$",
    "quote": "quote zitat citation pull",
    "live": "live ticker update timeline",
    "rating": "rating vote score review recipe ingredient price",
    "posted": "tweet instagram tiktok fbpost bluesky telegrampost socialembed",
    "expand": "expand accordion collaps toggle spoiler readmore truncat fade unfold",
    "login": "login signin signup regist account password user$ forgot verificat verifyemail changepass resetpass",
}
BIT_NAMES = tuple(_MEANINGS)


def bit(name: str) -> int:
    """Returns the bit of a meaning."""
    return 1 << BIT_NAMES.index(name)


ADVERT = bit("advert")
AUTHOR_BIO = bit("author_bio")
CAPTION = bit("caption")
COMMENT = bit("comment")
COOKIE = bit("cookie")
HIDDEN = bit("hidden")
LEAD = bit("lead")
LOGIN = bit("login")
NAVIGATION = bit("navigation")
PAYWALL = bit("paywall")
PROMO = bit("promo")
QUOTE = bit("quote")
RELATED = bit("related")
SHARE = bit("share")
TEASER = bit("teaser")


def _by_start() -> dict[str, tuple[tuple[str, int], ...]]:
    """Returns the parts with their bits, by their first three letters: a word is looked through in one pass."""
    found: dict[str, dict[str, int]] = {}
    for name, parts in _MEANINGS.items():
        for part in parts.split():
            of_start = found.setdefault(part[:3], {})
            of_start[part] = of_start.get(part, 0) | bit(name)
    return {start: tuple(parts.items()) for start, parts in found.items()}


_BY_START = _by_start()
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@lru_cache(maxsize=65536)
def _word_meaning(word: str) -> int:
    mask = 0
    marked = f"^{word[:40]}$"
    for at in range(len(marked) - 2):
        if (parts := _BY_START.get(marked[at : at + 3])) is not None:
            for part, bits in parts:
                if marked.startswith(part, at):
                    mask |= bits
    return mask


@lru_cache(maxsize=65536)
def _name_meaning(name: str) -> int:
    """Returns the bits of one class or id; `articleBody` counts whole and in parts."""
    if name.isalpha() and name.islower() and name.isascii():
        return _word_meaning(name) if len(name) > 1 else 0
    mask = 0
    parts = [part.lower() for part in _WORD.findall(name) if len(part) > 1]
    for part in parts:
        mask |= _word_meaning(part)
    if len(parts) > 1:
        mask |= _word_meaning("".join(parts[:4]))
    return mask


@lru_cache(maxsize=16384)
def meaning(names: str) -> int:
    """Returns the bits of all words in `names` (class, id … joined by spaces)."""
    mask = 0
    for name in names[:300].split():
        mask |= _name_meaning(name)
    return mask
