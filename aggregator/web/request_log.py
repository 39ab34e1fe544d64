"""Counts and logs requests."""

import logging
import time

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aggregator.web.protocols import OWN_LOGIN
from aggregator.web.root_path import path_of

_log = logging.getLogger(__name__)
_AREAS = ("/api/v1/", "/out/", "/static/", *OWN_LOGIN, "/metrics", "/healthz", "/readyz")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class RequestMetrics:
    """Counts the requests of a server, in a registry of its own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ("method", "area", "status")
        self.requests = Counter("aggregator_http_requests", "Requests answered", labels, registry=registry)
        self.seconds = Histogram(
            "aggregator_http_request_seconds", "How long they took", ("area",), buckets=_SECONDS, registry=registry
        )


class RequestLog:
    """The middleware, around all that answers."""

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method, path, area = scope["method"], scope["path"], _area(path_of(scope))
        self._metrics.requests.labels(method if method in _METHODS else "other", area, str(status)).inc()
        self._metrics.seconds.labels(area).observe(seconds)
        # No query: it may hold a key.
        fields = {"method": method, "path": path, "status": status, "milliseconds": round(seconds * 1000, 1)}
        _log.info("%s %s %d %.1f ms", method, ascii(path)[1:-1], status, seconds * 1000, extra={"fields": fields})


_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


def _area(path: str) -> str:
    return next((area.rstrip("/") for area in _AREAS if path.startswith(area)), "pages")
