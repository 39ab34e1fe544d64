"""Runs a person's command with what an alert tells on its standard input."""

import asyncio
import os
import signal
from contextlib import suppress

from aggregator.errors import DeliveryError

_SHOWN = 200  # characters of what it complained


async def run(command: str, body: bytes, seconds: float) -> str:
    """Runs a command line by /bin/sh, as cron does; returns what came of it. Raises DeliveryError.

    What was found is on its standard input alone, never a part of the line, so no title can be taken for a command.
    Whatever it has started is ended with it after `seconds`.
    """
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", command, stdin=pipe, stdout=nowhere, stderr=pipe, start_new_session=True
        )
    except OSError as error:
        raise DeliveryError(f"the command can't be run: {error.strerror}") from error
    try:
        async with asyncio.timeout(seconds):
            _, complained = await process.communicate(body)
    except BaseException as error:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        if isinstance(error, TimeoutError):
            raise DeliveryError(f"the command took longer than {seconds:g} s and was ended") from None
        raise
    if process.returncode:
        lines = complained.decode("utf-8", "replace").strip().splitlines()
        how = "was killed" if process.returncode < 0 else f"ended with exit code {process.returncode}"
        raise DeliveryError(f"the command {how}" + (f": {lines[-1][:_SHOWN]}" if lines else ""))
    return "the command ended with exit code 0"
