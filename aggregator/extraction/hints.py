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

_MEANINGS: tuple[tuple[int, str], ...] = (
    (COMMENT, r"comment|disqus|respond|replies|reply|discussion|kommentar|comentario|commentaire|livefyre|coral|guestbook"),
    (SHARE, r"shar(e|ing)|social|facebook|twitter|whatsapp|addthis|sharedaddy|teilen|partager|follow"),
    (RELATED, r"relat|recommend|recirc|similar|readmore|moreon|morefrom|mostread|mostpopular|popular|trending|outbrain|taboola|youmay|suggest|seealso|further|nextup|upnext|upsell|onward|more$|latest|also"),
    (PROMO, r"promo|newsletter|subscri|signup|optin|cta$|campaign|sponsor|donat|membership|marketing|offer|banner|app$|abo$|shop|product|buy|affiliate|mailchimp|hubspot|form$|ask$"),
    (ADVERT, r"^ads?$|advert|^adv$|adsense|dfp|googlead|^gpt|anzeige|publicid|werbung|^mpu$|doubleclick|adslot|adunit|adbox"),
    (NAVIGATION, r"^nav|navi|menu|breadcrumb|pager|pagination|^crumbs?|toolbar|skip|jump|sitemap|toc$|tabs?$|search|paging"),
    (FOOTER, r"foot|copyright|legal|disclaimer|imprint|colophon|bottom|terms"),
    (BYLINE, r"byline|author|writer|credit|autor|reporter|journalist|vcard|verfasser|source$|bylin"),
    (DATE, r"date|time|publish|posted|updated|datum|fecha|timestamp|meta|^info$"),
    (CAPTION, r"caption|credit|legend|bildunter|photo|image|picture|figure|foto|thumb|img"),
    (LEAD, r"lead|lede|standfirst|dek$|deck$|subtitle|subhead|sub$|summary|intro|chapo|excerpt|abstract|kicker|teasertext|entradilla|ingress|vorspann|sottotitolo|occhiello|sommario|bajada|synopsis|strapline|strap$|heading2|description|perex|anons|zajawka|manset|spot"),
    (BODY, r"body|entry|articlecontent|articletext|storytext|storycontent|postcontent|fulltext|maincontent|richtext|rte$|wysiwyg|prose|paragraph|texto?$"),
    (ARTICLE, r"article|artikel|articulo|story|post$|blog|hentry|news|single"),
    (TITLE, r"title|headline|heading|^h1$|titre|titulo|titel|headln"),
    (TAGS, r"^tags?$|taglist|tagcloud|topic|keyword|categor|rubri|hashtag|section$|label|tagged|^cat$|chip|badge|pill"),
    (SIDE, r"side|aside|widget|rail|^right|^left|complement|sticky|float|column$|^col$"),
    (HIDDEN, r"hidden|^hide|invisible|visually|sronly|screenreader|screen$|noprint|offscreen|collapse|print$|tooltip"),
    (COOKIE, r"cookie|consent|gdpr|privacy|^ot$|^pc$|didomi|sourcepoint|usercentrics|^cmp$|^sp$|republi|modal|popup|overlay|dialog|lightbox|toast|onetrust|alert|notice|interstitial"),
    (TEASER, r"teaser|card|tile|listing|^list$|grid|carousel|slider|slick|swiper|feed|stream|archive|items?$|promo"),
    (MEDIA, r"video|audio|player|gallery|slideshow|embed|podcast|iframe|media|widget|chart|infographic|poll|quiz"),
    (FACTBOX, r"factbox|infobox|box$|aside|highlight|keypoint|takeaway|bullet|callout|note|summary|sidebar|facts?$"),
    (AUTHOR_BIO, r"bio|aboutauthor|authorbox|authorinfo|profile|about|avatar|gravatar|contributor"),
    (HEADER, r"head|masthead|^top|hero|logo|brand|branding"),
    (PAYWALL, r"paywall|premium|subscriber|locked|regwall|piano|metered|gate$|gated|plus$|barrier"),
    (CONTENT, r"content|contenido|inhalt|main|primary|center|page$"),
    (QUOTE, r"quote|zitat|citation|pull"),
    (LIVE, r"live|ticker|update|timeline"),
    (POSTED, r"tweet|instagram|tiktok|fbpost|bluesky|telegrampost|socialembed"),
    (EXPAND, r"expand|accordion|collaps|toggle|spoiler|readmore|truncat|fade|unfold"),
    (LOGIN, r"login|signin|signup|regist|account|password|user$"),
    (RATING, r"rating|vote|score|review|recipe|ingredient|price"),
)  # fmt: skip
_COMPILED = tuple((bit, re.compile(pattern)) for bit, pattern in _MEANINGS)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


@lru_cache(maxsize=65536)
def _word_meaning(word: str) -> int:
    mask = 0
    for bit, pattern in _COMPILED:
        if pattern.search(word):
            mask |= bit
    return mask


@lru_cache(maxsize=32768)
def meaning(names: str) -> int:
    """The bits of all words in `names` (class, id … joined by spaces); `articleBody` counts whole and in parts."""
    mask = 0
    for name in names[:300].split():
        parts = _WORD.findall(name)
        for part in parts:
            mask |= _word_meaning(part.lower()[:30])
        if len(parts) > 1:
            mask |= _word_meaning("".join(parts[:4]).lower()[:60])
    return mask
