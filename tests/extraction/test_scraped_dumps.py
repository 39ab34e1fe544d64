"""Whole dumps of pages as text: menus, weather, pointers, newsletters and comments go, every paragraph stays.

In the dumps a line that begins with "T:" is the title, one with "P:" a paragraph; the marks are taken off.
"""

from pathlib import Path

import pytest

from aggregator.extraction.body.set_phrases import heads_section, is_weather
from aggregator.extraction.plain.scraped_text import plain

DUMPS = sorted((Path(__file__).parent / "dumps").glob("*.txt"))


@pytest.mark.parametrize("dump", DUMPS, ids=lambda path: path.stem)
def test_all_paragraphs_of_a_dump_and_nothing_else(dump: Path) -> None:
    lines = dump.read_text(encoding="utf-8").strip().split("\n")
    title = next(line[2:] for line in lines if line.startswith("T:"))
    wanted = [line[2:] for line in lines if line.startswith("P:")]
    found = plain("\n".join(line.removeprefix("T:").removeprefix("P:") for line in lines))
    assert (found.title, found.text.split("\n\n"), found.is_article) == (title, wanted, True)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Weather 14°C Light rain", True),
        ("Météo Kersaval : 16° averses", True),
        ("今日の天気 くもり 最高18度", True),
        ("오늘의 날씨 흐림 18도", True),
        ("Lisboa 21º", True),
        ("Wetter gut, Ernte schlecht", False),
        ("The 39 steps of the lighthouse", False),
    ],
)
def test_weather(line: str, told: bool) -> None:
    assert is_weather(line) is told


@pytest.mark.parametrize(
    "line", ["Most read", "Lo más leído", "関連記事", "الأكثر قراءة", "Комментарии (3)", "많이 본 뉴스"]
)
def test_headings_of_what_follows_an_article(line: str) -> None:
    assert heads_section(line)
