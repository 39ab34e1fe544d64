"""Puts the feeds out together."""

from fastapi import APIRouter

router = APIRouter(prefix="/out", tags=["feeds out"])
