"""Runs commands in processes that need not import the program first: half a second each, of which tests start hundreds.

    with Starter() as starter:
        done = starter.run(["search", "x"], stdin="", cwd=folder, env=variables)

The starter is a process that has imported what commands use and does nothing else. It forks for each command: the fork
has pipes, a folder and an environment of its own, runs what `python -m aggregator` runs, and ends as Python ends. What
a command does after its imports is thus the same as in a process that was started anew; its imports are the affair of
`test_imports.py`, and its start that of the many tests that start it anew.
"""

import json
import os
import pkgutil
import runpy
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
_LEFT_OUT = (
    *("aggregator.__main__", "aggregator.mcp", "aggregator.web", "aggregator.migrations"),
    "aggregator.archive.parquet_file",  # its library starts a thread, which a fork would lose
)
_MAX_REQUEST = 1 << 20
_SECONDS = 120  # for a command


class Starter:
    """The process that forks; one command at a time."""

    def __init__(self) -> None:
        mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket = mine
        self._socket.settimeout(_SECONDS)
        # Its streams are pipes, as those of the commands are, so that Python treats them as such.
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(its.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},  # threads don't survive a fork
            pass_fds=[its.fileno()],
        )
        its.close()

    def __enter__(self) -> "Starter":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self._process.communicate()

    def run(
        self, arguments: Sequence[str], stdin: str, cwd: Path, env: Mapping[str, str]
    ) -> "subprocess.CompletedProcess[str]":
        """Runs a command to its end. Raises TimeoutError if it takes two minutes."""
        pipes = [os.pipe() for _ in range(3)]
        (stdin_read, stdin_write), (stdout_read, stdout_write), (stderr_read, stderr_write) = pipes
        request = json.dumps({"arguments": arguments, "cwd": str(cwd), "env": dict(env)}).encode()
        theirs = [stdin_read, stdout_write, stderr_write]
        socket.send_fds(self._socket, [request], theirs)
        for each in theirs:
            os.close(each)
        with ThreadPoolExecutor(3) as threads:
            threads.submit(_write, stdin_write, stdin)
            out, err = threads.submit(_read, stdout_read), threads.submit(_read, stderr_read)
            pid = int(self._socket.recv(64))
            try:
                status = int(self._socket.recv(64))
            except TimeoutError:
                os.kill(pid, 9)
                self._socket.recv(64)
                raise
        return subprocess.CompletedProcess(
            ["aggregator", *arguments], os.waitstatus_to_exitcode(status), out.result(), err.result()
        )


def _write(pipe: int, text: str) -> None:
    try:
        with open(pipe, "w", encoding="utf-8") as stream:
            stream.write(text)
    except BrokenPipeError:
        pass  # it did not read all of it


def _read(pipe: int) -> str:
    with open(pipe, encoding="utf-8") as stream:
        return stream.read()


def _serve(requests: socket.socket) -> list[str] | None:
    """Forks for each request; returns the arguments of a command in its process, and None where no more are to come."""
    while True:
        request, streams, _, _ = socket.recv_fds(requests, _MAX_REQUEST, 3)
        if not request:
            return None
        if pid := os.fork():
            for each in streams:
                os.close(each)
            requests.send(b"%d" % pid)
            requests.send(b"%d" % os.waitpid(pid, 0)[1])
            continue
        requests.close()
        for number, each in enumerate(streams):
            os.dup2(each, number)
            os.close(each)
        asked = json.loads(request)
        os.chdir(asked["cwd"])
        os.environ.clear()
        os.environ.update(asked["env"])
        return list(asked["arguments"])


def _import_all() -> None:
    """Imports what commands import when they run."""
    import_module("rich.progress")
    import_module("rich.table")
    import_module("aggregator")
    for found in pkgutil.walk_packages([str(ROOT / "aggregator")], "aggregator."):
        if not found.name.startswith(_LEFT_OUT):
            try:
                import_module(found.name)
            except ImportError:  # of what is installed with an extra alone
                continue


if __name__ == "__main__":
    _import_all()
    commanded = _serve(socket.socket(fileno=int(sys.argv[1])))
    if commanded is not None:
        sys.path[0] = str(Path.cwd())
        sys.argv = ["aggregator", *commanded]
        runpy.run_module("aggregator", run_name="__main__", alter_sys=True)
