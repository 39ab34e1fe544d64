"""How well the links to articles are told from all others on real pages.

    python benchmarks/sections.py [--list] [--fronts FOLDER]

The pages are the news pages of the development corpus: each has lists of other articles on it. The truth is what a
person knows of each site's addresses: a pattern that those of its articles, and only those, have. Links that stand in
navigation, header and footer by their tags are not counted, for a section page lists its articles elsewhere. Beside it,
the same on the made section pages of the tests, whose truth is known link by link.

Real front pages are three in the tests of newspaper4k (MIT): unpack its source distribution from PyPI, and name its
folder tests/data/html with --fronts. Of these all links count, with those in navigation and footer, videos and
galleries too. newspaper4k itself is measured beside ours where it is installed.
"""

import argparse
import re
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from aggregator import dom
from aggregator.dom import LexborHTMLParser
from aggregator.feeds.section import article_urls, section_page
from aggregator.feeds.section.anchors import links_of
from aggregator.urls import normalise, site_of
from benchmarks import corpus
from tests.feeds.section.sections import SECTIONS

# What comes after the site's name in the addresses of its articles.
PATTERNS = {
    "euronews.com": r"/[\w-]+/20\d\d/\d\d/\d\d/.+",
    "waz.de": r"/.+(?:-id\d+\.html|/article\d+/.+)",
    "br.de": r"/nachrichten/[\w-]+/.+,\w{7}",
    "morgenpost.de": r"/.*article\d+/.+",
    "faz.net": r"/.+-\d{6,}\.html",
    "mirror.co.uk": r"/.+-\d{6,}",
    "nationalpost.com": r"/(?:news|opinion|sports|life|shopping-essentials|personal-finance|entertainment|travel"
    r"|health)/(?:[\w-]+/)*\w+(?:-\w+){2,}/?",
    "20min.ch": r"/story/.+-\d+",
    "welt.de": r"/.*(?:article|plus)\d+/.+",
    "golem.de": r"/(?:news|specials?)/.+-\d+\.html",
    "stuttgarter-zeitung.de": r"/inhalt\..+\.html",
    "abc.es": r"/.+-\d{8,}-\w+\.html",
    "lavanguardia.com": r"/.*20\d{6}/\d+/.+\.html",
    "yomiuri.co.jp": r"/.*20\d{6}-\w+/?",
    "landesspiegel.li": r"/20\d\d/\d\d/.+",
    "tageblatt.lu": r"/(?:headlines|meinung|kultur|sport|nachrichten)/\w+(?:-\w+){2,}/?",
    "dagbladet.no": r"/.+/\d{7,}",
    "rp.pl": r"/.*art\d+-.+",
    "metro.co.uk": r"/20\d\d/\d\d/\d\d/.+",
    "inews.co.uk": r"/.+-\d{6,}",
    "apnews.com": r"/article/.+",
    "reuters.com": r"/.+-20\d\d-\d\d-\d\d/?",
    "thegatewaypundit.com": r"/20\d\d/\d\d/.+",
    "theintercept.com": r"/20\d\d/\d\d/\d\d/.+",
    "thenation.com": r"/article/.+/.+",
    "dailymaverick.co.za": r"/(?:opinionista|article)/20\d\d-\d\d-\d\d-.+",
    "npr.org": r"/(?:sections/[\w-]+/)?20\d\d/\d\d/\d\d/.+",
    "derstandard.at": r"/story/\d+/.+",
    "diepresse.com": r"/\d{6,}/.+",
    "kleinezeitung.at": r"/.*\d{7,}/.+",
    "9news.com.au": r"/.+/[0-9a-f]{8}-[0-9a-f-]+",
    "politico.eu": r"/article/.+",
    "globalnews.ca": r"/news/\d+/.+",
    "people.com.cn": r"/n1/20\d\d/\d{4}/.+\.html",
    "correctiv.org": r"/[\w-]+/(?:[\w-]+/)?20\d\d/\d\d/\d\d/.+",
    "rbb24.de": r"/.+/(?:beitrag|av[\d\w-]*|audio)/20\d\d/\d\d/.+\.html",
    "rp-online.de": r"/.+_(?:aid|bid|iid)-\d+.*",
    "winfuture.de": r"/news,\d+\.html",
    "mallorcazeitung.es": r"/.+-\d{6,}\.html",
    "publico.es": r"/.+\w+(?:-\w+){4,}\.html",
    "sermitsiaq.ag": r"/[\w-]+/.+/\d{6,}",
    "bhaskar.com": r"/.+/news/.+-\d{6,}\.html",
    "mbl.is": r"/.+/20\d\d/\d\d/\d\d/.+",
    "corriere.it": r"/.+\.shtml",
    "sankei.com": r"/article/20\d{6}-\w+/?",
    "lrt.lt": r"/naujienos/[\w-]+/\d+/\d+/.+",
    "nettavisen.no": r"/.+/s/[\d-]+",
    "kommersant.ru": r"/doc/\d+",
    "taipeitimes.com": r"/News/.+/archives/20\d\d/\d\d/\d\d/\d+",
    "express.co.uk": r"/.+/\d{6,}/.+",
    "independent.co.uk": r"/.+-b\d+\.html",
    "thesun.co.uk": r"/.+/\d{7,}/.+",
    "cnbc.com": r"/(?:video/)?20\d\d/\d\d/\d\d/.+\.html",
    "vnexpress.net": r"/.+-\d{7}\.html",
    "citizen.co.za": r"/(?:[\w-]+/)+\w+(?:-\w+){3,}/?",
}


Found = Callable[[LexborHTMLParser, str], set[str]]


def ours(tree: LexborHTMLParser, url: str) -> set[str]:
    """The keys of the links that are taken for articles'."""
    return {one.key for one in section_page.articles(tree, url)}


def newspaper(tree: LexborHTMLParser, url: str) -> set[str]:
    """The same by newspaper4k, which builds its sources by the address alone (`newspaper.urls.valid_url`)."""
    from newspaper.urls import valid_url

    return {one.key for one in links_of(tree, url) if site_of(one.url) == site_of(url) and valid_url(one.url)}


FRONTS = {
    "cnn_main_site.html": (
        "https://www.cnn.com/",
        r"(?:(?:www\.|edition\.|money\.|travel\.|[\w]+\.blogs\.)?cnn\.com)/(?:20\d\d/|video/data/|worlds-).+",
    ),
    "wired_main_site.html": (
        "https://www.wired.com/",
        r"www\.wired\.com/(?:story|review|gallery|video/watch|20\d\d/\d\d)/.+",
    ),
    "yahoo_main_site.html": ("https://www.yahoo.com/", r"uk\.[\w.]*yahoo\.com/.+-\d{8,}(?:-slideshow)?[\w-]*\.html"),
}


def fronts(folder: Path, found_by: Found, *, listed: bool) -> tuple[int, int, int, int]:
    """The same over the real front pages."""
    right = found_all = truth_all = 0
    for name, (url, pattern) in FRONTS.items():
        tree = dom.parse(dom.decode((folder / name).read_bytes(), None))
        for node in tree.css("script, style, template"):
            node.decompose()
        links = links_of(tree, url)
        truth = {one.key for one in links if re.fullmatch(rf"https?://{pattern}", one.key.partition("?")[0])}
        found = found_by(tree, url)
        right, found_all, truth_all = right + len(found & truth), found_all + len(found), truth_all + len(truth)
        print(f"{name}: {len(truth & found)} right of {len(found)} found, {len(truth)} there")
        if listed:
            print(
                "\n".join(
                    [*(f"  + {key}" for key in sorted(found - truth)), *(f"  - {key}" for key in sorted(truth - found))]
                )
            )
    return len(FRONTS), right, found_all, truth_all


def real_pages(found_by: Found, *, listed: bool) -> tuple[int, int, int, int]:
    """Pages read, links found that are of articles, links found, and links of articles, over the corpus."""
    pages = right = found_all = truth_all = 0
    for name in ("fundus", "wcxb"):
        for record in corpus.pages(name):
            url = str(record.get("url") or "")
            if not (pattern := PATTERNS.get(site_of(url))):
                continue
            tree = dom.parse(record["html"])
            for node in tree.css("script, style, template"):
                node.decompose()
            links = [
                one
                for one in links_of(tree, url)
                if site_of(one.url) == site_of(url) and not all(anchor.context.furniture for anchor in one.anchors)
            ]
            truth = {one.key for one in links if re.fullmatch(rf"https?://[^/]+{pattern}", one.key.partition("?")[0])}
            if len(truth) < section_page.MIN_LINKS:
                continue
            found = found_by(tree, url)
            pages, right = pages + 1, right + len(truth & found)
            found_all, truth_all = found_all + len(found), truth_all + len(truth)
            if listed:
                print(f"{len(truth & found):4}{len(found):4}{len(truth):4}  {url[:100]}")
                for key in sorted(found - truth):
                    print("      +", key[:140])
                for one in links:
                    if one.key in truth - found:
                        print("      -", one.key[:110], "|", one.best.text[:50])
    return pages, right, found_all, truth_all


def made_pages(found_by: Found) -> tuple[int, int, int, int]:
    """The same over the section pages of the tests."""
    right = found_all = truth_all = 0
    for one in SECTIONS:
        found = found_by(dom.parse(one.html), one.url)
        truth = {article_urls.key(normalise(url)) for url, _ in one.truth}
        right, found_all, truth_all = right + len(found & truth), found_all + len(found), truth_all + len(truth)
    return len(SECTIONS), right, found_all, truth_all


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="print what is found wrongly and what is missed")
    parser.add_argument("--fronts", type=Path, metavar="FOLDER", help="newspaper4k's tests/data/html")
    arguments = parser.parse_args()
    peers: dict[str, Found] = {"ours": ours}
    if find_spec("newspaper"):
        peers["newspaper4k"] = newspaper
    measured = {}
    for who, found_by in peers.items():
        measured[f"{who}: lists on article pages"] = real_pages(found_by, listed=arguments.list)
        measured[f"{who}: made section pages"] = made_pages(found_by)
        if arguments.fronts:
            measured[f"{who}: front pages"] = fronts(arguments.fronts, found_by, listed=arguments.list)
    for name, (pages, right, found, truth) in measured.items():
        score = f"precision {right / found:.3f}, recall {right / truth:.3f}"
        print(f"{name}: {pages} pages, {truth} links to articles, {score}")


if __name__ == "__main__":
    main()
