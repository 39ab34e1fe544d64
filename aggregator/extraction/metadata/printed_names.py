"""Finds names in texts as a page prints them one after another: after "By …", beside a role, of an account."""

import re
from collections.abc import Sequence
from itertools import pairwise

from aggregator.extraction.metadata.language import function_words
from aggregator.extraction.metadata.name_forms import is_person, plausible
from aggregator.extraction.metadata.person_names import MAX_AUTHORS, OFFICE, PLACEHOLDER, split_names
from aggregator.text import fold

# Persons by their role in scripts without capitals, where a name alone looks like any other word.
_EAST_ASIAN = (
    re.compile(
        r"(?<![가-힣])([가-힣]{2,4}(?:\s?[·,]\s?[가-힣]{2,4})*)\s?(?:선임|수습|인턴|전문|객원)?\s?(?:기자|특파원|논설위원)(?![가-힣])"
    ),
    re.compile(
        r"(?:記者|记者)\s?[:：/／]?\s?([\u4e00-\u9fff·]{2,4}(?:[、,，\s][\u4e00-\u9fff·]{2,4})*)(?=\s|[／/|｜）)】\]〕]|$)"
    ),
    re.compile(
        r"(?:^|[【（(〔\s])([\u4e00-\u9fff々]{2,5}(?:\s?[、・]\s?[\u4e00-\u9fff々]{2,5})*)\s?(?:記者|记者|編集委員|論説委員|特派員)(?=\s|[／/|｜）)】\]〕]|$)"
    ),
    re.compile(
        r"(?:作者|責任編輯|责任编辑|責編|责编|編輯|编辑)\s?[:：]\s?([\u4e00-\u9fff·]{2,4}(?:[、,，\s][\u4e00-\u9fff·]{2,4})*)(?=\s|[）)】\]]|$)"
    ),
)
_EAST_ASIAN_LETTER = re.compile("[\u4e00-\u9fff가-힣]")
_NO_EAST_ASIAN_NAME = frozenset(
    "시민 전체 담당 취재 선임 수습 인턴 소속 구독 본지 명예 객원 온라인 디지털 "
    "本報 本报 新华社 見習 见习 実習 实习 采访 採訪 責任 责任 署名".split()
)
_BYLINE = re.compile(
    r"^[\W_]*(?:(?:(?:written|words|story|text|article|report|reporting|reported|posted|published|created|contributed|authored"
    r"|blog|researched|recommended)\s+)?by"
    r"|authors?(?:\(s\))?(?=\s*:|$)|contributors?(?=\s*:|$)|von|ein(?:e)? \w+ von|par|por|di|de(?=\s[A-Z])|door|av|af"
    r"|autor(?:in|en|es|a|ka|ii?)?(?=\s*:|$)|auteurs?(?=\s*:|$)"
    r"|text(?:\s(?:und|and|og|och|&|\+)\s\w+)?(?=\s*:|$)|文(?=・[\u4e00-\u9fff]{2,5}(?:\s|$))|texto(?=\s*:|$)|testo(?=\s*:|$)|tekst(?=\s*:|$)|kirjoittaja|toimittaja|автор(?:ы|и)?|текст"
    r"|от(?=\s[А-Я])|oleh|penulis|reporter(?=\s*:)|yazan|yazar|haber(?=\s*:)"
    r"|tác giả|szerző|írta|scris de|de către|autorius|συντάκτης|γράφει(?: ο| η)?|του|της|作者|記者|记者|文|撰文"
    r"|取材・?文|執筆|글|بقلم|كتب|نویسنده|מאת|लेखक|द्वारा|โดย|ผู้เขียน)"
    r"(?:\s*[:：/＝=・]\s*|\s+|(?<=[者撰執][:：文筆者])|$)",
    re.IGNORECASE,
)
_BY = re.compile(
    r"(?:(?:[^\W\d_]+\s+)?by|author|user|(?:\w+ )?von|par|por|autore?|автор|作者|投稿者)(?:\s*[:：]\s*|\s+|$)",
    re.IGNORECASE,
)
_ROW = 2 * MAX_AUTHORS  # texts that a row of names may have, with what joins them
_ON_A_DAY = re.compile(r"\s(?:on|am|at|le|il|el|»|[·|,–-])\s")
_ACCOUNT = re.compile(r"(?=\D{2})[^\W_][\w.\-]{2,24}")
_JOINT = re.compile(r"(?:[,;&+/、・]|and|und|et|y|e|og|och|en|i|ve|и|та|και|with|,\s?(?:and|&))$", re.IGNORECASE)
_PLACE_AND = re.compile(r"(?:in|aus|à|en|from)\s[^\W\d_][\w .'\-]{1,30}\s(?:and|und|et|y|e|og|och)", re.IGNORECASE)
_TEXT_IN_BRACKETS = re.compile(r"(.{3,60}?)\s*\((?:text|texte|texto|words|tekst)\)", re.IGNORECASE)
_LEADING_JOINT = re.compile(r"(?:(?:and|und|et|y|e|og|och|en|i|ve|и|та|και|with|mit)\s+)(?=\S)", re.IGNORECASE)
_OPEN_END = re.compile(r"(?:[,;&+、]|\s(?:and|und|et|y|e|og|och|en|i|ve|и|та|και))$", re.IGNORECASE)


def labelled_names(lines: Sequence[str], most: int | None = None) -> list[str]:
    """Returns the names after the first "By …", in any of many languages, in texts as a page prints them one after
    another; `most`: it stands among as many texts, and the names may go on behind them."""
    for number, line in enumerate(lines[:most]):
        names = _of_east_asian_role(line) if len(line) <= 80 and _EAST_ASIAN_LETTER.search(line) else []
        if names:
            return names
        written = _TEXT_IN_BRACKETS.match(line) if "(" in line else None
        if written and (names := [*split_names(written[1])]) and all(map(is_person, names)):
            return names
        byline = _BYLINE.match(line) if len(line) <= 160 else None
        if byline:
            names = run_of_names(line[byline.end() :], lines[number + 1 : number + 1 + _ROW])
            if names:
                return names
    return []


def _of_east_asian_role(line: str) -> list[str]:
    for pattern in _EAST_ASIAN:
        names = [name for found in pattern.findall(line) for name in re.split(r"[·、,，・\s]+", found)]
        names = [name for name in names if name and name not in _NO_EAST_ASIAN_NAME]
        if names:
            return list(dict.fromkeys(names))
    return []


def account_name(lines: Sequence[str]) -> list[str]:
    """Returns the name of an account, one word in any letters, that stands after "by" in texts: "Posted by inkwren"."""
    for line, after in pairwise([*lines, ""]):
        by = _BY.match(line)
        name = _ON_A_DAY.split(line[by.end() :] or after)[0] if by else ""
        if _ACCOUNT.fullmatch(name) and not PLACEHOLDER.match(name.lower()) and name.lower() not in function_words():
            return [name]
    return []


def run_of_names(text: str, following: Sequence[str]) -> list[str]:
    """Returns the names in `text`, which begins with one, and in the texts that go on with it ("A", ",", "B", "and",
    "C")."""
    names: list[str] = []
    after = iter(following)
    text = text.strip() or next(after, "")
    if (OFFICE.search(text) or PLACEHOLDER.match(fold(text))) and not any(map(plausible, split_names(text))):
        text = next(after, "")  # "By our correspondent", "Ann Field"
    while text and len(text) <= 160:
        found = [name for name in split_names(_OPEN_END.sub("", text)) if plausible(name)][: MAX_AUTHORS - len(names)]
        names.extend(name for name in found if name not in names)
        if not found:
            break
        going_on = bool(_OPEN_END.search(text))
        text = next(after, "")
        joint = _LEADING_JOINT.match(text)
        if _JOINT.match(text) or _PLACE_AND.fullmatch(text):
            text = next(after, "")
        elif joint and any(is_person(name) for name in split_names(text[joint.end() :])[:1]):
            text = text[joint.end() :]
        elif not going_on:
            break
    return names
