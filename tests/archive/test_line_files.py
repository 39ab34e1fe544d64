"""Lines of files: numbered, bounded, and none for what is blank."""

import gzip
import io
from pathlib import Path

import pytest

from aggregator.archive import line_files
from aggregator.archive.line_files import numbered_lines, reading


def lines(content: bytes, most: int = 100) -> list[tuple[int, bytes]]:
    return list(numbered_lines(io.BytesIO(content), most))


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 1 << 20])
def test_lines_are_numbered_whatever_the_chunks(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(line_files, "_CHUNK", chunk)
    assert lines(b"a\n\n  b c \r\n\r\n \n\nd") == [(1, b"a"), (3, b"b c"), (7, b"d")]
    assert lines(b"\n\na\n") == [(3, b"a")]
    assert lines(b"") == lines(b"\n \n\t") == []
    long = lines(b"12345\n123456789\n12\n1234567890", most=6)
    assert long == [(1, b"12345"), (2, b"1234567"), (3, b"12"), (4, b"1234567")]


def test_millions_of_empty_lines_are_passed_over(tmp_path: Path) -> None:
    packed = tmp_path / "many.jsonl.gz"
    with gzip.open(packed, "wb", compresslevel=1) as file:
        for _ in range(20):
            file.write(b"\n" * 1_000_000)
        file.write(b"{}")
    with reading(str(packed)) as opened:
        assert list(numbered_lines(opened.file, 100)) == [(20_000_001, b"{}")]
