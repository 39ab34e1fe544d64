"""How fast one fetch is, cold and warm, on a loopback site of many hosts, feeds and real pages.

    python -m benchmarks.newsroom --hosts 10 --feeds 40 --pages 200

Prints feeds/s, articles/s, CPU seconds and peak memory (of the command and its workers), and database bytes an article.
Pages come from the corpus of real pages (AGGREGATOR_CORPUS, default ../shared/corpus), or are made up where it is
absent.
"""

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from html import escape
from pathlib import Path

from benchmarks import corpus
from tests.servers import Server, conditional

HERE = Path(__file__).parents[1]
_CANONICAL = re.compile(r"(?is)<link[^>]+rel=[\"']?(?:canonical|amphtml)[^>]*>|<meta[^>]+og:url[^>]*>")


def main() -> None:
    """Serves the site and times the command on it."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--hosts", type=int, default=10)
    asked.add_argument("--feeds", type=int, default=40)
    asked.add_argument("--pages", type=int, default=200)
    options = asked.parse_args()
    servers = [Server(f"127.0.0.{number + 100}") for number in range(options.hosts)]
    for server in servers:
        server.__enter__()
    try:
        with tempfile.TemporaryDirectory() as folder:
            subscribe(Path(folder), publish(servers, options.feeds, texts(options.pages)))
            for name in ("cold", "warm"):
                report(name, Path(folder), options)
    finally:
        for server in servers:
            server.__exit__(None, None, None)


def texts(count: int) -> list[str]:
    """Pages of the corpus, over and over with another paragraph each, so that no two are one article."""
    there = (corpus.folder() / "fundus-dev.jsonl.xz").exists()
    real = [_CANONICAL.sub("", record["html"]) for record in corpus.pages("fundus")] if there else []
    if not real:
        line = "The council met on Tuesday and decided that the bridge will be rebuilt, as engineers had asked. "
        real = [
            f"<html><body><article><h1>Council {n}</h1><p>{line * 20}</p></article></body></html>" for n in range(40)
        ]
    return [real[n % len(real)].replace("</p>", f" Copy number {n}.</p>", 1) for n in range(count)]


def publish(servers: list[Server], feeds: int, pages: list[str]) -> list[str]:
    """Puts pages and feeds on the servers; the URLs of the feeds."""
    urls = []
    for number in range(feeds):
        server, items = servers[number % len(servers)], ""
        for index in range(number, len(pages), feeds):
            kind = {"Content-Type": "text/html; charset=utf-8"}
            link = server.route(f"/page/{index}", conditional(pages[index].encode(), f'"{index}"', **kind))
            items += f"<item><title>Page {index}</title><link>{escape(link)}</link><guid>{index}</guid></item>"
        body = f"<rss version='2.0'><channel><title>Feed {number}</title>{items}</channel></rss>"
        urls.append(server.route(f"/feed/{number}", conditional(body, f'"f{number}"')))
    return urls


def subscribe(folder: Path, urls: list[str]) -> None:
    """Writes feeds.yaml."""
    settings = "settings:\n  site_gap: 0\n  allow_private_networks: true\n"
    (folder / "feeds.yaml").write_text(settings + "feeds:\n" + "".join(f"  - url: {url}\n" for url in urls))


def report(name: str, folder: Path, options: argparse.Namespace) -> None:
    """Runs one fetch and prints what it cost."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "aggregator", "fetch", "--all", "--json"]
    environ = os.environ | {"PYTHONPATH": str(HERE)}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=900, check=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    summary = json.loads(done.stdout)
    size = sum(file.stat().st_size for file in folder.glob("aggregator.db*") if file.is_file())
    print(
        f"{name}: {summary['feeds']['polled']} feeds, {summary['articles']['new']} new articles in {wall:.1f} s: "
        f"{options.feeds / wall:.1f} feeds/s, {summary['articles']['new'] / wall:.1f} articles/s, CPU {cpu:.1f} s, "
        f"peak {after.ru_maxrss / 1024:.0f} MB a process, {size / max(1, options.pages):.0f} database bytes an article"
    )


if __name__ == "__main__":
    main()
