"""Reads what feed readers send: forms with or without a content type, and numbers that may be anything."""

from typing import Annotated
from urllib.parse import parse_qsl

import orjson
from fastapi import Depends, Request
from starlette.datastructures import ImmutableMultiDict

from aggregator.errors import UsageError
from aggregator.model import Json
from aggregator.store.content.stored_articles import MAX_ID


async def _form(request: Request) -> ImmutableMultiDict[str, str]:
    pairs = list(request.query_params.multi_items())
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as sent:
            pairs += [(name, value) for name, value in sent.multi_items() if isinstance(value, str)]
    else:
        body = (await request.body()).decode("utf-8", "replace")
        pairs += parse_qsl(body, keep_blank_values=True)
    return ImmutableMultiDict(pairs)


async def _json(request: Request) -> Json:
    try:
        sent = orjson.loads(await request.body() or b"{}")
    except orjson.JSONDecodeError as error:
        raise UsageError(f"the request is no JSON: {error}") from None
    if not isinstance(sent, dict):
        raise UsageError("the request is no JSON object")
    return sent


async def _body(request: Request) -> bytes:
    return await request.body()


Form = Annotated[ImmutableMultiDict[str, str], Depends(_form)]
"""The parameters of query and body together, as a parameter of a handler; those of the query come first."""
JsonBody = Annotated[Json, Depends(_json)]
"""The object in the body, as a parameter of a handler; empty where there is no body."""
Body = Annotated[bytes, Depends(_body)]
"""The body, as a parameter of a handler."""


def number(text: str | None) -> int | None:
    """Returns the whole number of a parameter that a column can hold; None for anything else."""
    text = (text or "").strip()
    if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > 20:
        return None
    return int(text) if abs(int(text)) <= MAX_ID else None
