"""Puts the protocols together."""

from fastapi import APIRouter

from aggregator.web.protocols.fever import fever_router
from aggregator.web.protocols.greader import greader_router
from aggregator.web.protocols.miniflux import miniflux_router

router = APIRouter(include_in_schema=False)
for _protocol in (miniflux_router, greader_router, fever_router):
    router.include_router(_protocol.router)
