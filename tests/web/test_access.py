"""Who is let in, and what is refused."""

import httpx

from tests.web.conftest import PASSWORD, USER, Running


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
