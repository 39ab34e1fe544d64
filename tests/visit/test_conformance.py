"""The daemon against a server that keeps score, for days of a clock that jumps, with restarts: a perfect score."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Row, func, select

from aggregator.store import engine
from aggregator.store.schema import articles, entries, feeds
from tests.servers import Reply, Seen, conditional
from tests.visit import site
from tests.visit.accelerated import Clock, live
from tests.visit.scorekeeper import DAY, HOUR, Address, Scorekeeper, http_date

START = 1_767_607_200.0  # Monday, 5 January 2026, 10:00 UTC
ENVIRON = {
    "AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true",
    "AGGREGATOR_SITE_GAP": "0.01s",
    "AGGREGATOR_WORKERS": "1",
    "AGGREGATOR_CONTACT": "ed@example.org",
}
Answer = Callable[[Seen, float], Reply]
Validators = Callable[[int], dict[str, str | bytes]]


def rss(number: int, every: float, more: str = "") -> bytes:
    """A feed whose newest entry has this number; there is one each `every` seconds."""
    items = "".join(
        f"<item><title>News {n}</title><guid>news-{n}</guid><pubDate>{http_date(n * every)}</pubDate>"
        f"<description>Word number {n} of the news, with a few words more.</description></item>"
        for n in range(number, number - 10, -1)
    )
    return f"<rss version='2.0'><channel><title>News</title>{more}{items}</channel></rss>".encode()


def etag(pattern: bytes) -> Validators:
    return lambda number: {"ETag": pattern % number}


def both(number: int) -> dict[str, str | bytes]:
    return {"ETag": f'"{number}"', "Last-Modified": http_date(START + number)}


def news(
    every: float = DAY / 2, validators: Validators = both, more: str = "", headers: Mapping[str, str] = {}
) -> Answer:
    """A feed that knows conditional requests."""

    def answer(seen: Seen, now: float) -> Reply:
        number = int(now // every)
        given = {name: v if isinstance(v, bytes) else v.encode() for name, v in validators(number).items()}
        conditions = [seen.headers.get("if-none-match"), seen.headers.get("if-modified-since")]
        if given and [c for c in conditions if c] == list(given.values()):
            return Reply(status=304, headers=headers)
        return Reply(rss(number, every, more), headers={**given, **headers})

    return answer


def moved(to: str, status: int) -> Answer:
    return lambda seen, now: Reply(status=status, headers={"Location": to})


def from_then(at: float, before: Answer, after: Answer) -> Answer:
    return lambda seen, now: (before if now < START + at else after)(seen, now)


def at_any_time(page: Callable[[Seen], Reply]) -> Answer:
    return lambda seen, now: page(seen)


def busy(seen: Seen, now: float, times: list[float], reply: Reply, good: Answer) -> Reply:
    """Pushes back once a day, else answers."""
    if not times or now - times[-1] > DAY:
        times.append(now)
        return reply
    return good(seen, now)


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def keeper(clock: Clock) -> Iterator[Scorekeeper]:
    with Scorekeeper(clock) as keeper:
        yield keeper


@pytest.fixture
def run(tmp_path: Path, clock: Clock, _sqlite_template: Path) -> Callable[..., dict[str, Row]]:
    """run(addresses, *stretches): the daemon over stretches of seconds, restarted between them; the rows of its
    feeds."""

    def lives(addresses: list[Address], *stretches: float, full_text: str = "never") -> dict[str, Row]:
        config, url = tmp_path / "feeds.yaml", f"sqlite:///{shutil.copy(_sqlite_template, tmp_path / 'a.db')}"
        config.write_text("feeds:\n" + "".join(f"  - {{url: '{a.url}', full_text: {full_text}}}\n" for a in addresses))
        for seconds in stretches:
            live(config, url, clock, seconds, ENVIRON)
        store = engine.open(url)
        try:
            with store.read() as conn:
                return {row.url: row for row in conn.execute(select(feeds)).all()}
        finally:
            store.close()

    return lives


def test_days_with_a_restart_and_a_perfect_score(
    keeper: Scorekeeper, run: Callable[..., dict[str, Row]], tmp_path: Path
) -> None:
    odd: dict[str, Validators] = {
        "weak": etag(b'W/"%d"'),
        "spaces": etag(b'W/"a  b, \\" %d"'),
        "bare": etag(b"no-quotes-%d"),
        "bytes": etag('"é日%d"'.encode()),
        "date": lambda number: {"Last-Modified": http_date(number)},
        "odd date": lambda number: {"Last-Modified": f"yesterday, {number} o'clock"},
        "both": both,
    }
    good = [keeper.feed("/" + name.replace(" ", "-"), news(validators=made)) for name, made in odd.items()]
    touched = keeper.feed("/touched", lambda seen, now: news(DAY, lambda _: both(int(now // 7000)))(seen, now))
    fast = keeper.feed("/fast", news(1200))
    plain = keeper.feed("/plain", news(validators=lambda _: {}))
    eager = keeper.feed("/eager", news(3600, more="<ttl>50</ttl>"), least=3000)
    calm = keeper.feed("/calm", news(3600, more="<ttl>300</ttl>"), least=300 * 60)
    cached = keeper.feed("/cached", news(3600, headers={"Cache-Control": "max-age=20000"}), least=20000)
    rows = run([*good, touched, fast, plain, eager, calm, cached], 1.2 * DAY, 1.1 * DAY)
    assert keeper.complaints == []
    assert all(row.failures == 0 for row in rows.values())
    assert len(fast.asked) >= 2.3 * 20  # and it was not asked too seldom either
    assert all(len(address.asked) >= 2 for address in keeper.addresses.values())
    assert all(len(address.whole) == 1 for address in good)
    found = stored(tmp_path, fast)
    assert max(found) - min(found) + 1 == len(found) >= 2.2 * 72


def test_a_server_that_answers_304_for_ever_is_asked_for_all_after_a_week_and_then_daily(
    keeper: Scorekeeper, run: Callable[..., dict[str, Row]], tmp_path: Path
) -> None:
    def lie(seen: Seen, now: float) -> Reply:
        return Reply(status=304) if seen.header("if-none-match") else news(DAY)(seen, now)

    liar = keeper.feed("/liar", lie)
    honest = keeper.feed("/honest", lambda seen, now: news(DAY)(seen, START))
    rows = run([liar, honest], 5.5 * DAY, 4 * DAY)
    assert keeper.complaints == []
    denied = [later - earlier for earlier, later in pairwise(liar.whole)]
    assert 7 * DAY <= denied[0] < 8.2 * DAY
    assert all(DAY <= gap < 2 * DAY for gap in denied[1:])
    assert len(denied) > 1
    assert [later - earlier > 7 * DAY for earlier, later in pairwise(honest.whole)] == [True]
    assert len(stored(tmp_path, liar)) == 10 + 9
    assert rows[liar.url].lied_at is not None


def stored(folder: Path, address: Address) -> list[int]:
    """The numbers of the entries that were stored of a feed."""
    store = engine.open(f"sqlite:///{folder}/a.db")
    try:
        with store.read() as conn:
            query = select(entries.c.key).join(feeds, feeds.c.id == entries.c.feed_id)
            return [int(key[5:]) for key in conn.execute(query.where(feeds.c.url == address.url)).scalars()]
    finally:
        store.close()


def test_redirects_are_followed_and_permanent_ones_believed_after_a_day(
    keeper: Scorekeeper, run: Callable[..., dict[str, Row]]
) -> None:
    new = {status: keeper.feed(f"/new/{status}", news(DAY / 3)) for status in (301, 302, 303, 307, 308)}
    old = {
        status: keeper.feed(f"/old/{status}", from_then(HOUR / 2, news(DAY / 3), moved(to.url, status)))
        for status, to in new.items()
    }
    rows = run(list(old.values()), 1.5 * DAY, 1 * DAY)
    assert keeper.complaints == []
    for status in (301, 308):
        assert rows[old[status].url].moved_to == new[status].url
        confirmed = [at for at in new[status].asked if at <= old[status].asked[-1]]
        assert confirmed[-1] - confirmed[0] >= DAY
        assert len(confirmed) >= 3
        assert len(new[status].asked) > len(old[status].asked)
    for status in (302, 303, 307):
        assert rows[old[status].url].moved_to is None
        assert len(old[status].asked) == len(new[status].asked) + 1
    assert all(len(address.whole) == 1 for address in new.values())


def test_a_feed_that_moves_to_another_subscription_is_not_polled_twice(
    keeper: Scorekeeper, run: Callable[..., dict[str, Row]]
) -> None:
    new = keeper.feed("/new", news(DAY / 4))
    old = keeper.feed("/old", moved(new.url, 301))
    rows = run([old, new], 1.3 * DAY, DAY / 2)
    assert keeper.complaints == []
    assert rows[old.url].moved_to == new.url
    assert max(old.asked) < START + 1.6 * DAY
    assert rows[old.url].failures == 0


def test_gone_and_busy_servers_are_obeyed(
    keeper: Scorekeeper, run: Callable[..., dict[str, Row]], tmp_path: Path
) -> None:
    gone = keeper.feed("/gone", from_then(DAY, news(DAY / 6), lambda seen, now: Reply(b"gone", 410)))
    seconds: list[float] = []
    dates: list[float] = []
    far = Reply(b"", 429, headers={"Retry-After": "20000"})
    one = keeper.feed("/seconds", lambda seen, now: busy(seen, now, seconds, far, news(DAY / 6)))
    server = keeper.host()

    def later(seen: Seen, now: float) -> Reply:
        return busy(
            seen, now, dates, Reply(b"", 503, headers={"Retry-After": http_date(now + 5 * HOUR)}), news(DAY / 6)
        )

    two = keeper.feed("/date", later, on=server)
    neighbour = keeper.feed("/neighbour", news(DAY / 6), on=server)
    rows = run([gone, one, two, neighbour], 1.6 * DAY, 1.5 * DAY)
    assert keeper.complaints == []
    assert gone.answers[-1] == 410
    assert rows[gone.url].gone_at is not None
    assert one.answers.count(429) >= 2
    assert two.answers.count(503) >= 2
    assert len(neighbour.asked) > 15


def test_articles_are_asked_for_by_their_plan_and_politely(
    keeper: Scorekeeper, run: Callable[..., dict[str, Row]], tmp_path: Path
) -> None:
    server = keeper.host()
    pages = []
    for number in range(3):
        answer = conditional(site.page(number), f'"page {number}"', **{"Content-Type": "text/html"})
        pages.append(keeper.score(server, f"/a/{number}", at_any_time(answer), least=HOUR))
    body = site.rss(server, range(3)).replace("</channel>", "<item><link>/no</link></item></channel>")
    feed = keeper.feed("/rss", lambda seen, now: Reply(body, headers={"ETag": '"1"'}), on=server)
    run([feed], DAY / 2, DAY * 5, full_text="always")
    assert keeper.complaints == []
    assert [page.answers for page in pages] == [[200, 304, 304, 304, 304]] * 3
    store = engine.open(f"sqlite:///{tmp_path}/a.db")
    with store.read() as conn:
        assert conn.execute(select(func.count()).select_from(articles)).scalar_one() == 3
    store.close()


def test_the_score_is_kept_strictly(keeper: Scorekeeper, clock: Clock) -> None:
    """What the keeper would say of a reader that behaves badly."""
    from urllib.request import Request, urlopen

    feed = keeper.feed("/feed", news())
    for extra in ({}, {"Cookie": "a=b"}, {"If-None-Match": '"wrong"'}):
        with urlopen(Request(feed.url, headers=extra)) as answer:
            answer.read()
        clock.now += 60
    said = "\n".join(keeper.complaints)
    for what in ("gzip", "who it is", "cookie", "after 60 s", "was given", "without conditions"):
        assert what in said
