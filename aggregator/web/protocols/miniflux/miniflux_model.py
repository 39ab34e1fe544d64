"""Maps the archive to the objects of Miniflux: its entries are articles, its user is the account."""

from collections.abc import Mapping
from datetime import UTC, datetime

from aggregator.archive.reading_list import ReadingItem
from aggregator.articles.safe_html import shown_html
from aggregator.model import Json
from aggregator.store.account.access_tokens import AccessToken
from aggregator.store.polling.categories import NONE, Category
from aggregator.subscriptions.subscribed import Subscribed
from aggregator.text import hash64
from aggregator.urls import is_http

USER_ID = 1
ALL = "All"
"""What the category of feeds that are in none is called."""
ENCLOSURES = 100
"""The most enclosures of an article that have a number."""
_WORDS_A_MINUTE, _CJK_A_MINUTE = 265, 500
_CJK = ("zh", "ja", "ko")
_NEVER = "0001-01-01T00:00:00Z"


def time(seconds: int | None) -> str:
    """Returns a time as RFC 3339 has it; of one that is not known, the first year."""
    if seconds is None:
        return _NEVER
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def user(name: str) -> Json:
    """Returns the one user, with the settings that a new one has."""
    return {
        "id": USER_ID,
        "username": name,
        "is_admin": True,
        "theme": "light_serif",
        "language": "en_US",
        "timezone": "UTC",
        "entry_sorting_direction": "asc",
        "entry_sorting_order": "published_at",
        "stylesheet": "",
        "custom_js": "",
        "external_font_hosts": "",
        "google_id": "",
        "openid_connect_id": "",
        "entries_per_page": 100,
        "keyboard_shortcuts": True,
        "show_reading_time": True,
        "entry_swipe": True,
        "gesture_nav": "tap",
        "last_login_at": None,
        "display_mode": "standalone",
        "default_reading_speed": _WORDS_A_MINUTE,
        "cjk_reading_speed": _CJK_A_MINUTE,
        "default_home_page": "unread",
        "categories_sorting_order": "unread_count",
        "mark_read_on_view": True,
        "mark_read_on_media_player_completion": False,
        "media_playback_rate": 1,
        "block_filter_entry_rules": "",
        "keep_filter_entry_rules": "",
        "always_open_external_links": False,
        "open_external_links_in_new_tab": True,
    }


def category(one: Category) -> Json:
    """Returns a category."""
    return {"id": one.id, "title": title_of(one), "user_id": USER_ID, "hide_globally": False}


def title_of(one: Category) -> str:
    """Returns what a category is called."""
    return ALL if one.name == NONE else one.name


def feed(one: Subscribed) -> Json:
    """Returns a feed. What Miniflux can set and this program has no use for is as Miniflux has it at first."""
    row, options = one.feed, one.feed.options
    selectors = options.selectors
    return {
        "id": row.id,
        "user_id": USER_ID,
        "feed_url": row.url,
        "site_url": one.page,
        "title": one.title,
        "description": "",
        "checked_at": time(row.last_poll_at),
        "next_check_at": time(row.next_poll_at),
        "etag_header": row.etag or "",
        "last_modified_header": row.last_modified or "",
        "parsing_error_message": row.last_error or "",
        "parsing_error_count": row.failures,
        "scraper_rules": (selectors.body if selectors else None) or "",
        "rewrite_rules": "",
        "urlrewrite_rules": "",
        "blocklist_rules": "",
        "keeplist_rules": "",
        "block_filter_entry_rules": "",
        "keep_filter_entry_rules": "",
        "crawler": getattr(options, "full_text", "always") == "always",
        "user_agent": "",
        "cookie": "",
        "username": "",
        "password": "",
        "disabled": row.gone_at is not None,
        "no_media_player": False,
        "ignore_http_cache": False,
        "ignore_entry_updates": False,
        "allow_self_signed_certificates": False,
        "fetch_via_proxy": False,
        "hide_globally": False,
        "disable_http2": False,
        "proxy_url": "",
        "category": category(one.category),
        "icon": {"feed_id": row.id, "icon_id": row.id, "external_icon_id": ""},
    }


def entry(item: ReadingItem, feeds: Mapping[str, Json]) -> Json:
    """Returns an article as an entry of its feed, one of `feeds` by URL."""
    article = item.article
    its_feed = feeds[article.feed or ""]
    return {
        "id": article.id,
        "user_id": USER_ID,
        "feed_id": its_feed["id"],
        "status": "read" if item.mark.read_at is not None else "unread",
        "hash": f"{hash64(article.canonical_url) & (2**64 - 1):016x}",
        "title": article.title or article.url,
        "url": article.url,
        "comments_url": "",
        "published_at": time(item.at),
        "created_at": time(int(article.fetched_at.timestamp())),
        "changed_at": time(item.changed_at),
        "content": shown_html(item.html),
        "author": ", ".join(article.authors),
        "share_code": "",
        "starred": item.mark.starred_at is not None,
        "reading_time": reading_time(article.word_count, article.lang),
        "enclosures": enclosures(item),
        "feed": its_feed,
        "tags": list(article.tags),
    }


def reading_time(words: int, lang: str | None) -> int:
    """Returns how many minutes it takes to read so many words, or characters of a script without blanks."""
    a_minute = _CJK_A_MINUTE if (lang or "")[:2] in _CJK else _WORDS_A_MINUTE
    return -(-words // a_minute)


def enclosures(item: ReadingItem) -> list[Json]:
    """Returns the files that an article's entry carries. Their ids are made of the article's."""
    return [
        {
            "id": item.article.id * ENCLOSURES + number,
            "user_id": USER_ID,
            "entry_id": item.article.id,
            "url": one.url,
            "mime_type": one.type or "application/octet-stream",
            "size": one.length or 0,
            "media_progression": 0,
        }
        for number, one in enumerate(item.enclosures[:ENCLOSURES])
        if is_http(one.url)
    ]


def api_key(token: AccessToken, secret: str = "") -> Json:
    """Returns a token; its secret is known only when it is made."""
    used = None if token.used_at is None else time(token.used_at)
    return {
        "id": token.id,
        "user_id": USER_ID,
        "description": token.name,
        "token": secret,
        "created_at": time(token.created_at),
        "last_used_at": used,
    }
