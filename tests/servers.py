"""A real HTTP server on loopback for tests, scripted route by route, well or badly behaved.

    with Server() as server:
        server.route("/feed.xml", Reply(b"<rss/>", headers={"ETag": '"1"'}))
        server.route("/slow", Reply(hang="before"))
        ... server.url("/feed.xml") ... server.requests ...

It runs in a thread of its own, so it serves tests with and without an event loop and commands in other processes.
"""

import asyncio
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from socket import SO_LINGER, SOL_SOCKET
from types import TracebackType
from typing import Literal

import httpx


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it came: header names in lower case, values as bytes; `head` is all of it; `at` in seconds."""

    method: str
    target: str
    headers: Mapping[str, bytes]
    head: bytes
    at: float
    connection: int
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def header(self, name: str) -> str | None:
        value = self.headers.get(name.lower())
        return None if value is None else value.decode("latin-1")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and how it is (mis)delivered.

    `headers`: a mapping, or pairs where a name comes twice; values of bytes go out as they are.
    `declared`: Content-Length instead of the true one (a number, or any text); `length=False`: none, the end is the
    close. `chunked`: the body in chunks of `piece` bytes. `raw`: these bytes instead of an HTTP answer. `cut`: only so
    many bytes of the body. `then`: what comes after the answer ("keep" closes where the answer demands it, "stay"
    never). `hang`: "before" any byte, after the "headers", or after the "body" (what `cut` left of it). `drip`: seconds
    between pieces of `piece` bytes. `endless`: these bytes for ever instead of a body. `delay`: seconds before the
    answer.
    """

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str | bytes] | Sequence[tuple[str, str | bytes]] = field(default_factory=dict)
    declared: int | str | None = None
    length: bool = True
    chunked: bool = False
    raw: bytes | None = None
    cut: int | None = None
    then: Literal["keep", "close", "reset", "stay"] = "keep"
    hang: Literal["before", "headers", "body"] | None = None
    drip: float = 0.0
    piece: int = 1024
    endless: bytes | None = None
    delay: float = 0.0

    @property
    def octets(self) -> bytes:
        return self.body.encode() if isinstance(self.body, str) else self.body


Answer = Reply | Callable[[Seen], Reply]


def conditional(body: bytes | str, etag: str | bytes, **more: str) -> Callable[[Seen], Reply]:
    """A route that answers 304 to whoever has this very ETag already."""
    tag = etag.encode("latin-1") if isinstance(etag, str) else etag

    def answer(seen: Seen) -> Reply:
        headers: dict[str, str | bytes] = {"ETag": tag, **more}
        if seen.headers.get("if-none-match") == tag:
            return Reply(status=304, headers=headers)
        return Reply(body, headers=headers)

    return answer


class Routes:
    """Answers by path, and the requests that came."""

    origin: str

    def __init__(self) -> None:
        self.requests: list[Seen] = []
        self._routes: dict[str, list[Answer]] = {}
        self._fallback: Answer = Reply(b"not here", 404)

    def url(self, path: str = "/") -> str:
        return self.origin + path

    def route(self, path: str, *answers: Answer) -> str:
        """Answer `path` (without its query) so; several answers come one after another and the last one stays."""
        self._routes[path] = list(answers)
        return self.url(path)

    def otherwise(self, answer: Answer) -> None:
        """The answer to every path that has no route."""
        self._fallback = answer

    def seen(self, path: str) -> list[Seen]:
        """The requests for `path`, in their order."""
        return [seen for seen in self.requests if seen.path == path]

    def answer(self, seen: Seen) -> Reply:
        answers = self._routes.get(seen.path)
        answer = self._fallback if not answers else answers.pop(0) if len(answers) > 1 else answers[0]
        return answer if isinstance(answer, Reply) else answer(seen)


class Canned(Routes):
    """Answers without a server, by `transport`; what Reply says of delivery does not count."""

    def __init__(self, origin: str = "https://site.example") -> None:
        super().__init__()
        self.origin = origin
        self.transport = httpx.MockTransport(self._handle)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        sent = {name.decode().lower(): value for name, value in request.headers.raw}
        seen = Seen(request.method, request.url.raw_path.decode(), sent, b"", time.monotonic(), 0)
        self.requests.append(seen)
        reply = self.answer(seen)
        pairs = reply.headers.items() if isinstance(reply.headers, Mapping) else reply.headers
        headers = [
            (name.encode(), value if isinstance(value, bytes) else value.encode("latin-1")) for name, value in pairs
        ]
        return httpx.Response(reply.status, headers=headers, stream=httpx.ByteStream(reply.octets))


class Server(Routes):
    """The server; `host` is any address of 127.0.0.0/8 (or ::1), `port` 0 takes a free one."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        super().__init__()
        self.host = host
        self.port = port
        self.most_at_once = 0
        self.connections = 0
        self._tls = tls
        self._busy = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=f"server {host}", daemon=True)
        self._ready = threading.Event()
        self._failure: OSError | None = None
        self._stop: asyncio.Event | None = None

    @property
    def origin(self) -> str:  # type: ignore[override]
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self._tls else 'http'}://{name}:{self.port}"

    def __enter__(self) -> "Server":
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        tasks: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(self._connection(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        try:
            listening = await asyncio.start_server(accept, self.host, self.port, ssl=self._tls, backlog=512)
        except OSError as error:
            self._failure = error
            return
        finally:
            self._ready.set() if self._failure else None
        self.port = listening.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        try:
            while (seen := await _read_head(reader, number)) is not None:
                self.requests.append(seen)
                self._busy += 1
                self.most_at_once = max(self.most_at_once, self._busy)
                try:
                    keep = await _deliver(self.answer(seen), writer)
                finally:
                    self._busy -= 1
                if not keep:
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the other side left, which is its right
        finally:
            writer.transport.abort() if writer.transport.is_closing() else writer.close()


async def _read_head(reader: asyncio.StreamReader, connection: int) -> Seen | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head[:-4].split(b"\r\n")
    method, _, rest = first.decode("latin-1").partition(" ")
    pairs = (line.partition(b":") for line in lines)
    headers = {name.decode("latin-1").lower(): value.strip(b" \t") for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", b"0")))
    return Seen(method, rest.rpartition(" ")[0], headers, head, time.monotonic(), connection, body)


async def _deliver(reply: Reply, writer: asyncio.StreamWriter) -> bool:
    """Send the reply the way it asks for; True if the connection may serve another request."""
    await asyncio.sleep(reply.delay)
    if reply.hang == "before":
        await _until_left(writer)
    if reply.raw is not None:
        await _send(writer, reply.raw, reply)
    else:
        writer.write(_head(reply))
        await writer.drain()
        if reply.hang == "headers":
            await _until_left(writer)
        await _send_body(reply, writer)
    if reply.hang == "body":
        await _until_left(writer)
    if reply.then == "reset":
        # A linger time of zero makes the close a reset.
        writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    if reply.then == "stay":
        return True
    return reply.then == "keep" and reply.length and reply.cut is None and reply.raw is None


async def _send_body(reply: Reply, writer: asyncio.StreamWriter) -> None:
    while reply.endless is not None:
        await _send(writer, reply.endless, reply)
    body = reply.octets[: reply.cut]
    if not reply.chunked:
        await _send(writer, body, reply)
        return
    for at in range(0, len(body), reply.piece):
        piece = body[at : at + reply.piece]
        await _send(writer, b"%x\r\n%s\r\n" % (len(piece), piece), reply)
    if reply.cut is None:
        await _send(writer, b"0\r\n\r\n", reply)


async def _send(writer: asyncio.StreamWriter, data: bytes, reply: Reply) -> None:
    step = reply.piece if reply.drip else max(len(data), 1)
    for at in range(0, len(data), step):
        writer.write(data[at : at + step])
        await writer.drain()
        if reply.drip:
            await asyncio.sleep(reply.drip)


def _head(reply: Reply) -> bytes:
    given = reply.headers.items() if isinstance(reply.headers, Mapping) else reply.headers
    pairs: list[tuple[str, str | bytes]] = list(given)
    names = {name.lower() for name, _ in pairs}
    phrase = HTTPStatus(reply.status).phrase if reply.status in set(HTTPStatus) else "Odd"
    if reply.chunked:
        pairs.append(("Transfer-Encoding", "chunked"))
    elif reply.length and reply.endless is None and reply.status not in (204, 304) and "content-length" not in names:
        pairs.append(("Content-Length", str(len(reply.octets) if reply.declared is None else reply.declared)))
    if reply.then not in ("keep", "stay"):
        pairs.append(("Connection", "close"))
    lines = [f"HTTP/1.1 {reply.status} {phrase}".encode()]
    lines += [name.encode() + b": " + (v if isinstance(v, bytes) else v.encode("latin-1")) for name, v in pairs]
    return b"\r\n".join(lines) + b"\r\n\r\n"


async def _until_left(writer: asyncio.StreamWriter) -> None:
    """Wait, doing nothing, until the other side closes the connection (or the server stops)."""
    while not writer.transport.is_closing():
        await asyncio.sleep(0.01)
    raise ConnectionResetError
