"""Defines the values that a configuration holds beside plain ones: durations, sizes, retention, networks, headers.

Each reads what a person writes (`1h30m`, `16MiB`, `forever`) and, from JSON, what it wrote itself.
"""

import re
from collections.abc import Mapping
from datetime import time, timedelta
from ipaddress import ip_network
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

from aggregator.times import DAY, HOUR, MINUTE, WEEK, format_duration
from aggregator.urls import is_http, without_blanks

_UNITS = {"w": WEEK, "d": DAY, "h": HOUR, "m": MINUTE, "s": 1}
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)([wdhms])")
_DURATION = r"^(\d+(\.\d+)?[wdhms])+$"
_TIME_OF_DAY = r"^([01]\d|2[0-3]):[0-5]\d$"
MAX_DURATION = timedelta(days=36500)
MAX_REFETCHES = 20
MIN_REFETCH_DELAY = timedelta(minutes=5)
_SIZE = re.compile(r"(\d+)\s*([KMG]?)(i?)B?", re.IGNORECASE)
PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
_HOST = re.compile(r"(?!-)[\w-]+(?:\.[\w-]+)*\.?")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Headers that belong to the connection or to the politeness of the program, not to a feed.
_OWN_HEADERS = {
    "host", "connection", "content-length", "transfer-encoding", "te", "upgrade",
    "if-none-match", "if-modified-since", "accept-encoding",
}  # fmt: skip


def parse_duration(value: object) -> timedelta:
    """Reads `90d`, `1h30m`, `2s`, `0.5s` or plain `0`. Raises ValueError for anything else."""
    if isinstance(value, timedelta):
        return value
    text = str(value).strip().lower() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if text == "0":
        return timedelta()
    if not re.fullmatch(_DURATION, text):
        raise ValueError("is not a duration such as 30m, 1h30m or 90d")
    try:
        length = timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in _DURATION_PART.findall(text)))
    except OverflowError:
        length = timedelta.max
    if length > MAX_DURATION:
        raise ValueError("is longer than a hundred years")
    return length


def _span(value: object) -> timedelta:
    length = parse_duration(value)
    if not length:
        raise ValueError("is not more than 0")
    return length


def _retention(value: object) -> timedelta | None:
    if value is None or value == "forever":
        return None
    try:
        return parse_duration(value)
    except ValueError as error:
        raise ValueError("is neither a duration such as 90d nor `forever`") from error


def _keep(value: object) -> timedelta | int | None:
    if isinstance(value, str) and value.strip().isdigit() and value.strip() != "0":
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    try:
        length = _retention(value)
    except ValueError:
        length = timedelta()
    if length == timedelta():
        raise ValueError("is neither an age such as 90d, nor a number of articles such as 10000, nor `forever`")
    return length


def _write_retention(value: timedelta | int | None) -> str | int:
    if value is None:
        return "forever"
    return format_duration(value) if isinstance(value, timedelta) else value


def _refetch(value: object) -> tuple[timedelta, ...]:
    if value == "never":
        return ()
    wanted = f"`never` nor a list of up to {MAX_REFETCHES} durations such as [1h, 6h, 24h, 3d]"
    items = re.split(r"[\s,]+", value.strip()) if isinstance(value, str) else value
    if not isinstance(items, list | tuple) or not 0 < len(items) <= MAX_REFETCHES:
        raise ValueError(f"is neither {wanted}")
    try:
        steps = [parse_duration(item) for item in items]
    except ValueError as error:
        raise ValueError(f"is neither {wanted}") from error
    if steps != sorted(set(steps)) or steps[0] < MIN_REFETCH_DELAY:
        least = format_duration(MIN_REFETCH_DELAY)
        raise ValueError(f"is not a list of durations that grow from {least} or more, such as [1h, 6h, 24h, 3d]")
    return tuple(steps)


def _write_refetch(steps: tuple[timedelta, ...]) -> str | list[str]:
    return [format_duration(step) for step in steps] or "never"


def _time_of_day(value: object) -> time:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(_TIME_OF_DAY, value.strip()):
        raise ValueError("is not a time of day such as 07:00")
    return time.fromisoformat(value.strip())


def _size(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match or int(match[1]) == 0:
        raise ValueError("is not a size such as 16MiB or 500KB")
    step = 1024 if match[3] else 1000
    return int(match[1]) * int(step ** ("KMG".index(match[2].upper()) + 1 if match[2] else 0))


def _networks(value: object) -> bool | tuple[str, ...]:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
        value = [part for part in re.split(r"[\s,]+", value) if part]
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("is none of true, false or a list of hosts and CIDRs such as [127.0.0.0/8, nas.local]")
    return tuple(_network(item) for item in value)


def _network(item: object) -> str:
    """Reads one host name, address or CIDR, as written."""
    if isinstance(item, str):
        try:
            ip_network(item, strict=False)
        except ValueError:
            if _HOST.fullmatch(item):
                return item.lower()
        else:
            return item
    raise ValueError(f"holds {item!r}, which is neither a host nor a CIDR such as 10.0.0.0/8")


def _url(value: str) -> str:
    url = without_blanks(value)
    if not is_http(url) or re.search(r"[\s\x00-\x1f]", url):
        raise ValueError("is not an http:// or https:// URL")
    return url


def _proxy(value: str) -> str:
    if value in ("direct", "environment"):
        return value
    try:
        parts = urlsplit(value)
        whole = parts.scheme in PROXY_SCHEMES and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if not whole or parts.path not in ("", "/") or parts.query or parts.fragment or re.search(r"[\s\x00-\x1f]", value):
        raise ValueError(
            "is not a proxy such as http://127.0.0.1:3128 or socks5://user:password@example.org:1080, "
            "nor `direct` or `environment`"
        )
    return value


def _site(value: str) -> str:
    host, _, port = value.partition(":")
    if not _HOST.fullmatch(host) or (port and not port.isdigit()):
        raise ValueError("is not a site such as example.org")
    return value.lower()


def _lang(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise ValueError("is not a language code such as en, pt-BR or zh-Hant")
    return value


def _line(value: str) -> str:
    value = value.strip()
    if not value or any(ord(character) < 32 for character in value):
        raise ValueError("is empty or has a line break in it")
    return value


def _headers(value: Mapping[str, str]) -> Mapping[str, str]:
    for name, text in value.items():
        if not _HEADER_NAME.fullmatch(name) or re.search(r"[\x00-\x08\x0a-\x1f\x7f]", text):
            raise ValueError(f"holds {name!r}, which is no HTTP header (or its value has a line break)")
        if name.lower() in _OWN_HEADERS:
            raise ValueError(f"holds {name!r}, which this program sets itself")
    return value


def _selector(value: str) -> str:
    from selectolax.lexbor import LexborHTMLParser  # late: few configurations have selectors

    try:
        LexborHTMLParser("<p>").css_first(value)
    except Exception as error:  # selectolax raises more than one kind
        raise ValueError("is not a CSS selector") from error
    return value


def _one_or_many(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _any_of(*kinds: dict[str, object]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": list(kinds)})


_TEXT, _FOREVER, _COUNT = (
    {"type": "string", "pattern": _DURATION},
    {"const": "forever"},
    {"type": "integer", "minimum": 1},
)
_duration = PlainSerializer(format_duration, when_used="json")
_kept = PlainSerializer(_write_retention, when_used="json")

Duration = Annotated[timedelta, BeforeValidator(parse_duration), _duration, _any_of(_TEXT, {"const": 0})]
"""A length of time, zero too."""

Span = Annotated[timedelta, BeforeValidator(_span), _duration, WithJsonSchema(_TEXT)]
"""A length of time that is more than zero."""

Retention = Annotated[timedelta | None, BeforeValidator(_retention), _kept, _any_of(_TEXT, {"const": 0}, _FOREVER)]
"""How long a thing is kept: None is forever, zero is never."""

Keep = Annotated[timedelta | int | None, BeforeValidator(_keep), _kept, _any_of(_FOREVER, _TEXT, _COUNT)]
"""What is kept of a feed: None is everything, a timedelta an age, an int that many articles."""

Refetch = Annotated[
    tuple[timedelta, ...],
    BeforeValidator(_refetch),
    PlainSerializer(_write_refetch, when_used="json"),
    _any_of(
        {"type": "string", "pattern": r"^(never|[\d.wdhms]+([\s,]+[\d.wdhms]+)*)$"},
        {"type": "array", "items": _TEXT, "minItems": 1, "maxItems": MAX_REFETCHES},
    ),
]
"""How long after an article came out its page is fetched again: growing lengths of time; none is never."""

TimeOfDay = Annotated[
    time,
    BeforeValidator(_time_of_day),
    PlainSerializer(lambda value: f"{value:%H:%M}", when_used="json"),
    WithJsonSchema({"type": "string", "pattern": _TIME_OF_DAY}),
]
"""An hour and minute of the day, UTC."""

Size = Annotated[int, BeforeValidator(_size), _any_of({"type": "string", "pattern": r"^\d+ ?[KMGkmg]?i?B?$"}, _COUNT)]
"""A number of bytes."""

Networks = Annotated[
    bool | tuple[str, ...],
    BeforeValidator(_networks),
    _any_of({"type": "boolean"}, {"type": "array", "items": {"type": "string"}}),
]
"""Private addresses that may be asked: all (True), none (False), or these hosts and CIDRs."""

Proxy = Annotated[
    str,
    AfterValidator(_proxy),
    WithJsonSchema({"type": "string", "pattern": f"^(direct|environment|({'|'.join(PROXY_SCHEMES)})://[^/?#\\s]+/?)$"}),
]
"""The URL of a proxy, `direct` for none, or `environment` for what HTTP_PROXY and the like say."""

Url = Annotated[str, AfterValidator(_url), WithJsonSchema({"type": "string", "pattern": "^https?://"})]
SiteName = Annotated[str, AfterValidator(_site)]
Lang = Annotated[str, AfterValidator(_lang)]
Line = Annotated[str, AfterValidator(_line)]
Headers = Annotated[Mapping[str, str], AfterValidator(_headers)]
Selector = Annotated[str, AfterValidator(_selector)]
SelectorList = Annotated[tuple[Selector, ...], BeforeValidator(_one_or_many)]
