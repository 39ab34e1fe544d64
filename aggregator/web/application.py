"""Puts the application together: what it serves, and what every request goes through on its way there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from aggregator import __version__
from aggregator.web import metrics, picture_route, problem_answers
from aggregator.web.api.api_router import router as api
from aggregator.web.conditional import Conditional
from aggregator.web.guard import Guard
from aggregator.web.health_checks import router as health_checks
from aggregator.web.kept_answers import KeptAnswers
from aggregator.web.out.out_router import router as out
from aggregator.web.pages.page_router import router as pages
from aggregator.web.pages.page_router import static_files
from aggregator.web.protocols.protocol_router import router as protocols
from aggregator.web.request_log import RequestLog
from aggregator.web.root_path import RootPath
from aggregator.web.security_headers import SecurityHeaders
from aggregator.web.server_state import ServerState

_SUMMARY = "A news archive: articles, the stories that they tell, the feeds that they come from."


_THREADS = 5  # in which handlers run: as many as connections are kept open, each with its cache of pages


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
    yield
    if (pictures := app.state.served.pictures) is not None:
        await pictures.close()


def create_app(served: ServerState, root_path: str = "") -> FastAPI:
    """Returns the application that serves this archive; `root_path`: the path that a proxy puts before all of it."""
    registry, counted = metrics.registry_of(served)
    app = FastAPI(
        title="aggregator",
        version=__version__,
        summary=_SUMMARY,
        lifespan=_running,
        docs_url=None,  # FastAPI's own pages load scripts from elsewhere
        redoc_url=None,
        middleware=[
            Middleware(RootPath, root=root_path),
            Middleware(RequestLog, metrics=counted),
            Middleware(SecurityHeaders, pictures_from_elsewhere=served.pictures is None),
            Middleware(Guard, served=served),
            Middleware(KeptAnswers),
            Middleware(GZipMiddleware, minimum_size=800, compresslevel=5),
            Middleware(Conditional),
        ],
    )
    app.state.served = served
    app.state.registry = registry
    problem_answers.install(app)
    for router in (health_checks, metrics.router, api, out, protocols, pages, picture_route.router):
        app.include_router(router)
    app.mount("/static", static_files(), "static")
    return app
