"""The configuration: what is read, what is inherited, what the environment changes, and each mistake in one line."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

import aggregator
from aggregator.config import load_config, models
from aggregator.config.models import Config, Feed, Page, SelectorSpec, Settings
from aggregator.config.values import parse_duration
from aggregator.errors import ConfigError
from aggregator.times import format_duration

FEED = "feeds:\n  - url: https://e.example/f\n"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ROOT = Path(__file__).parents[2]


def read(text: str, **environ: str) -> Config:
    return load_config.parse(text, "feeds.yaml", environ)


def problem(text: str, **environ: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(text, **environ)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_blanks_in_an_address_are_escaped() -> None:
    found = read('feeds:\n  - url: " https://e.example/my feed.xml?q=a b "\n')
    assert found.feeds[0].url == "https://e.example/my%20feed.xml?q=a%20b"
    assert "is not an http" in problem("feeds:\n  - url: https://e xample/f\n")


@pytest.mark.parametrize("text", ["", "# nothing\n", "feeds:\n", "settings:\nfeeds:\narticles:\n", "{}"])
def test_empty_is_the_default(text: str) -> None:
    found = read(text)
    assert found.feeds == found.articles == ()
    assert found.settings.site_gap == timedelta(seconds=2)
    assert found.settings.max_bytes == 16 * 1024 * 1024
    assert found.settings.keep is None
    assert found.settings.keep_raw == 30 * DAY


def test_every_key_is_read() -> None:
    found = read(
        """
settings: {contact: me@e.example, keep: 10000, keep_raw: 0, poll_log_keep: forever,
           allow_private_networks: [nas, 10.0.0.0/8]}
feeds:
  - {url: https://a.example/f, title: 1843, category: World, lang: no, interval: 1h30m, full_text: never, keep: 90d,
     headers: {X: 1}, tags: [a, b], site: A.example, robots: false, cooldown: feed, allow_private_networks: true,
     selectors: {body: "article .text", remove: .promo}}
  - url: https://b.example/f
articles:
  - url: https://c.example/live
    keep: forever
"""
    )
    first, second = found.feeds
    assert (first.title, first.lang, first.interval, first.keep) == ("1843", "no", 90 * MINUTE, 90 * DAY)
    assert (first.headers, first.tags, first.site) == ({"X": "1"}, ("a", "b"), "a.example")
    assert first.selectors == SelectorSpec(body="article .text", remove=(".promo",))
    assert second.keep == 10000
    assert found.articles[0].keep is None
    assert found.articles[0].interval == timedelta(hours=6)
    assert found.settings.allow_private_networks == ("nas", "10.0.0.0/8")
    assert (found.settings.keep_raw, found.settings.poll_log_keep) == (timedelta(0), None)
    assert Config.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("full_text: sometimes", "full_text: 'sometimes' is not one of auto, always, never"),
        ("titel: x", "unknown key 'titel'; did you mean 'title'?"),
        ("qqq: x", "unknown key 'qqq'; known are url, title"),
        ("interval: 30", "interval: 30 is not a duration such as 30m"),
        ("interval: 0", "interval: 0 is not more than 0"),
        ("interval: 99999999w", "interval: '99999999w' is longer than a hundred years"),
        ("keep: 0", "keep: 0 is neither an age such as 90d"),
        ("robots: maybe", "robots: 'maybe' is not true or false"),
        ("title: true", "title: True is not a text; put it into quotes"),
        ("title: 2024-01-01", "title: 2024-01-01 is not a text; put it into quotes"),
        ("title: ''", "title: '' is empty"),
        ("tags: a", "tags: 'a' is not a list"),
        ("lang: english language", "lang: 'english language' is not a language code"),
        ("site: https://x", "site: 'https://x' is not a site"),
        ("headers: [a]", "headers: ['a'] is not a mapping"),
        ("headers: {'a b': c}", "holds 'a b', which is no HTTP header"),
        ("headers: {Host: c}", "holds 'Host', which this program sets itself"),
        ("selectors: {body: '..'}", "selectors.body: '..' is not a CSS selector"),
        ("selectors: {bdy: p}", "unknown key 'bdy'; did you mean 'body'?"),
        ("allow_private_networks: [10.0.0.0/33]", "neither a host nor a CIDR"),
        ("proxy: 127.0.0.1:9050", "is not a proxy such as http://127.0.0.1:3128"),
        ("proxy: socks4://127.0.0.1:9050", "proxy: 'socks4://127.0.0.1:9050' is not a proxy such as"),
        ("proxy: http://127.0.0.1:99999", "is not a proxy such as"),
        ("proxy: socks5://host:1080/path", "is not a proxy such as"),
        ("proxy: sometimes", "nor `direct` or `environment`"),
        ("proxy: 3", "proxy: 3 is not a proxy"),
        ("allow_private_networks: 3", "3 is none of true, false or a list"),
        ("\ttitle: x", "a tab; indent with spaces"),
        ("title: a: b", "put a text that has one in it into quotes"),
        ("url: https://x.example", "key 'url' is given twice"),
    ],
)
def test_a_wrong_value_names_file_line_feed_and_what_is_right(key: str, said: str) -> None:
    message = problem(f"{FEED}    {key}\n")
    assert message.startswith("feeds.yaml:3: ")
    assert said in message
    if "tab" not in message and "quotes" not in message and "twice" not in message:
        assert "feed https://e.example/f" in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a\n", "feeds.yaml:1: the file must hold `feeds:`"),
        ("feeds: 3", "feeds.yaml:1: feeds: 3 is not a list"),
        ("feeds:\n- https://x.example\n", "feeds.yaml:2: feed number 1: 'https://x.example' is not a mapping"),
        ("feeds:\n- title: T\n", "feeds.yaml:2: feed T: url is missing"),
        (
            "feeds:\n- url: ftp://x/y\n",
            "feeds.yaml:2: feed ftp://x/y: url: 'ftp://x/y' is not an http:// or https:// URL",
        ),
        ("feed: []", "feeds.yaml:1: unknown key 'feed'; did you mean 'feeds'?"),
        ("settings: {visits: 0}", "feeds.yaml:1: settings: visits: 0 is less than 1"),
        ("settings: {max_bytes: lots}", "settings: max_bytes: 'lots' is not a size such as 16MiB"),
        ("settings:\n  min_interval: 2d\n", "settings: min_interval (2d) is more than max_interval (1d)"),
        ("feeds: [", "not readable as YAML"),
        ("a: \0", "not readable as YAML: unacceptable character"),
        (f"{FEED}  - url: https://e.example/f\n", "feeds.yaml:3: https://e.example/f is listed twice, first in line 2"),
        (f"{FEED}articles:\n  - url: https://e.example/f\n", "feeds.yaml:4: https://e.example/f is listed twice"),
    ],
)
def test_mistakes_of_the_whole(text: str, said: str) -> None:
    assert said in problem(text)


@pytest.mark.parametrize("url", ["socks4://me:geheim@h", "http://me:geh/eim@h:1", "socks5://me:geheim@h:0"])
def test_the_password_of_a_proxy_is_not_shown(url: str) -> None:
    for message in (
        problem(f"settings: {{proxy: '{url}'}}"),
        problem(f"{FEED}    proxy: {url}\n"),
        problem("", AGGREGATOR_PROXY=url),
    ):
        assert "is not a proxy" in message
        assert "geh" not in message
        assert "eim" not in message


def test_proxies() -> None:
    found = read(f"settings: {{proxy: 'socks5://me:pass@[::1]:9050'}}\n{FEED}    proxy: direct\n")
    assert (found.settings.proxy, found.feeds[0].proxy) == ("socks5://me:pass@[::1]:9050", "direct")
    assert (read("").settings.proxy, read(FEED).feeds[0].proxy) == ("direct", None)
    assert read("", AGGREGATOR_PROXY="environment").settings.proxy == "environment"


def test_more_than_one_mistake_is_counted() -> None:
    assert problem("settings: {visits: 0, workers: x}").endswith("(and 1 more)")


def test_the_environment_wins() -> None:
    text = "settings: {site_gap: 9s, keep: 5d}\n" + FEED
    found = read(
        text, AGGREGATOR_SITE_GAP="0", AGGREGATOR_VISITS="3", AGGREGATOR_KEEP="", AGGREGATOR_RESPECT_ROBOTS="false"
    )
    settings = found.settings
    assert (settings.site_gap, settings.visits, settings.respect_robots) == (timedelta(0), 3, False)
    assert found.feeds[0].keep == 5 * DAY
    private = read("", AGGREGATOR_ALLOW_PRIVATE_NETWORKS="127.0.0.0/8, nas").settings.allow_private_networks
    assert private == ("127.0.0.0/8", "nas")


def test_a_wrong_variable_is_named() -> None:
    assert problem("", AGGREGATOR_SITE_GAP="5").startswith("AGGREGATOR_SITE_GAP: '5' is not a duration")
    assert problem("", AGGREGATOR_VISITS="a") == "AGGREGATOR_VISITS: 'a' is not a whole number"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"feeds:\n# \xe9\n")
    for path, said in [
        (latin, f"{latin}:2: not UTF-8"),
        (tmp_path, f"{tmp_path}: is a folder"),
        (tmp_path / "none.yaml", "can't be read"),
    ]:
        with pytest.raises(ConfigError, match=r".+") as caught:
            load_config.load(path, {})
        assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "length", "written"),
    [
        ("0", timedelta(0), "0"),
        ("90m", 90 * MINUTE, "1h30m"),
        ("0.5s", timedelta(seconds=0.5), "0.5s"),
        ("1w", 7 * DAY, "7d"),
    ],
)
def test_durations(text: str, length: timedelta, written: str) -> None:
    assert parse_duration(text) == length
    assert format_duration(length) == written
    assert parse_duration(written) == length


def test_the_published_schema_is_current() -> None:
    published = json.loads((Path(aggregator.__file__).parent / "feeds.schema.json").read_text())
    assert published == models.json_schema()


def test_the_feeds_that_ship() -> None:
    path = ROOT / "feeds.yaml"
    assert path.read_text().startswith("# yaml-language-server: $schema=aggregator/feeds.schema.json\n")
    found = load_config.load(path, {})
    assert len(found.feeds) >= 60
    assert len({feed.lang for feed in found.feeds}) >= 12
    assert all(feed.title and feed.category and feed.lang for feed in found.feeds)


def test_every_key_is_documented() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    for model in (Settings, Feed, Page, SelectorSpec):
        for name in model.model_fields:
            assert f"`{name}`" in page
