"""Fetches the small news sites as `aggregator fetch` fetches any, and reads what was stored of them."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from aggregator.archive.list_stories import list_stories
from aggregator.archive.search import Search, records
from aggregator.demo.site import OUTLETS, serve
from aggregator.engines import fetch
from aggregator.errors import UsageError
from aggregator.extraction import pipeline
from aggregator.store import engine
from aggregator.text import count_words

MAX_STORIES = 1000
CONFIG = """\
# Written by `aggregator demo`. The sites were up while it ran; the database stays.
settings:
  site_gap: 0
  allow_private_networks: [127.0.0.0/8]
feeds:
"""


@dataclass(frozen=True, slots=True)
class CleanedPage:
    """Counts the words of an article's page and those that were kept, and holds the blocks that were dropped."""

    title: str
    site: str
    lang: str
    page_words: int
    kept_words: int
    dropped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoStory:
    """Holds articles that tell the same news: of each its title, its site and whether it is a copy."""

    articles: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Result:
    """Holds what the demonstration shows. `config`: the feeds.yaml it made, None if nothing was kept."""

    summary: fetch.Summary
    cleaned: tuple[CleanedPage, ...]
    stories: tuple[DemoStory, ...]
    config: Path | None


def run(keep: Path | None) -> Result:
    """Serves the sites, fetches them and reads the result. `keep`: a folder where feeds.yaml and the database stay.

    Raises UsageError if there is one of them in that folder already.
    """
    now = datetime.now(UTC)
    with _folder(keep) as folder, serve(now) as served:
        config = folder / "feeds.yaml"
        feeds = zip(served.feeds, OUTLETS, strict=True)
        config.write_text(CONFIG + "".join(f"  - url: {url}\n    lang: {outlet.lang}\n" for url, outlet in feeds))
        url = f"sqlite:///{folder / 'aggregator.db'}"
        request = fetch.FetchRequest(config_path=config, database=url, force=True)
        summary = fetch.run(request, lambda event: None, _environ())
        return Result(
            summary, tuple(_cleaned(*page) for page in served.pages.items()), _stories(url), config if keep else None
        )


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with TemporaryDirectory(prefix="aggregator-demo-") as name:
            yield Path(name)
        return
    if any((keep / name).exists() for name in ("feeds.yaml", "aggregator.db")):
        raise UsageError(f"--keep {keep}: there is a feeds.yaml or a database in it already; name another folder")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep


def _environ() -> dict[str, str]:
    """Returns the environment without the settings of the user's own installation."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AGGREGATOR_")}


def _cleaned(url: str, body: bytes) -> CleanedPage:
    explained = pipeline.explain(body, url, content_type="text/html; charset=utf-8")
    article, blocks = explained.article, explained.blocks
    words, dropped = sum(count_words(block.text) for block in blocks), [one.text for one in blocks if not one.kept]
    return CleanedPage(
        article.title or url, article.site or "", article.lang or "", words, article.word_count, tuple(dropped)
    )


def _stories(url: str) -> tuple[DemoStory, ...]:
    """Returns the stories of more than one article, the biggest first."""
    with closing(engine.open(url)) as store:
        listed = list_stories(store, None, datetime.now(UTC) + timedelta(days=1), MAX_STORIES)
        articles: dict[int, list[tuple[str, str, bool]]] = {one.id: [] for one in listed if one.articles > 1}
        for record in records(store, Search()):
            if record["story_id"] in articles:
                title = record["title"] or record["url"]
                articles[record["story_id"]].append((title, record["site"], record["copy_of"] is not None))
    return tuple(DemoStory(tuple(some)) for some in articles.values())
