"""Carries the id of the visit under way, so that what is logged of a poll and of its articles can be put together."""

from contextvars import ContextVar

visit_id: ContextVar[str | None] = ContextVar("visit_id", default=None)
