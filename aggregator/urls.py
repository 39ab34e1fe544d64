"""Works on URLs: joining, the normal form that identifies an article, and the site a URL belongs to."""

import re
from functools import lru_cache
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from aggregator.errors import UsageError

if TYPE_CHECKING:
    from tldextract import TLDExtract

# Parameters that say where a reader came from and never which page is meant. Sources: the documentation of
# Google Analytics and Ads, Meta, Microsoft, Yandex, Mailchimp, HubSpot, Matomo, Piano/AT Internet, Adobe and X.
_TRACKING = re.compile(
    r"(?:utm_|mtm_|matomo_|pk_|piwik_|hsa_|at_(?:medium|campaign|custom|link|format|ptr|bbc)|vero_|oly_|ns_|wt_?mc|itm_"
    r"|stm_|cmpid|ga_)"
    r"|(?:fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|ysclid|twclid|ttclid|igshid|igsh|li_fat_id|mc_cid|mc_eid"
    r"|_hsenc|_hsmi|mkt_tok|s_cid|s_kwcid|ocid|icid|ncid|cmp|smid|smtyp|sr_share|_openstat|ref_src|ref_url|xtor|wtmc|spm"
    r"|guccounter|guce_referrer|guce_referrer_sig|__twitter_impression|__tn__|amp_js_v|usqp|sharetype|share_source)$",
    re.IGNORECASE,
)
_SAFE = "!$&'()*+,;=:@/~-._%[]"
# Absolute already, with nothing in it that joining would change; most links are, and this takes a tenth of the time.
_PLAIN = re.compile(
    r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[0-9]{1,5})?"
    r"(?:/(?:[A-Za-z0-9_%&=+~,;:@!$()*?-]|\.(?![./])|/(?!\.))*)?(?:#[A-Za-z0-9_-]*)?"
)
_OTHER_SCHEME = re.compile(r"\s*[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)  # `mailto:…`; a number is that of a port
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_HOST = 253  # characters; no name of the DNS is longer


def absolute(link: str, base: str) -> str | None:
    """Makes `link` absolute against `base`; None if the result is no http(s) URL with a host."""
    if _PLAIN.fullmatch(link):
        return link
    try:
        joined = urljoin(base, link.strip())
        parts = urlsplit(joined)
        return joined if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def is_http(url: str) -> bool:
    """Tells whether this is an http or https URL with a host, and a port that there may be if it names one."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def without_blanks(url: str) -> str:
    """Returns a URL as browsers read one with white space: none at its ends, no line breaks, spaces behind the host
    escaped."""
    url = re.sub(r"[\t\r\n]", "", url.strip())
    host = re.match(r"[^/]*//[^/?#]*", url)
    start = host.end() if host else len(url)
    return url[:start] + re.sub(r"\s", "%20", url[start:])


def full_url(typed: str) -> str:
    """Completes a URL as a person types it: `example.org` is meant as https, and blanks are escaped. Raises
    UsageError if it is none."""
    full = without_blanks(typed if "://" in typed or _OTHER_SCHEME.match(typed) else f"https://{typed.strip()}")
    if not is_http(full) or any(character.isspace() for character in full):
        raise UsageError(f"{typed}: not an http:// or https:// URL")
    return full


def normalise(url: str) -> str:
    """Returns the normal form by which an article is identified: host in lower case and ASCII, no fragment, no default
    port, no tracking parameters, percent-encoding made uniform. What can't be read as a URL comes back as it is."""
    try:
        parts = urlsplit(url.strip())
        host = host_of(parts)
        if not host:
            return url
        port = parts.port
    except ValueError:
        return url
    scheme = parts.scheme.lower()
    netloc = host if port is None or port == _DEFAULT_PORTS.get(scheme) else f"{host}:{port}"
    path = quote(parts.path, safe=_SAFE, errors="replace") or "/"
    return urlunsplit((scheme, netloc, path, _clean_query(parts.query), ""))


def _clean_query(query: str) -> str:
    if not query:
        return ""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return query
    kept = [(name, value) for name, value in pairs if not _TRACKING.match(name)]
    if len(kept) == len(pairs):
        return quote(query, safe=_SAFE + "?", errors="replace")
    return urlencode(kept, errors="replace")


def link_key(url: str) -> str:
    """Returns what is equal for links to one place: the normal form without its scheme, with its fragment if that says
    more than where a reader came from."""
    _, _, fragment = url.partition("#")
    name, _, value = fragment.partition("=")
    told = normalise(url).partition("://")[2] or url
    return f"{told}#{quote(fragment, safe=_SAFE + '?')}" if fragment and not (value and _TRACKING.match(name)) else told


def page_key(link: str) -> str:
    """Returns the part of a `link_key` that names the page."""
    return link.partition("#")[0]


def other_scheme(url: str) -> str | None:
    """Returns the same address with https for http, or the other way round; None for any other scheme."""
    scheme, _, rest = url.partition("://")
    return {"http": f"https://{rest}", "https": f"http://{rest}"}.get(scheme.lower())


def without_login(url: str) -> str:
    """Returns the URL without its user name and password, so that it can be printed."""
    return re.sub(r"(?<=//)[^/?#]*@", "", url, count=1)


def host_of(parts: SplitResult) -> str:
    """Returns the host of a split URL as `ascii_host` writes it, an IPv6 address in brackets; empty if it has none."""
    host = parts.hostname or ""
    return f"[{host}]" if ":" in host else ascii_host(host)


def ascii_host(host: str) -> str:
    """Returns a host in lower case and ASCII, without a dot at its end: as browsers do, by IDNA 2008 with the mapping
    of UTS 46, non-transitional (`ß` stays itself and is no `ss`). What is no host name comes back as it is."""
    return host.lower().rstrip(".") if host.isascii() else _encode_host(host)


@lru_cache(maxsize=4096)
def _encode_host(host: str) -> str:
    import idna  # late: most hosts are ASCII

    try:
        return idna.encode(host, uts46=True).decode("ascii").rstrip(".") if len(host) <= _MAX_HOST else host
    except UnicodeError:
        return host


@lru_cache(maxsize=1)
def _suffixes() -> "TLDExtract":
    from tldextract import TLDExtract  # imported late: it costs a fifth of a second

    # The list that ships with tldextract, private part included; never downloaded.
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@lru_cache(maxsize=65536)
def site_of_host(host: str, port: int | None) -> str:
    """Returns the site of a host (see `site_of`)."""
    bare = host.strip("[]")
    if "." not in bare or _is_address(bare):
        return f"{host}:{port}" if port is not None else host
    found = _suffixes()(host)
    return found.top_domain_under_public_suffix or host


def site_of(url: str) -> str:
    """Returns the site a URL belongs to: its registrable domain (public suffix list with its private part); an IP
    address or a host without a dot is a site of its own, port included. Empty for what is no URL."""
    try:
        parts = urlsplit(url)
        return site_of_host(host_of(parts), parts.port)
    except ValueError:
        return ""


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def believable_canonical(claimed: str | None, own: str) -> str | None:
    """Returns the normalised `claimed` canonical URL if it can be believed of the page at `own`: same site, and a path
    other than `/` (a claim of the front page is a template's mistake). Else None."""
    if not claimed:
        return None
    target = absolute(claimed, own)
    if target is None or site_of(target) != site_of(own):
        return None
    if urlsplit(target).path in ("", "/") and urlsplit(own).path not in ("", "/"):
        return None
    return normalise(target)
