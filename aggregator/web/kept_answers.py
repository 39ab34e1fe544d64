"""Keeps answers that whoever asks again may have: until the database changes, or for half a second where it does.

What many ask for at once is made once. Who changes something through this server sees it at once; what other processes
change is seen within half a second, or as soon as an answer is there that was being made. Kept are answers of who is
let in by the guard, which looks anew at every request, for each login apart.
"""

import asyncio
import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aggregator.web import conditional
from aggregator.web.guard import SAFE
from aggregator.web.peer import Peer
from aggregator.web.protocols import OWN_LOGIN
from aggregator.web.root_path import path_of

CHANGED_SECONDS = 0.5  # for which an answer is given although the database has changed since
LONGEST_SECONDS = 60.0  # for pages say how long ago something was, and searches what `today` is
MOST_BYTES = 8 * 1024 * 1024
_MOST_OF_ONE = MOST_BYTES // 8
_BESIDE_BODY = 2000  # bytes of an answer: its headers, what holds it
# What is made of the database alone: nothing of feeds.yaml, of logins, of this process.
_KEPT = re.compile(r"/|/search|/(article|story)/.+|/api/v1/(articles|stories)(/.+)?|/out/\w+\.(rss|atom|json)")


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer. `changes`, `version`: the server's and the database's when its making began, at `made_at`; `size`:
    bytes that keeping it takes; `is_shared`: others may have it too."""

    start: Message
    body: bytes
    changes: int
    version: object
    made_at: float
    size: int
    is_shared: bool


class KeptAnswers:
    """The middleware, with what it keeps. It runs on the event loop, so that nothing comes between two awaits."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._changes = 0  # made through this server
        self._kept: OrderedDict[str, _Answer] = OrderedDict()  # what was made last stands last
        self._bytes = 0
        self._making: dict[tuple[str, int], asyncio.Task[_Answer]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] not in SAFE or path_of(scope).startswith(OWN_LOGIN):  # feed readers change things by GET
            await self._change(scope, receive, send)
        elif scope["method"] in ("GET", "HEAD") and _KEPT.fullmatch(path_of(scope)):
            await self._give(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _change(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def noted(message: Message) -> None:
            self._changes += 1  # before anybody can know that it is done
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            self._changes += 1

    async def _give(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked_at, key, changes = time.monotonic(), _key(scope), self._changes
        answer, is_own = self._kept.get(key), False
        if answer is None or not _is_good(answer, changes, scope["state"]["version"], asked_at):
            making = self._making.get((key, changes))
            if is_own := making is None:
                making = asyncio.create_task(self._make(key, changes, scope, receive))
                self._making[key, changes] = making
            answer = await asyncio.shield(making)  # others wait for it too, whatever becomes of this request
            if not (is_own or answer.is_shared):
                await self._app(scope, receive, send)
                return
        headers = list(answer.start["headers"])  # a copy, for others add to it
        if not is_own:
            headers.append((b"age", b"%d" % max(0, asked_at - answer.made_at)))
        await conditional.answer(scope, {**answer.start, "headers": headers}, answer.body, send)

    async def _make(self, key: str, changes: int, scope: Scope, receive: Receive) -> _Answer:
        made_at, start, parts = time.monotonic(), dict[str, Any](), list[bytes]()

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                parts.append(message.get("body", b""))

        try:
            await self._app(conditional.without_conditions(scope), receive, hold)
        finally:
            del self._making[key, changes]
        body = b"".join(parts)
        size = len(body) + len(key) + _BESIDE_BODY
        answer = _Answer(start, body, changes, scope["state"]["version"], made_at, size, _is_for_all(start))
        if start["status"] == 200 and answer.is_shared and size <= _MOST_OF_ONE:
            self._keep(key, answer)
        return answer

    def _keep(self, key: str, answer: _Answer) -> None:
        if (known := self._kept.pop(key, None)) is not None:
            self._bytes -= known.size
        self._kept[key] = answer
        self._bytes += answer.size
        while self._bytes > MOST_BYTES:
            self._bytes -= self._kept.popitem(last=False)[1].size


def _is_good(answer: _Answer, changes: int, version: object, now: float) -> bool:
    longest = LONGEST_SECONDS if answer.version == version else CHANGED_SECONDS
    return answer.changes == changes and now - answer.made_at < longest


def _key(scope: Scope) -> str:
    """Returns what an answer depends on beside the database: who asks for what, by which address of this server."""
    peer: Peer = scope["state"]["peer"]
    asked = Headers(scope=scope)
    accepted = asked.get("accept"), asked.get("accept-encoding")
    return repr((scope["state"]["login"], peer.origin, scope["path"], scope["query_string"], *accepted))


def _is_for_all(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return "set-cookie" not in headers and "no-store" not in headers.get("cache-control", "")
