"""The page that tells keys and how queries are written."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from aggregator.web.pages.templated import page

router = APIRouter()
_EXAMPLES = (
    ("coral ferry", "articles with both words"),
    ("ferry OR tram", "either word"),
    ("ferry -football", "the first without the second"),
    ('"harbour council"', "the words side by side"),
    ("ferr*", "words that begin so"),
    ("title:ferry", "in the title alone; also lead: and text:"),
    ("site:example.org", "of a site; also feed:, lang:, author: and tag:"),
    ("published:7d", "of the last seven days; also 2026-11, today, [2026-01-01 TO *]"),
    ("is:unread", "not read yet; also is:starred, is:copy, is:revised, is:gone"),
)


@router.get("/help")
def help_page(request: Request) -> Response:
    """Shows keys and examples of queries."""
    return page(request, "help.html", examples=_EXAMPLES)
