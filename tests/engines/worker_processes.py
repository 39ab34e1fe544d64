"""Starts workers, and other commands, as processes on one PostgreSQL."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HOSTS, PAGES, GAP = 8, 4, 0.5
ENVIRON = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": f"{GAP}s", "AGGREGATOR_WORKERS": "1"}
ENVIRON["AGGREGATOR_RESPECT_ROBOTS"] = "false"
ROOT = Path(__file__).parents[2]


class Workers:
    """The processes of a test, and what they log."""

    def __init__(self, url: str, **environ: str) -> None:
        self.environ = ENVIRON | environ
        self.url, self.processes, self.logs = url, list[subprocess.Popen[bytes]](), list[Path]()

    def start(self, folder: Path, *command: str) -> subprocess.Popen[bytes]:
        log = folder / f"log{len(self.logs)}"
        arguments = [sys.executable, "-m", "aggregator", "-v", "--database", self.url, *(command or ("worker",))]
        with log.open("w") as file:
            process = subprocess.Popen(
                arguments,
                cwd=folder,
                env=os.environ | self.environ | {"PYTHONPATH": str(ROOT)},
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        self.processes.append(process)
        self.logs.append(log)
        return process

    def said(self) -> str:
        return "\n".join(log.read_text() for log in self.logs)

    def until(self, what: Callable[[], bool], seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < end, self.said()
            time.sleep(0.1)

    def kill(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
