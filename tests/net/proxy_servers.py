"""Little proxies on loopback: HTTP (CONNECT and forwarding) and SOCKS5, with or without a password.

Both keep what they were asked for; a name that they know leads where they were told.
"""

import base64
import select
import socket
import threading
from types import TracebackType

Names = dict[str, tuple[str, int]]


class Proxy:
    """The server; `asked` is the list of "host:port" that it was asked to connect to, `names` where names lead."""

    scheme = ""

    def __init__(self, names: Names | None = None, login: tuple[str, str] | None = None) -> None:
        self.names, self.login = names or {}, login
        self.asked: list[str] = []
        self.wrong_logins = 0

    def __enter__(self) -> "Proxy":
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._port = self._listening.getsockname()[1]
        self._open = {self._listening}
        threading.Thread(target=self._run, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in list(self._open):
            one.close()

    def url(self, login: str = "") -> str:
        return f"{self.scheme}://{login}127.0.0.1:{self._port}"

    def _run(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self._open.add(client)
            threading.Thread(target=self._served, args=(client,), daemon=True).start()

    def _served(self, client: socket.socket) -> None:
        try:
            with client:
                self.serve(client)
        except (OSError, ValueError, EOFError):
            pass

    def serve(self, client: socket.socket) -> None:
        raise NotImplementedError

    def connect(self, host: str, port: int) -> socket.socket:
        self.asked.append(f"{host}:{port}")
        server = socket.create_connection(self.names.get(host, (host, port)), timeout=5)
        self._open.add(server)
        return server


class HttpProxy(Proxy):
    scheme = "http"

    def serve(self, client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            if not (more := client.recv(4096)):
                return
            head += more
        method, goal, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        expected = base64.b64encode(":".join(self.login).encode()) if self.login else b""
        if self.login and b"Basic " + expected not in head:
            self.wrong_logins += 1
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        where = goal if method == "CONNECT" else goal.removeprefix("http://").partition("/")[0]
        host, _, port = where.rpartition(":") if ":" in where else (where, "", "80")
        try:
            server = self.connect(host, int(port))
        except OSError:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        with server:
            if method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                server.sendall(head.replace(goal.encode(), b"/" + goal.split("/", 3)[3].encode(), 1))
            relay(client, server)


class SocksProxy(Proxy):
    scheme = "socks5"

    def serve(self, client: socket.socket) -> None:
        methods = exactly(client, exactly(client, 2)[1])
        wanted = 2 if self.login else 0
        self.wrong_logins += wanted not in methods
        client.sendall(bytes([5, wanted if wanted in methods else 0xFF]))
        if wanted not in methods:
            return
        if self.login:
            user = exactly(client, exactly(client, 2)[1]).decode()
            password = exactly(client, exactly(client, 1)[0]).decode()
            wrong = (user, password) != self.login
            self.wrong_logins += wrong  # before it is said: who hears it looks at once
            client.sendall(bytes([1, int(wrong)]))
            if wrong:
                return
        kind = exactly(client, 4)[3]
        if kind == 3:
            host = exactly(client, exactly(client, 1)[0]).decode()
        else:
            host = socket.inet_ntop(
                *((socket.AF_INET, exactly(client, 4)) if kind == 1 else (socket.AF_INET6, exactly(client, 16)))
            )
        port = int.from_bytes(exactly(client, 2), "big")
        try:
            server = self.connect(host, port)
        except OSError:
            client.sendall(bytes([5, 5, 0, 1, 0, 0, 0, 0, 0, 0]))
            return
        with server:
            client.sendall(bytes([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
            relay(client, server)


def exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        if not (more := connection.recv(count - len(data))):
            raise EOFError
        data += more
    return data


def relay(one: socket.socket, other: socket.socket) -> None:
    while True:
        readable, _, _ = select.select([one, other], [], [], 10)
        if not readable:
            return
        for source in readable:
            if not (data := source.recv(65536)):
                return
            (other if source is one else one).sendall(data)
