"""Makes pages from templates. Whatever a template prints is escaped, unless it is `Markup` of sanitised HTML."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, RedirectResponse

from aggregator.times import DAY, HOUR, MINUTE, format_duration
from aggregator.urls import is_http
from aggregator.web.root_path import path_of, root_of
from aggregator.web.server_state import Reader

_HERE = Path(__file__).parent
_RIGHT_TO_LEFT = frozenset("ar arc dv fa ha he iw khw ks ku ps sd ug ur yi".split())
_NEAR = 240  # characters of what is the same, beside what differs
Moment = datetime | int | str | None
"""A time as the services give it: aware, in seconds since 1970, or ISO 8601."""


def page(request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """Returns the page that a template makes of these values, and of `root` (what stands before every path), `path`
    (this page's, without it), `here` (the same with its query), `is_starred` (it asks for what is starred), `login`
    (who reads it; None: nobody need log in), `may_change` and `picture_at`."""
    root, path = root_of(request.scope), path_of(request.scope)
    login: Reader = getattr(request.state, "login", None)
    shared = {
        "root": root,
        "path": path,
        "here": quote(path) + (f"?{request.url.query}" if request.url.query else ""),
        "is_starred": request.query_params.get("q") == "is:starred",
        "login": login,
        "may_change": login is not None,
        "picture_at": pictures(request),
    }
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(shared | values), status)


def pictures(request: Request) -> Callable[[str | None], str | None]:
    """Returns what tells from where a page shows a picture: from its own address, or from this server, if it asks in
    the reader's stead. None for what is no address of a picture."""
    proxy, root = request.app.state.served.pictures, root_of(request.scope)

    def picture_at(url: str | None) -> str | None:
        if url is None or not is_http(url):
            return None
        return url if proxy is None else root + proxy.link(url)

    return picture_at


def back_to(request: Request, target: str) -> RedirectResponse:
    """Returns the answer to a form: go on with that page of this server."""
    return RedirectResponse(root_of(request.scope) + target, 303)


def as_time(value: Moment) -> datetime | None:
    """Returns a time as a date."""
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) else value


def whole_time(value: Moment) -> str:
    """Writes a time with its day and its zone."""
    at = as_time(value)
    return "" if at is None else f"{at.astimezone(UTC):%-d %B %Y, %H:%M} UTC"


def near_time(value: Moment) -> str:
    """Writes a time as people say it: how long ago, or in how long, if that is near, else the day."""
    at = as_time(value)
    if at is None:
        return ""
    now = datetime.now(UTC)
    ago = int((now - at).total_seconds())
    if abs(ago) < MINUTE:
        return "now"
    for size, name, most in ((MINUTE, "min", HOUR), (HOUR, "h", DAY), (DAY, "d", 7 * DAY)):
        if abs(ago) < most:
            return f"{ago // size} {name} ago" if ago > 0 else f"in {-ago // size} {name}"
    return f"{at:%-d %b}" if at.year == now.year else f"{at:%-d %b %Y}"


def is_past(value: Moment, now: int) -> bool:
    """Tells whether a time is not after `now`, in seconds."""
    at = as_time(value)
    return at is not None and at.timestamp() <= now


def moment(value: Moment) -> Markup:
    """Marks a time up: said as people say it, with the whole of it on demand."""
    at = as_time(value)
    if at is None:
        return Markup()
    return Markup(f'<time datetime="{at.isoformat()}" title="{whole_time(at)}">{near_time(at)}</time>')


def words(text: str, lang: str | None) -> Markup:
    """Marks words of a language up, whose direction of writing is their own."""
    named = f' lang="{escape(lang)}"' if lang else ""
    return Markup(f'<bdi{named} dir="auto">{escape(text)}</bdi>')


def counted(number: int, one: str, many: str) -> str:
    """Writes how many there are of something."""
    return f"{number:,} {one if number == 1 else many}"


def original(url: str, name: str) -> Markup:
    """Links a name to the page that it is of, if that has an address."""
    if not url.startswith(("http://", "https://")):
        return escape(name)
    return Markup(f'<a href="{escape(url)}" rel="noopener noreferrer" data-original>{escape(name)}</a>')


def around(text: str, is_first: bool, is_last: bool) -> Markup:
    """Writes what two texts have in common as far as it is near to what differs: `is_first` and `is_last` say where
    there is no such thing before or after it."""
    if len(text) <= 3 * _NEAR:
        return escape(text)
    before = "" if is_first else text[:_NEAR].rpartition(" ")[0] or text[:_NEAR]
    after = "" if is_last else text[-_NEAR:].partition(" ")[2] or text[-_NEAR:]
    return escape(before) + Markup(' <span class="dim" title="the same in both">[…]</span> ') + escape(after)


def percent(share: float) -> str:
    """Writes a share; never that all is the same where something is not."""
    return f"{int(share * 100)} %"


def direction(lang: str | None) -> str:
    """Returns the direction of writing of a language; `auto`: the text tells."""
    return "auto" if lang is None else "rtl" if lang.partition("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


def bars(values: Sequence[int], width: float, height: float) -> list[tuple[float, float, float, float]]:
    """Returns the bars of a chart of that size: x, y, width and height of each; what is not 0 can be seen."""
    top, step = max(values, default=0) or 1, width / max(len(values), 1)
    heights = [max(value / top * height, 1.5) if value else 0.0 for value in values]
    return [
        (round(i * step, 2), round(height - high, 2), round(max(step - 1, step * 0.6), 2), round(high, 2))
        for i, high in enumerate(heights)
    ]


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {  # where a page says something a hundred times: a macro takes five times as long
        "is_past": is_past,
        "moment": moment,
        "words": words,
        "counted": counted,
        "original": original,
        "around": around,
        "percent": percent,
        "whole_time": whole_time,
        "direction": direction,
        "duration": format_duration,
    }
    made.globals["bars"] = bars
    return made


_ENVIRONMENT = _environment()
