"""What site memory gains, on sites made by transplanting: real templates with other real articles in their bodies.

usage: python -m benchmarks.transplant [--sites N] [--half 1|2] [--worst N]

Each site is one page of the development corpus, filled with the articles of other sites in its language (30 pages).
Captions, descriptions and titles change with the article; so do the teasers of other articles on every other site, and
a fifth of all other texts; on a few pages a text of the template's furniture stands between the article's paragraphs.
Pages are read in order with a growing memory, and once without any. From page 11 on: words let through that are not in
the truth, and words of the truth that are lost. The model knows the templates from its training, so that fewer words
get through without memory than on new sites.
"""

import argparse
import random
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from aggregator.extraction import pipeline
from aggregator.extraction.memory.site_memory import SiteMemory
from benchmarks import corpus
from benchmarks.templates import Article, Template, template

PAGES, WARM = 30, 10
_EXTRA = 0.04  # share of pages with furniture between the paragraphs
_SIZES = (150, 2500)  # words of an article
_MOST_PARAGRAPHS = 60


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page of a made site with the text that should come out."""

    html: str
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Pooled:
    """An article that may be transplanted, and where it is from."""

    article: Article
    lang: str
    site: str


def _lang(record: corpus.Record) -> str:
    return str(record.get("lang") or "en").split("-")[0].replace("nb", "no")


def pool() -> list[Pooled]:
    """The articles of the corpus that have a title and a text of usual size in at least four paragraphs."""
    found, texts = [], set()
    for name in corpus.SETS:
        for record in corpus.pages(name):
            paragraphs = tuple(line.strip() for line in record["text"].splitlines() if line.strip())
            size = len(corpus.words(record["text"]))
            usual = _SIZES[0] <= size <= _SIZES[1] and 4 <= len(paragraphs) <= _MOST_PARAGRAPHS
            if record.get("title") and usual and record["text"] not in texts:
                texts.add(record["text"])
                found.append(Pooled(Article(record["title"], paragraphs), _lang(record), corpus.group(record)))
    return found


def sites(most: int, half: int = 0) -> Iterator[tuple[str, list[SitePage]]]:
    """Made sites, always the same. `half`: 1 or 2 gives every other of them, to choose on one and to test on the
    other."""
    articles = pool()
    records = {corpus.group(record): record for name in reversed(corpus.SETS) for record in corpus.pages(name)}
    names = sorted(records, key=lambda name: zlib.crc32(name.encode()))
    given = 0
    for name in names:
        lang = _lang(records[name])
        fitting = [one for one in articles if one.lang == lang and one.site != name]
        made = template(records[name]) if len(fitting) >= PAGES else None
        if made is None:
            continue
        given += 1
        if given > most:
            return
        if not half or given % 2 == half % 2:
            yield name, _pages(name, made, fitting)


def _pages(name: str, made: Template, fitting: list[Pooled]) -> list[SitePage]:
    dice = random.Random(zlib.crc32(name.encode()))
    chosen = [one.article for one in dice.sample(fitting, PAGES)]
    others = [one.article for one in fitting if one.article not in chosen] or chosen
    teasers_change = dice.random() < 0.5
    found = []
    for number, article in enumerate(chosen):
        texts = {
            "caption": [_sentence(dice, others) for _ in range(made.captions)],
            "teaser": [dice.choice(others).title if teasers_change else text for text in made.teasers],
            "changing": [_sentence(dice, others) for _ in made.changing],
        }
        extra = None
        if made.furniture and dice.random() < _EXTRA:
            extra = (dice.randrange(1, len(article.paragraphs)), dice.choice(made.furniture))
        url = f"https://{name}/2026/{number + 100}-article.html"
        found.append(SitePage(made.fill(article, texts, extra), url, article.text))
    return found


def _sentence(dice: random.Random, articles: list[Article]) -> str:
    return dice.choice(dice.choice(articles).paragraphs).split(". ")[0][:200]


@dataclass(slots=True)
class Tally:
    """Words of the truth, words let through, words lost."""

    true: int = 0
    through: int = 0
    lost: int = 0

    def add(self, predicted: str, true: str) -> None:
        found, wanted = Counter(corpus.words(predicted)), Counter(corpus.words(true))
        self.true += wanted.total()
        self.through += (found - wanted).total()
        self.lost += (wanted - found).total()


def measure(pages: list[SitePage]) -> tuple[Tally, Tally, SiteMemory]:
    """Without and with memory, from page WARM + 1 on; and the memory at the end."""
    without, with_memory, memory = Tally(), Tally(), SiteMemory()
    for number, page in enumerate(pages):
        if number >= WARM:
            for tally, site in ((without, None), (with_memory, memory)):
                found = pipeline.article(page.html, page.url, site=site)
                tally.add(f"{found.lead or ''}\n{found.text}", page.text)
        memory = pipeline.learn(memory, [pipeline.RawPage(page.html, page.url)])
    return without, with_memory, memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=120)
    parser.add_argument("--half", type=int, choices=(0, 1, 2), default=0, help="every other site alone")
    parser.add_argument("--worst", type=int, default=0, help="list the sites where memory fails most")
    options = parser.parse_args()
    results, packed = [], 0
    for name, pages in sites(options.sites, options.half):
        without, with_memory, memory = measure(pages)
        results.append((name, without, with_memory))
        packed = max(packed, len(memory.packed()))
    report(results)
    print(f"largest memory {packed / 1000:.0f} kB")
    results.sort(key=lambda result: -(result[2].through + 2 * max(0, result[2].lost - result[1].lost)))
    for name, without, with_memory in results[: options.worst]:
        print(
            f"  {name:32} through {without.through} -> {with_memory.through}  lost {without.lost} -> {with_memory.lost}"
        )


def report(results: list[tuple[str, Tally, Tally]]) -> None:
    """The table over all sites."""
    print(f"{len(results)} sites of {PAGES} pages, measured from page {WARM + 1} on")
    print(f"{'':16}{'true words':>12}{'let through':>13}{'% of true':>11}{'lost':>9}{'% of true':>11}")
    totals = []
    for title, at in (("without memory", 1), ("with memory", 2)):
        true, through, lost = (sum(getattr(r[at], what) for r in results) for what in ("true", "through", "lost"))
        totals.append((true, through, lost))
        print(f"{title:16}{true:12}{through:13}{100 * through / true:11.2f}{lost:9}{100 * lost / true:11.2f}")
    (true, through, lost), (_, through_with, lost_with) = totals
    print(
        f"let through falls by {100 * (1 - through_with / max(1, through)):.1f} % (goal 70); "
        f"lost rises by {100 * (lost_with - lost) / true:+.3f} % of the true words (goal at most 0.2)"
    )


if __name__ == "__main__":
    main()
