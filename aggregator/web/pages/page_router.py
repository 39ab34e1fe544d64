"""Puts the pages together."""

from pathlib import Path

from fastapi import APIRouter
from starlette.staticfiles import StaticFiles

from aggregator.web.pages import login_page

router = APIRouter(include_in_schema=False)
router.include_router(login_page.router)


def static_files() -> StaticFiles:
    """Returns what serves style sheets, scripts and icons."""
    return StaticFiles(directory=Path(__file__).parent / "static")
