"""Who is let in, and what is refused."""

import asyncio
from pathlib import Path

import httpx
import pytest

from aggregator.access.logins import Logins
from aggregator.store import engine
from aggregator.subscriptions.known_config import KnownConfig
from aggregator.web.application import create_app
from aggregator.web.server_state import ServerState
from tests.web.conftest import PASSWORD, USER, Running, closed, copied, run, serving


def test_without_a_password_it_is_read_only(served: Running) -> None:
    with served.client() as client:
        assert client.get("/api/v1/articles").status_code == 200
        refused = client.put("/api/v1/articles/1/state", json={"read": True})
        assert refused.status_code == 403
        assert "aggregator web password" in refused.json()["detail"]


def test_with_a_password_it_is_closed_but_for_health_login_and_static_files(locked: Running) -> None:
    with httpx.Client(base_url=locked.base) as client:
        for path in ("/", "/readyz", "/api/v1/articles", "/openapi.json", "/out/search.rss", "/nothing"):
            assert client.get(path).status_code == 401, path
        for path in ("/healthz", "/login", "/static/style.css"):
            assert client.get(path).status_code == 200, path
        led = client.get("/search?q=a%26b", headers={"Accept": "text/html"})
        assert led.status_code == 303
        assert led.headers["location"] == "/login?next=%2Fsearch%3Fq%3Da%2526b"


def test_tokens_open_it(locked: Running) -> None:
    with httpx.Client(base_url=locked.base) as client:
        for headers in ({"Authorization": f"Bearer {locked.token}"}, {"X-Auth-Token": locked.token or ""}):
            assert client.get("/api/v1/articles", headers=headers).status_code == 200
        assert client.get("/api/v1/articles", headers={"X-Auth-Token": "x"}).status_code == 401
        assert client.get("/api/v1/articles", auth=(USER, PASSWORD)).status_code == 200
        assert client.get("/api/v1/articles", auth=(USER, "wrong")).status_code == 401


def test_a_login_begins_a_session(locked: Running) -> None:
    with httpx.Client(base_url=locked.base, headers={"Origin": locked.base}) as client:
        form = {"username": USER, "password": PASSWORD, "next": "/healthz?a=b"}
        answer = client.post("/login", data=form)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/healthz?a=b"
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "secure" not in cookie
        assert client.get("/api/v1/articles").status_code == 200
        assert client.post("/logout", headers={"Origin": "https://evil.example"}).status_code == 403
        assert client.post("/logout").status_code == 303
        assert client.get("/api/v1/articles").status_code == 401


def test_a_page_of_another_site_changes_nothing(locked: Running) -> None:
    with httpx.Client(base_url=locked.base) as client:
        form = {"username": USER, "password": PASSWORD}
        foreign: list[dict[str, str]] = [
            {},
            {"Origin": "null"},
            {"Origin": "https://evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
        ]
        for headers in (*foreign, {"Origin": locked.base, "Sec-Fetch-Site": "same-site"}):
            assert client.post("/login", data=form, headers=headers).status_code == 403, headers
        assert client.post("/login", data=form, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
        for headers in (*foreign, {"Origin": locked.base.replace("http:", "https:")}):
            changed = client.put("/api/v1/articles/1/state", json={"read": True}, headers=headers)
            assert changed.status_code == 403, headers
        own = client.put("/api/v1/articles/1/state", json={"read": False}, headers={"Origin": locked.base})
        assert own.status_code == 200
    change = ("/api/v1/articles/1/state", {"read": False})
    with httpx.Client(base_url=locked.base, auth=(USER, PASSWORD)) as program:
        assert program.put(change[0], json=change[1]).status_code == 200
        browser = program.put(change[0], json=change[1], headers={"Sec-Fetch-Site": "cross-site"})
        assert browser.status_code == 403


def test_a_login_leads_nowhere_else(locked: Running) -> None:
    with httpx.Client(base_url=locked.base, headers={"Origin": locked.base}) as client:
        away = ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb", "evil")
        for wanted in away:
            answer = client.post("/login", data={"username": USER, "password": PASSWORD, "next": wanted})
            assert (answer.status_code, answer.headers["location"]) == (303, "/"), wanted
            assert "evil" not in client.get("/login", params={"next": wanted}).text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil", "", "a/b", "localhost@x"])
def test_another_name_for_this_address_is_refused(served: Running, host: str) -> None:
    with served.client() as client:
        assert client.get("/api/v1/articles", headers={"Host": host}).status_code in (400, 421)


def test_names_of_this_machine_are_let_in(served: Running) -> None:
    with served.client() as client:
        for host in ("localhost", "LOCALHOST:80", "127.0.0.1", "[::1]:8000"):
            assert client.get("/healthz", headers={"Host": host}).status_code == 200, host


def test_every_answer_says_what_a_browser_must_not_do(locked: Running) -> None:
    with locked.client() as client:
        for path in (
            "/healthz",
            "/login",
            "/static/style.css",
            "/api/v1/articles",
            "/api/v1/articles?q=title:(",
            "/none",
        ):
            headers = client.get(path).headers
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe-inline" not in policy
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"  # with none, browsers send forms with Origin: null
            assert headers["x-frame-options"] == "DENY"


def test_logins_are_throttled(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = copied(archive_folder, tmp_path_factory)
    with serving(folder) as running, httpx.Client(base_url=running.base, headers={"Origin": running.base}) as client:
        assert client.get("/api/v1/articles").status_code == 200
        assert running.run("web", "password", USER, "--stdin", stdin=f"{PASSWORD}\n").returncode == 0
        assert client.get("/api/v1/articles").status_code == 401  # at once, without a restart
        forms = ({"username": USER, "password": f"wrong {n}"} for n in range(30))
        answers = [client.post("/login", data=form) for form in forms]
        assert [answer.status_code for answer in answers[:5]] == [401] * 5
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert int(refused.headers["retry-after"]) >= 1
        basic = (client.get("/api/v1/articles", auth=(USER, "wrong")) for _ in range(30))
        assert any(answer.status_code == 429 for answer in basic)
        for file in folder.iterdir():
            if file.is_file():
                assert PASSWORD.encode() not in file.read_bytes()


def test_what_ends_is_refused_at_once(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = closed(archive_folder, tmp_path_factory)
    token = run(folder, "web", "token", "short").stdout.strip()
    with serving(folder) as running:
        with httpx.Client(base_url=running.base, headers={"X-Auth-Token": token}) as program:
            assert [program.get("/feeds").status_code for _ in range(3)] == [200] * 3
            assert running.run("web", "revoke", "short").returncode == 0
            assert program.get("/feeds").status_code == 401
        with httpx.Client(base_url=running.base, headers={"Origin": running.base}) as browser:
            assert browser.post("/login", data={"username": USER, "password": PASSWORD}).status_code == 303
            session = dict(browser.cookies)
            assert [browser.get("/feeds").status_code for _ in range(3)] == [200] * 3
            assert browser.post("/logout").status_code == 303
            assert httpx.get(f"{running.base}/feeds", cookies=session).status_code == 401
        with httpx.Client(base_url=running.base, auth=(USER, PASSWORD)) as reader:
            assert [reader.get("/feeds").status_code for _ in range(3)] == [200] * 3
            assert running.run("web", "password", USER, "--stdin", stdin="another one\n").returncode == 0
            assert reader.get("/feeds").status_code == 401
            assert reader.head("/", headers={"Accept": "text/html"}).status_code == 303


def test_others_are_not_let_in_without_a_password(archive_folder: Path) -> None:
    done = run(archive_folder, "serve", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "aggregator web password USER" in done.stderr


def test_a_configuration_that_cannot_be_read_is_told_at_the_start(
    archive_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = copied(archive_folder, tmp_path_factory)
    (folder / "feeds.yaml").write_text("settings:\n  copies: banana\n")
    done = run(folder, "serve", "--port", "0")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "feeds.yaml:2" in done.stderr


def test_a_port_that_is_taken_is_said_in_a_line(served: Running) -> None:
    done = served.run("serve", "--port", served.base.rpartition(":")[2])
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "--port" in done.stderr


def test_behind_a_proxy(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = closed(archive_folder, tmp_path_factory)
    options = ("--root-path", "/news", "--allow-host", "news.example", "--trust-proxy", "127.0.0.1")
    sent = {"X-Forwarded-For": "9.9.9.9, 10.1.1.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "news.example"}
    with serving(folder, *options) as running:
        assert (folder / "server.log").read_text() == ""
        base = running.base.removesuffix("/news")
        with httpx.Client(base_url=base, headers=sent | {"Origin": "https://news.example"}) as client:
            for prefix in ("", "/news"):  # whether the proxy takes it away or not
                form = {"username": USER, "password": PASSWORD, "next": "/search?q=a b"}
                answer = client.post(f"{prefix}/login", data=form)
                assert answer.headers["location"] == "/news/search?q=a%20b"
                cookie = answer.headers["set-cookie"]
                assert "Secure" in cookie
                assert "Path=/news" in cookie
                session = cookie.partition(";")[0]
                feed = client.get(f"{prefix}/out/search.rss", headers={"Cookie": session})
                assert 'href="https://news.example/news/out/search.rss"' in feed.text
                assert 'action="/news/login"' in client.get(f"{prefix}/login").text
        with httpx.Client(base_url=base, headers={"Origin": "https://news.example", "Host": "news.example"}) as client:
            refused = client.post("/login", data={"username": USER, "password": PASSWORD})
            assert refused.status_code == 403  # nobody said that this came by https


def test_headers_of_a_proxy_are_not_believed_unless_told(locked: Running) -> None:
    sent = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "Origin": "https://evil.example"}
    with httpx.Client(base_url=locked.base, headers=sent) as client:
        assert client.post("/login", data={"username": USER, "password": PASSWORD}).status_code == 403


def test_a_failure_of_the_server_is_sent_with_the_policy_too(archive_folder: Path) -> None:
    store = engine.open(f"sqlite:///{archive_folder / 'aggregator.db'}")
    app = create_app(
        ServerState(store=store, logins=Logins(store), known=KnownConfig(store, archive_folder / "feeds.yaml"))
    )

    @app.get("/fails")
    def fails() -> None:
        raise ZeroDivisionError

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get("/fails", headers={"Accept": "text/html"})

    answer = asyncio.run(ask())
    store.close()
    assert answer.status_code == 500
    assert "default-src" in answer.headers["content-security-policy"]
    assert "the server failed" in answer.text
