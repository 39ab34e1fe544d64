"""Known-item search: articles asked for by words of their titles and of their first sentences, beside bare bm25.

usage: python -m benchmarks.search_quality [--articles 3000] [--queries 60]

Articles of the corpus (allsides and Fundus, many languages) are imported; each query is the longest words of a title or
of the sentence that a text begins with, one of three of them in another inflection where the corpus has one. The answer
is that article or a copy of it. MRR is the mean of 1 / rank among the first 20. `bm25`: SQLite's FTS5 with its own
tokenizer, its `porter` and its rank, over title and text.
"""

import argparse
import json
import random
import re
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean
from time import time
from typing import Any

from aggregator.archive.import_articles import import_file
from aggregator.archive.library import Archive
from aggregator.store import engine
from benchmarks import corpus

SHOWN, TITLE_WORDS, LEAD_WORDS = 20, 3, 4
_WORD = re.compile(r"[^\W\d_]{4,}")
_SENTENCE = re.compile(r".*?[.!?。]\s", re.DOTALL)
Answer = tuple[str, int]
"""A query and the number of the article that it is made from."""


def records(most: int) -> list[dict[str, Any]]:
    """Articles with title and text, as lines to import."""
    found: list[dict[str, Any]] = []
    addresses = set[str | None]()
    for name in ("fundus", "stories-allsides"):
        for record in corpus.read(corpus.folder() / f"{name}-dev.jsonl.xz"):
            day = str(record.get("date") or "")[:10]
            url, is_long = record.get("url"), bool(record.get("title")) and len(record["text"]) > 400
            if is_long and len(found) < most and (url is None or url not in addresses):  # one article an address
                addresses.add(url)
                found.append({key: record.get(key) for key in ("url", "title", "text", "lang")} | {"day": day})
    for number, record in enumerate(found):
        record |= {"id": number + 1, "url": record["url"] or f"https://a.example/{number}"}
        day = record.pop("day")
        if len(day) == len("2024-01-01"):
            record["published_at"] = f"{day}T12:00:00Z"
    return found


def queries(articles: Sequence[dict[str, Any]], number: int) -> dict[str, list[Answer]]:
    """Half of the queries from titles, half from first sentences; and those of titles with a word inflected."""
    chance, families = random.Random(17), defaultdict[str, list[str]](list)
    for word in sorted({word for one in articles for word in _WORD.findall(one["title"].lower())}):
        families[word[:5]].append(word)
    made: dict[str, list[Answer]] = {"titles": [], "leads": [], "inflected": []}
    for article in chance.sample(list(articles), min(len(articles), number)):
        title = _WORD.findall(article["title"])
        sentence = _SENTENCE.match(article["text"] + " ")
        lead = _WORD.findall(sentence[0]) if sentence else []
        kind, words, most = (
            ("titles", title, TITLE_WORDS) if len(made["titles"]) < number // 2 else ("leads", lead, LEAD_WORDS)
        )
        asked = sorted(dict.fromkeys(words), key=lambda word: -len(word))[:most]
        if len(asked) < most:
            continue
        made[kind].append((" ".join(asked), article["id"]))
        near = [word for word in families[asked[0].lower()[:5]] if _inflects(word, asked[0].lower())]
        if kind == "titles" and near:
            made["inflected"].append((" ".join([chance.choice(near), *asked[1:]]), article["id"]))
    return made


def _inflects(one: str, other: str) -> bool:
    """Tells whether words differ by a plural's or a verb's ending alone."""
    short, long = sorted((one, other), key=len)
    return short != long and long.startswith(short) and long[len(short) :] in ("s", "ed", "ing", "es", "en", "e", "n")


def score(ask: Callable[[str], Sequence[int]], answers: Sequence[Answer], heads: dict[int, int]) -> float:
    """The mean reciprocal rank."""
    ranks = []
    for query, answer in answers:
        found = [heads.get(one, one) for one in ask(query)][:SHOWN]
        wanted = heads.get(answer, answer)
        ranks.append(1 / (found.index(wanted) + 1) if wanted in found else 0.0)
    return mean(ranks) if ranks else 0.0


def bare(path: Path, articles: Sequence[dict[str, Any]], tokenizer: str) -> Callable[[str], Sequence[int]]:
    """Asks a table of FTS5 that was made as its documentation begins."""
    db = sqlite3.connect(path)
    db.execute(f"CREATE VIRTUAL TABLE f USING fts5(title, text, tokenize='{tokenizer}')")
    db.executemany("INSERT INTO f(rowid, title, text) VALUES (:id, :title, :text)", articles)

    def ask(query: str) -> Sequence[int]:
        phrase = " ".join(f'"{word}"' for word in query.split())
        return [row[0] for row in db.execute("SELECT rowid FROM f WHERE f MATCH ? ORDER BY rank LIMIT 20", [phrase])]

    return ask


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=3000)
    parser.add_argument("--queries", type=int, default=60)
    options = parser.parse_args()
    articles = records(options.articles)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "in.jsonl")
        source.write_text("".join(json.dumps(record) + "\n" for record in articles), encoding="utf-8")
        store = engine.open(f"sqlite:///{folder}/a.db")
        import_file(store, str(source), lambda _: None, int(time()))
        archive = Archive(store)
        heads = {one.id: one.copy_of for one in map(archive.article, range(1, len(articles) + 1)) if one.copy_of}
        ways: dict[str, Callable[[str], Sequence[int]]] = {
            "aggregator": lambda query: [hit.article.id for hit in archive.search(query, limit=SHOWN)],
            "bm25": bare(Path(folder, "b.db"), articles, "unicode61"),
            "bm25, porter": bare(Path(folder, "p.db"), articles, "porter unicode61"),
        }
        asked = queries(articles, options.queries)
        print(f"{len(articles)} articles; MRR of {', '.join(f'{len(some)} {kind}' for kind, some in asked.items())}")
        for name, ask in ways.items():
            print(f"{name:14}", *(f"{kind} {score(ask, some, heads):.3f}  " for kind, some in asked.items()))
        archive.close()


if __name__ == "__main__":
    main()
