"""Tells whoever watches the server whether it lives, and whether it can serve."""

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text

from aggregator.web.server_state import Served

router = APIRouter(tags=["operations"])


class Status(BaseModel):
    """How the server fares: `ok`."""

    status: str = "ok"


@router.get("/healthz", operation_id="is_alive")
async def healthz() -> Status:
    """Answers as long as the process lives."""
    return Status()


@router.get("/readyz", operation_id="is_ready")
def readyz(served: Served) -> Status:
    """Answers 200 when the database answers, else 503."""
    with served.store.read() as conn:
        conn.execute(text("SELECT 1"))
    return Status()
