"""What others find copies by, for comparison: exact hash, SimHash, MinHash with locality-sensitive hashing
(datasketch); and the plain way to find stories, online TF-IDF.

Each gives a label to every text; texts of one label are one cluster, made as these tools are used: every pair that is
near enough is linked, and what is linked in a row is one.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from math import hypot, log

from aggregator.text import index_form, text_hash
from aggregator.times import DAY

Label = Callable[[Sequence[str]], list[int]]


def exact(texts: Sequence[str]) -> list[int]:
    """Equal folded words."""
    return [text_hash(text) for text in texts]


def simhash(texts: Sequence[str]) -> list[int]:
    """64 bits of word 3-grams; at most 3 of them differ. Four of the parts of 16 bits: one is equal then."""
    links, seen = _Links(len(texts)), [defaultdict[int, list[int]](list) for _ in range(4)]
    prints: list[int] = []
    for place, text in enumerate(texts):
        bits = _simhash(text)
        for part, index in enumerate(seen):
            key = bits >> 16 * part & 0xFFFF
            for other in index[key]:
                if (bits ^ prints[other]).bit_count() <= 3:
                    links.join(place, other)
            index[key].append(place)
        prints.append(bits)
    return links.labels()


def minhash(threshold: float) -> Label:
    """128 permutations of word 3-grams, Jaccard at least `threshold` by the estimate of the index."""

    def label(texts: Sequence[str]) -> list[int]:
        from datasketch import MinHash, MinHashLSH

        links, index = _Links(len(texts)), MinHashLSH(threshold=threshold, num_perm=128)
        for place, text in enumerate(texts):
            made = MinHash(num_perm=128)
            made.update_batch([gram.encode() for gram in set(_grams(text))] or [b""])
            for other in index.query(made):
                links.join(place, int(other))
            index.insert(str(place), made)
        return links.labels()

    return label


def online_tfidf(texts: Sequence[str], at: Sequence[int], threshold: float, days: float) -> list[int]:
    """Stories of texts in the order of time: each joins the story of the last days whose sum has the highest cosine
    with it, if that is the threshold at least. Words are weighed by those read so far."""
    often: Counter[str] = Counter()
    stories: list[dict[str, float]] = []
    last: list[int] = []
    labels: list[int] = []
    for text, now in zip(texts, at, strict=True):
        said = Counter(index_form(text).split())
        often.update(said.keys())
        weighed = {w: (1 + log(n)) * log((len(labels) + 2) / often[w] + 1) for w, n in said.items()}
        length = hypot(*weighed.values()) or 1.0
        own = {word: weight / length for word, weight in weighed.items()}
        near = [n for n, time in enumerate(last) if now - time <= days * DAY]
        alike = {n: sum(w * stories[n][t] for t, w in own.items()) / hypot(*stories[n].values()) for n in near}
        best = max(near, key=lambda n: alike[n], default=len(stories))
        if best == len(stories) or alike[best] < threshold:
            best = len(stories)
            stories.append(defaultdict(float))
            last.append(now)
        for word, weight in own.items():
            stories[best][word] += weight
        last[best] = now
        labels.append(best)
    return labels


BASELINES: dict[str, Label] = {
    "exact hash": exact,
    "SimHash-64 <= 3": simhash,
    "MinHash-128 LSH .5": minhash(0.5),
    "MinHash-128 LSH .7": minhash(0.7),
}


def _grams(text: str) -> Iterator[str]:
    words = index_form(text).split()
    return (" ".join(words[n : n + 3]) for n in range(max(1, len(words) - 2)))


def _simhash(text: str) -> int:
    counts = [0] * 64
    for gram in _grams(text):
        value = int.from_bytes(blake2b(gram.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
        for bit in range(64):
            counts[bit] += 1 if value >> bit & 1 else -1
    return sum(1 << bit for bit, count in enumerate(counts) if count > 0)


class _Links:
    """Union-find."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def _top(self, place: int) -> int:
        while self._above[place] != place:
            self._above[place] = self._above[self._above[place]]
            place = self._above[place]
        return place

    def join(self, one: int, other: int) -> None:
        self._above[self._top(one)] = self._top(other)

    def labels(self) -> list[int]:
        return [self._top(place) for place in range(len(self._above))]
