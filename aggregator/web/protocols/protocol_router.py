"""Puts the protocols together."""

from fastapi import APIRouter

from aggregator.web.protocols.miniflux import miniflux_router

router = APIRouter(include_in_schema=False)
router.include_router(miniflux_router.router)
