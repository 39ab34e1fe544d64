"""Reads and writes files of lines, packed or not."""

import gzip
import io
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from aggregator.errors import AggregatorError, UsageError

PACKINGS = (".gz", ".zst")
_CHUNK = 1 << 20
_LINE = re.compile(rb"\S[^\n]*")


def kind_of(path: str) -> str:
    """Returns the ending that says what a file holds, in lower case, without its packing: `a.jsonl.gz` -> `.jsonl`."""
    plain = Path(path)
    return (Path(plain.stem) if plain.suffix.lower() in PACKINGS else plain).suffix.lower()


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that is read. `file`: its unpacked bytes; `size`: how many packed ones it has, None if nobody knows."""

    file: BinaryIO
    raw: BinaryIO
    size: int | None = None

    @property
    def done(self) -> int:
        """Returns how many of the packed bytes are read."""
        return self.raw.tell() if self.size else 0


def opened(path: str) -> BinaryIO:
    """Opens the bytes of a file as they are. Raises AggregatorError if there is no such file."""
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise AggregatorError(f"{path}: can't be read ({error.strerror}); name a file that is there") from error


@contextmanager
def reading(path: str, *, seekable: bool = False) -> Iterator[OpenFile]:
    """Opens a file; `-` is standard input. With `seekable`, what is packed is unpacked to a temporary file first.

    Raises AggregatorError if there is no such file.
    """
    if path == "-":
        yield OpenFile(sys.stdin.buffer, sys.stdin.buffer)
        return
    with opened(path) as raw, tempfile.TemporaryFile() as aside:
        file = _unpacking(raw, Path(path).suffix.lower())
        if seekable and file is not raw:
            shutil.copyfileobj(file, aside)
            file = raw = aside
        yield OpenFile(file, raw, os.fstat(raw.fileno()).st_size)


@contextmanager
def writing(path: str) -> Iterator[BinaryIO]:
    """Opens a file that appears, whole, when all is written; `-` is standard output.

    What fails in between leaves nothing behind, and a file that was there before as it was.
    """
    if path == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise UsageError(f"{path}: can't be written ({error.strerror}); choose another place") from error
    try:
        with os.fdopen(handle, "wb") as raw:
            with _packing(raw, target.suffix.lower()) as packed:
                yield packed
            raw.flush()
            os.fsync(raw.fileno())
        _set_permissions(name, target)
        Path(name).replace(target)
    except OSError as error:
        raise AggregatorError(f"{path}: could not be written: {error.strerror or error}") from error
    finally:
        Path(name).unlink(missing_ok=True)


def numbered_lines(file: BinaryIO, most: int) -> Iterator[tuple[int, bytes]]:
    """Yields the lines that are not blank, without blanks around them, with their numbers; of a line of more than
    `most` bytes its first `most` + 1. The cost follows the bytes: a million empty lines cost no more than one long."""
    number, rest = 1, b""
    while chunk := file.read(_CHUNK):
        end = chunk.rfind(b"\n") + 1
        whole, tail = rest + chunk[:end], chunk[end:]
        if not end:
            if len(rest) <= most:
                rest = (rest + tail)[: most + 1]
            continue
        at = 0
        for found in _LINE.finditer(whole):
            number += whole.count(b"\n", at, found.start())
            at = found.start()
            yield number, found[0][: most + 1].rstrip()
        number += whole.count(b"\n", at)
        rest = tail
    if rest.strip():
        yield number, rest.strip()[: most + 1]


def _set_permissions(name: str, target: Path) -> None:
    """Gives a temporary file the permissions that the target has, or that a new file would get."""
    mask = os.umask(0)
    os.umask(mask)
    Path(name).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~mask)


def _unpacking(raw: BinaryIO, packing: str) -> BinaryIO:
    if packing == ".gz":
        return cast(BinaryIO, gzip.GzipFile(fileobj=raw))
    if packing == ".zst":
        return io.BufferedReader(_Zstd(raw))
    return raw


class _Zstd(io.RawIOBase):
    """The unpacked bytes of zstd frames. zstandard's own reader takes a file that was cut off for a whole one."""

    def __init__(self, packed: BinaryIO) -> None:
        self._chunks = _frames(packed)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            try:
                self._rest = memoryview(next(self._chunks))
            except StopIteration:
                return 0
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


def _frames(packed: BinaryIO) -> Iterator[bytes]:
    frame = zstandard.ZstdDecompressor().decompressobj()
    fresh = True
    while chunk := packed.read(4096):  # no more at a time: 4 bytes of zstd can stand for 128 KB
        while chunk:
            if frame.eof:
                frame, fresh = zstandard.ZstdDecompressor().decompressobj(), True
            yield frame.decompress(chunk)
            chunk, fresh = frame.unused_data, False
    if not (frame.eof or fresh):
        raise EOFError("it ends in the middle")


@contextmanager
def _packing(raw: BinaryIO, packing: str) -> Iterator[BinaryIO]:
    if packing == ".gz":
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
            yield cast(BinaryIO, packed)
    elif packing == ".zst":
        with zstandard.ZstdCompressor(level=10).stream_writer(raw, closefd=False) as stream:
            yield cast(BinaryIO, stream)
    else:
        yield raw
