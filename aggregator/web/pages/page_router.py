"""Puts the pages together."""

from pathlib import Path

from fastapi import APIRouter
from starlette.staticfiles import StaticFiles

from aggregator.web.pages import (
    article_page,
    docs_page,
    feeds_page,
    help_page,
    login_page,
    saved_page,
    search_page,
    stories_page,
)

router = APIRouter(include_in_schema=False)
for part in (stories_page, article_page, search_page, feeds_page, saved_page, help_page, docs_page, login_page):
    router.include_router(part.router)


def static_files() -> StaticFiles:
    """Returns what serves style sheets, scripts and icons."""
    return StaticFiles(directory=Path(__file__).parent / "static")
