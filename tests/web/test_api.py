"""The API, asked over HTTP."""

from tests.web.conftest import Running


def test_articles_are_searched(served: Running) -> None:
    with served.client() as client:
        found = client.get("/api/v1/articles", params={"q": "moons", "limit": 5, "sort": "date"}).json()
        assert found["total"] == 12
        assert len(found["items"]) == 5
        assert found["items"][0]["read_at"] is None


def test_an_answer_that_is_known_is_not_sent_again(served: Running) -> None:
    with served.client() as client:
        answer = client.get("/api/v1/articles", params={"q": "moons"})
        again = client.get("/api/v1/articles", params={"q": "moons"}, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
        assert not again.content


def test_mistakes_are_problems(served: Running) -> None:
    with served.client() as client:
        for path, status in (("?q=title:(", 400), ("?limit=x", 422), ("?feed=none", 400), ("/x/y", 404)):
            answer = client.get(f"/api/v1/articles{path}")
            assert answer.status_code == status, path
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["detail"]
