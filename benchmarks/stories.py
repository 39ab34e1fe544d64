"""Copies and stories on labelled documents, in time order, through the real code and a real database.

    python -m benchmarks.stories --input FILE.jsonl[.xz] … [--database URL] [--first N] [--wrong N] [--baselines]

Documents are lines with id, text and, where known, title, date (ISO 8601), source, cluster, kind, ticker, lang.
Prints pair precision, recall and F1 of copies (one cluster = one text), B-cubed and ARI of stories, documents a second
with SQL included, and bytes an article. Where documents have tickers: copies linked between different companies. With
`--baselines` the same for the ways of `story_baselines.py`, in the same process (needs the extra `benchmarks`), among
them plain online TF-IDF for stories, at two thresholds.
"""

import argparse
import json
import lzma
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations
from math import comb
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, insert

from aggregator.store import schema
from aggregator.store.grouping import stories
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.stories import fingerprint
from aggregator.text import text_hash
from benchmarks.story_baselines import BASELINES, online_tfidf

Doc = dict[str, Any]


def read(path: Path) -> list[Doc]:
    """The documents of a file, oldest first; ids made unique."""
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as file:
        docs = [json.loads(line) for line in file]
    seen: Counter[str] = Counter()
    for doc in docs:
        seen[doc["id"]] += 1
        doc["key"] = doc["id"] if seen[doc["id"]] == 1 else f"{doc['id']}-{seen[doc['id']]}"
        doc["at"] = seconds(str(doc.get("date") or ""))
    return sorted(docs, key=lambda doc: doc["at"])


def seconds(date: str) -> int:
    """Seconds since 1970 of an ISO date or `1-APR-1987 00:02:13.34`; of anything else one fixed day."""
    short = re.match(r"\s*(\d+-[A-Z]{3}-\d{4} \d\d:\d\d:\d\d)", date)
    try:
        if short:
            return int(datetime.strptime(short[1].title(), "%d-%b-%Y %H:%M:%S").replace(tzinfo=UTC).timestamp())
        return int(datetime.fromisoformat(date.replace("/", "-")).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 1_709_251_200


def site_of(doc: Doc) -> str:
    """The document's publisher; one without is a publisher of its own."""
    source = str(doc.get("source") or "")
    host = re.match(r"https?://([^/]+)", source)
    return host[1] if host else source or f"site-{doc['key']}"


def row_of(doc: Doc, key: int, assignment: stories.Assignment, digest: int, words: int) -> dict[str, Any]:
    """The row of `articles`."""
    url = f"https://{site_of(doc)}/{doc['key']}"
    return {
        "id": key,
        "url": url,
        "canonical_url": f"{url}#{key}",
        "site": site_of(doc),
        "body_from": "page",
        "title": doc.get("title"),
        "fetched_at": doc["at"],
        "at": doc["at"],
        "text": doc["text"],
        "story_id": assignment.story_id,
        "copy_of": assignment.copy_of,
        "word_count": words,
        "text_hash": digest,
        "is_article": True,
        "extractor_version": 0,
    }


class Database:
    """An empty database; what is measured runs in batches of 200 articles a transaction."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)
        if url.startswith("sqlite"):
            event.listen(self.engine, "connect", self._tune)
        schema.metadata.drop_all(self.engine)
        schema.metadata.create_all(self.engine)
        self.key = 0

    @staticmethod
    def _tune(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA cache_size=-16000")

    def run(self, docs: list[Doc]) -> Iterator[tuple[Doc, int]]:
        for start in range(0, len(docs), 200):
            unit = UnitOfWork(self.engine)
            with unit, unit.begin():
                for doc in docs[start : start + 200]:
                    self.key += 1
                    made, digest = fingerprint(doc["text"], doc.get("lang"), doc.get("title")), text_hash(doc["text"])
                    assignment = stories.assign(
                        unit,
                        site=site_of(doc),
                        at=doc["at"],
                        title=doc.get("title"),
                        text_hash=digest,
                        fingerprint=made,
                    )
                    unit.execute(insert(schema.articles), row_of(doc, self.key, assignment, digest, made.words))
                    stories.record(unit, self.key, assignment)
                    yield doc, self.key
                unit.flush()

    def result(self) -> dict[int, tuple[int, int]]:
        """(story, head) of each article."""
        with self.engine.connect() as conn:
            rows = conn.execute(schema.articles.select()).mappings().all()
        return {row["id"]: (row["story_id"], row["copy_of"] or row["id"]) for row in rows}


def pairs(label: dict[str, Any]) -> set[tuple[str, str]]:
    groups = defaultdict(list)
    for key, value in label.items():
        groups[value].append(key)
    return {(min(p), max(p)) for group in groups.values() for p in combinations(group, 2)}


def copies(docs: list[Doc], head: dict[str, Any], wrong: int) -> str:
    truth, found = pairs({doc["key"]: doc["cluster"] for doc in docs}), pairs(head)
    kinds = {doc["key"]: doc.get("kind", "") for doc in docs}
    right = truth & found
    precision, recall = len(right) / max(1, len(found)), len(right) / max(1, len(truth))
    by: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for pair in truth:
        a, b = (kinds[key] for key in pair)
        if "base" in (a, b):
            kind = b if a == "base" else a
            by[kind][1] += 1
            by[kind][0] += pair in right
    titles = {doc["key"]: doc for doc in docs}
    for a, b in sorted(found - truth)[:wrong]:
        print("   wrong:", a, kinds[a], b, kinds[b], "|", titles[a].get("title"), "|", titles[b].get("title"))
    for a, b in [p for p in sorted(truth - found) if "base" in (kinds[p[0]], kinds[p[1]])][:wrong]:
        print("   missed:", a, kinds[a], b, kinds[b], "|", titles[a].get("lang"), titles[a].get("title"))
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    edits = ", ".join(f"{kind} {n / m:.2f}" for kind, (n, m) in sorted(by.items()))
    links = Counter(tuple(sorted((kinds[a], kinds[b]))) for a, b in found - truth)
    return f"copies P {precision:.3f} R {recall:.3f} F1 {f1:.3f}\n  by edit: {edits}\n  wrong links: {dict(links)}"


def b_cubed(docs: list[Doc], story: dict[str, Any]) -> str:
    """Scores stories on the documents that have a label. Where others have none, these are the stream between them, and
    a labelled one whose story has no second says nothing."""
    true, made = defaultdict(set), defaultdict(set)
    label = {doc["key"]: doc["cluster"] for doc in docs if doc.get("cluster") is not None}
    size = Counter(label.values())
    if len(label) < len(docs):
        label = {key: value for key, value in label.items() if size[value] > 1}
    for key, value in label.items():
        true[value].add(key)
        made[story[key]].add(key)
    n = len(label)
    precision = sum(len(true[c] & made[story[k]]) / len(made[story[k]]) for k, c in label.items()) / n
    recall = sum(len(true[c] & made[story[k]]) / len(true[c]) for k, c in label.items()) / n
    both = sum(comb(m, 2) for m in Counter((c, story[k]) for k, c in label.items()).values())
    a, b = (sum(comb(len(s), 2) for s in groups.values()) for groups in (true, made))
    expected = a * b / comb(n, 2)
    ari = (both - expected) / max(1e-9, (a + b) / 2 - expected)
    f1 = 2 * precision * recall / (precision + recall)
    return f"stories B3 P {precision:.3f} R {recall:.3f} F1 {f1:.3f} ARI {ari:.3f} of {n}"


def companies(docs: list[Doc], head: dict[str, Any], wrong: int) -> str:
    tickers = {doc["key"]: frozenset(doc.get("ticker") or ()) for doc in docs}
    texts = {doc["key"]: doc["text"] for doc in docs}
    linked = [p for p in pairs(head) if all(tickers[k] for k in p)]
    bad = [p for p in linked if not tickers[p[0]] & tickers[p[1]]]
    for a, b in sorted(bad)[:wrong]:
        print("   wrong:", a, set(tickers[a]), b, set(tickers[b]), "\n", texts[a][:300], "\n --\n", texts[b][:300])
    return f"copies linked: {len(linked)} pairs with tickers, of different companies: {len(bad)}"


def notices(docs: list[Doc], story: dict[str, Any]) -> str:
    """Says how many pairs of notices on different companies are in one story, and how large the largest story is."""
    tickers = {doc["key"]: frozenset(doc.get("ticker") or ()) for doc in docs}
    told = pairs({key: story[key] for key, names in tickers.items() if names})
    bad = sum(not tickers[a] & tickers[b] for a, b in told)
    return f"stories: {bad} pairs of different companies; the largest has {max(Counter(story.values()).values())}"


def measure(path: Path, url: str | None, wrong: int, first: int | None) -> None:
    docs = read(path)[:first]
    with tempfile.TemporaryDirectory() as folder:
        database = Database(url or f"sqlite:///{folder}/x.db")
        start = time.process_time(), time.perf_counter()
        keys = {doc["key"]: key for doc, key in database.run(docs)}
        cpu, wall = time.process_time() - start[0], time.perf_counter() - start[1]
        result = database.result()
        database.engine.dispose()
        size = sum(file.stat().st_size for file in Path(folder).glob("x.db*"))
    story = {key: result[i][0] for key, i in keys.items()}
    head = {key: result[i][1] for key, i in keys.items()}
    texts = sum(len(doc["text"].encode()) for doc in docs)
    print(f"{path.name}: {len(docs)} documents of {texts // len(docs)} bytes")
    print(
        f"  {len(docs) / wall:.0f} documents/s ({1000 * cpu / len(docs):.2f} ms CPU), {size // len(docs)} bytes/article"
    )
    score(docs, story, head, wrong)


def score(docs: list[Doc], story: dict[str, Any], head: dict[str, Any], wrong: int) -> None:
    """Prints what the labels of the documents allow to say."""
    if "kind" in docs[0]:
        print(" ", copies(docs, head, wrong))
    if any(doc.get("ticker") for doc in docs):
        print(" ", companies(docs, head, wrong))
        print(" ", notices(docs, story))
    if any("cluster" in doc for doc in docs):
        print(" ", b_cubed(docs, story))


def compare(path: Path, first: int | None) -> None:
    """The same of other ways to find copies; what they call one text is taken for one story too."""
    docs = read(path)[:first]
    for name, label in BASELINES.items():
        start = time.process_time()
        found = label([doc["text"] for doc in docs])
        cpu = time.process_time() - start
        print(f" {name}: {len(docs) / cpu:.0f} documents/s of CPU, nothing stored")
        labels = {doc["key"]: one for doc, one in zip(docs, found, strict=True)}
        score(docs, labels, labels, 0)
    texts, at = [f"{doc.get('title') or ''} {doc['text']}" for doc in docs], [doc["at"] for doc in docs]
    for threshold in (0.25, 0.3):
        stories_found = online_tfidf(texts, at, threshold, days=5)
        print(f" online TF-IDF, cosine {threshold} at least, 5 days:")
        print(" ", b_cubed(docs, {doc["key"]: one for doc, one in zip(docs, stories_found, strict=True)}))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--input", type=Path, nargs="+", required=True)
    parser.add_argument("--database", help="SQLAlchemy URL; its tables are dropped; default a new SQLite file")
    parser.add_argument("--first", type=int, help="only so many documents of each file, the oldest")
    parser.add_argument("--wrong", type=int, default=0, help="show so many wrong and missed links")
    parser.add_argument("--baselines", action="store_true", help="exact hash, SimHash, MinHash beside it")
    args = parser.parse_args()
    for path in args.input:
        measure(path, args.database, args.wrong, args.first)
        if args.baselines:
            compare(path, args.first)


if __name__ == "__main__":
    main()
