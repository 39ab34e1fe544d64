"""What Miniflux expects of its API, case by case as its own integration tests name them, with the answer given here.

The cases run in their order: what one makes, those after it use. One of several users is answered by 403, because there
is one user; others that are answered differently say why.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.servers import Reply, Server
from tests.web.conftest import PASSWORD, USER, closed, serving

ONE_USER = "there is one user here"


class Case(NamedTuple):
    """A request and what it must answer: the status and, of an object or of the first of a list, these fields."""

    name: str
    request: str
    status: int
    body: dict[str, Any] | None = None
    has: dict[str, Any] | None = None
    keep: str | None = None  # the name under which the id of what is answered is known to the cases after it


NEW_USER = {"username": "other", "password": "correct horse"}
USER_FIELDS = {"id": 1, "username": USER, "language": "en_US", "theme": "light_serif", "timezone": "UTC"}
USER_FIELDS |= {"is_admin": True, "entries_per_page": 100, "display_mode": "standalone", "gesture_nav": "tap"}
USER_FIELDS |= {"default_reading_speed": 265, "cjk_reading_speed": 500, "entry_sorting_direction": "asc"}
CASES = [
    Case("IncorrectEndpoint", "GET /v1/nothing", 404, has={"error_message": "Resource Not Found"}),
    Case("HealthcheckEndpoint", "GET /healthcheck", 200),
    Case("VersionEndpoint", "GET /v1/version", 200, has={"build_date": "undefined"}),
    Case("InvalidCredentials", "GET /v1/users anonymous", 401, has={"error_message": "access unauthorized"}),
    Case("GetMeEndpoint", "GET /v1/me", 200, has=USER_FIELDS),
    Case("GetUsersEndpointAsAdmin", "GET /v1/users", 200, has=USER_FIELDS),
    Case("GetUsersEndpointAsRegularUser", "POST /v1/users", 403, NEW_USER),
    Case("CreateUserEndpointAsAdmin", "POST /v1/users", 403, NEW_USER),
    Case("CreateUserEndpointAsRegularUser", "POST /v1/users", 403, NEW_USER),
    Case("CannotCreateDuplicateUser", "POST /v1/users", 403, {"username": USER, "password": PASSWORD}),
    Case("RemoveUserEndpointAsAdmin", "DELETE /v1/users/2", 403),
    Case("RemoveUserEndpointAsRegularUser", "DELETE /v1/users/1", 403),
    Case("GetUserByIDEndpointAsAdmin", "GET /v1/users/1", 200, has=USER_FIELDS),
    Case("GetUserByIDEndpointAsRegularUser", "GET /v1/users/2", 404),
    Case("GetUserByUsernameEndpointAsAdmin", f"GET /v1/users/{USER}", 200, has=USER_FIELDS),
    Case("GetUserByUsernameEndpointAsRegularUser", "GET /v1/users/other", 404),
    Case("UpdateUserEndpointByChangingDefaultTheme", "PUT /v1/users/1", 403, {"theme": "dark_serif"}),
    Case("UpdateUserEndpointByChangingExternalFonts", "PUT /v1/users/1", 403, {"external_font_hosts": "a.example"}),
    Case("UpdateUserEndpointByChangingCustomJS", "PUT /v1/users/1", 403, {"custom_js": "alert(1)"}),
    Case("UpdateUserEndpointByChangingDefaultThemeToInvalidValue", "PUT /v1/users/1", 403, {"theme": "none"}),
    Case("RegularUsersCannotUpdateOtherUsers", "PUT /v1/users/2", 403, {"theme": "dark_serif"}),
    Case("APIKeysEndpoint", "GET /v1/api-keys", 200),
    Case("CreateAPIKey", "POST /v1/api-keys", 201, {"description": "phone"}, {"description": "phone"}, "key"),
    Case("CannotCreateDuplicateAPIKey", "POST /v1/api-keys", 400, {"description": "phone"}),
    Case("CannotCreateAPIKeyWithoutDescription", "POST /v1/api-keys", 400, {"description": ""}),
    Case("DeleteAPIKey", "DELETE /v1/api-keys/{key}", 204),
    Case("DeleteInexistingAPIKey", "DELETE /v1/api-keys/{key}", 404),
    Case("CannotMarkUserAsReadAsOtherUser", "PUT /v1/users/2/mark-all-as-read", 403),
    Case("GetCategoriesEndpoint", "GET /v1/categories", 200, has={"title": "All", "user_id": 1}, keep="none"),
    Case("CreateCategoryEndpoint", "POST /v1/categories", 201, {"title": "My"}, {"title": "My", "user_id": 1}, "my"),
    Case("CreateCategoryWithEmptyTitle", "POST /v1/categories", 400, {"title": ""}),
    Case("CannotCreateDuplicatedCategory", "POST /v1/categories", 400, {"title": "My"}),
    Case("UpdateCategoryEndpoint", "PUT /v1/categories/{my}", 201, {"title": "new"}, {"title": "new", "user_id": 1}),
    Case("UpdateInexistingCategory", "PUT /v1/categories/123456789", 404, {"title": "new"}),
    Case("CannotDeleteInexistingCategory", "DELETE /v1/categories/123456789", 404),
    Case("CannotDeleteCategoryOfAnotherUser", "DELETE /v1/categories/{none}", 400),
    Case("CreateFeedWithEmptyFeedURL", "POST /v1/feeds", 400, {"feed_url": ""}),
    Case("CreateFeedWithInvalidFeedURL", "POST /v1/feeds", 400, {"feed_url": "invalid_feed_url"}),
    Case("CreateFeedWithInexistingCategory", "POST /v1/feeds", 400, {"feed_url": "{url}", "category_id": 123456789}),
    # What a feed is told beside its address, title and category stands in feeds.yaml.
    Case("CreateDisabledFeed", "POST /v1/feeds", 400, {"feed_url": "{url}", "disabled": True}),
    Case("CreateFeedWithDisabledHTTPCache", "POST /v1/feeds", 400, {"feed_url": "{url}", "ignore_http_cache": True}),
    Case("CreateFeedWithScraperRule", "POST /v1/feeds", 400, {"feed_url": "{url}", "scraper_rules": "article"}),
    Case("GetGlobalEntriesEndpoint", "POST /v1/feeds", 400, {"feed_url": "{url}", "hide_globally": True}),
    Case("CreateFeedEndpoint", "POST /v1/feeds", 201, {"feed_url": "{url}", "category_id": "{my}"}, keep="feed"),
    Case("CannotCreateDuplicatedFeed", "POST /v1/feeds", 400, {"feed_url": "{url}"}),
    Case("GetFeedEndpoint", "GET /v1/feeds/{feed}", 200, has={"feed_url": "{url}", "title": "Moon"}),
    # Its first poll tells the page that it belongs to.
    Case("GetFeedEndpoint, the site", "GET /v1/feeds/{feed}", 200, has={"site_url": "{url}"}),
    Case("GetCategoryFeedsEndpoint", "GET /v1/categories/{my}/feeds", 200, has={"id": "{feed}"}),
    Case("GetFeedsEndpoint", "GET /v1/feeds", 200, has={"id": "{world}", "feed_url": "{world_url}"}),
    Case("GetFeedIcon", "GET /v1/feeds/{feed}/icon", 200, has={"mime_type": "image/png"}, keep="icon"),
    Case("GetIcon", "GET /v1/icons/{icon}", 200, has={"id": "{icon}", "mime_type": "image/png"}),
    Case("GetFeedIconWithInexistingFeedID", "GET /v1/feeds/123456789/icon", 404),
    Case("GetFeedIconNotFound", "GET /v1/icons/123456789", 404),
    Case("CannotHaveDuplicateFeedWhenUpdatingFeed", "PUT /v1/feeds/{feed}", 400, {"feed_url": "{world_url}"}),
    Case("UpdateFeedEndpoint", "PUT /v1/feeds/{feed}", 201, {"feed_url": "{url}2"}, {"feed_url": "{url}2"}),
    Case("UpdateFeedTitle", "PUT /v1/feeds/{feed}", 201, {"title": "Luna"}, {"title": "Luna", "id": "{feed}"}),
    Case("UpdateFeedCrawler", "PUT /v1/feeds/{feed}", 201, {"crawler": True}, {"crawler": True, "title": "Luna"}),
    Case("UpdateFeedWithInvalidCategory", "PUT /v1/feeds/{feed}", 400, {"category_id": 123456789}),
    Case("RefreshFeedEndpoint", "PUT /v1/feeds/{feed}/refresh", 204),
    Case("RefreshCategory", "PUT /v1/categories/{my}/refresh", 204),
    Case("RefreshAllFeedsEndpoint", "PUT /v1/feeds/refresh", 204),
    Case("DeleteFeedEndpoint", "DELETE /v1/feeds/{feed}", 204),
    Case("DeleteInexistingFeed", "DELETE /v1/feeds/{feed}", 404),
    Case("DeleteCategoryEndpoint", "DELETE /v1/categories/{my}", 204),
    Case("ExportEndpoint", "GET /v1/export", 200),
    Case("ImportEndpoint", "POST /v1/import opml", 201, has={"message": "Feeds imported successfully"}),
    Case(
        "DiscoverSubscriptionsEndpoint", "POST /v1/discover", 200, {"url": "{page}"}, {"url": "{url}", "title": "Moon"}
    ),
    Case("DiscoverSubscriptionsWithInvalidURL", "POST /v1/discover", 400, {"url": "invalid_url"}),
    Case("DiscoverSubscriptionsWithNoSubscription", "POST /v1/discover", 404, {"url": "{empty_page}"}),
    Case("FetchCountersEndpoint", "GET /v1/feeds/counters", 200, has={"reads": {}}),
    Case("GetAllFeedEntriesEndpoint", "GET /v1/feeds/{world}/entries", 200, has={"total": 12}, keep="entry"),
    Case("GetAllCategoryEntriesEndpoint", "GET /v1/categories/{category}/entries", 200, has={"total": 12}),
    Case("GetAllEntriesEndpointWithFilter", "GET /v1/entries?feed_id={world}", 200, has={"total": 12}),
    Case("... in an order", "GET /v1/entries?order=published_at&direction=desc", 200, has={"total": 24}),
    Case("... that match words", "GET /v1/entries?search=astronomers", 200, has={"total": 12}),
    Case("... of an invalid status", "GET /v1/entries?status=invalid", 400),
    Case("... in an invalid direction", "GET /v1/entries?direction=invalid", 400),
    Case("... in an invalid order", "GET /v1/entries?order=invalid", 400),
    Case("... of an invalid offset", "GET /v1/entries?offset=-1", 400),
    Case("... of an inexisting category", "GET /v1/entries?category_id=123456789", 400),
    Case("... of an inexisting feed", "GET /v1/entries?feed_id=123456789", 400),
    Case("GloballyVisible", "GET /v1/entries?globally_visible=true", 200, has={"total": 24}),
    Case("GetEntryIDsEndpoint", "GET /v1/entries/ids?limit=3", 200, has={"total": 24}),
    Case("GetEntryEndpoints", "GET /v1/entries/{entry}", 200, has={"id": "{entry}", "feed_id": "{world}"}),
    Case("... of a feed", "GET /v1/feeds/{world}/entries/{entry}", 200, has={"id": "{entry}"}),
    Case("... of a category", "GET /v1/categories/{category}/entries/{entry}", 200, has={"id": "{entry}"}),
    Case("... of another feed", "GET /v1/feeds/{science}/entries/{entry}", 404),
    Case("... of none", "GET /v1/entries/123456789", 404),
    # No entry of these feeds carries a file.
    Case("GetEnclosureEndpoint", "GET /v1/enclosures/123456789", 404),
    Case("UpdateEnclosureEndpoint", "PUT /v1/enclosures/123456789", 404, {"media_progression": 20}),
    Case("UpdateEntryStatusEndpoint", "PUT /v1/entries", 204, {"entry_ids": ["{entry}"], "status": "read"}),
    Case("... and it is read", "GET /v1/entries/{entry}", 200, has={"status": "read"}),
    Case("... of no entries", "PUT /v1/entries", 400, {"entry_ids": [], "status": "read"}),
    Case("... of an invalid status", "PUT /v1/entries", 400, {"entry_ids": ["{entry}"], "status": "invalid"}),
    # The archive keeps what the page says.
    Case("UpdateEntryEndpoint", "PUT /v1/entries/{entry}", 403, {"title": "New title", "content": "New content"}),
    Case("ToggleStarredEndpoint", "PUT /v1/entries/{entry}/star", 204),
    Case("... and it is starred", "GET /v1/entries/{entry}", 200, has={"starred": True}),
    Case("ToggleBookmarkEndpoint", "PUT /v1/entries/{entry}/bookmark", 204),
    Case("... and it is not", "GET /v1/entries/{entry}", 200, has={"starred": False}),
    Case("SaveEntryEndpoint", "POST /v1/entries/{entry}/save", 400),
    Case("FetchIntegrationsStatusEndpoint", "GET /v1/integrations/status", 200, has={"has_integrations": False}),
    Case("FetchContentEndpoint", "GET /v1/entries/{entry}/fetch-content", 200, has={"reading_time": 1}),
    Case("FlushHistoryEndpoint", "PUT /v1/flush-history", 202),
    Case("... and it is in no list", "GET /v1/entries", 200, has={"total": 23}),
    Case("... nor among those read", "GET /v1/entries?status=read", 200, has={"total": 0}),
    Case("... but kept", "GET /v1/entries/{entry}", 200, has={"id": "{entry}"}),
    Case("... until it is unread", "PUT /v1/entries", 204, {"entry_ids": ["{entry}"], "status": "unread"}),
    Case("... and listed again", "GET /v1/entries?status=unread", 200, has={"total": 24}),
    Case("MarkFeedAsReadEndpoint", "PUT /v1/feeds/{world}/mark-all-as-read", 204),
    Case("... and all of it is read", "GET /v1/entries?status=read", 200, has={"total": 12}),
    Case("MarkCategoryAsReadEndpoint", "PUT /v1/categories/{other}/mark-all-as-read", 204),
    Case("... and all of it is read", "GET /v1/entries?status=read", 200, has={"total": 24}),
    Case("MarkUserAsReadEndpoint", "PUT /v1/users/1/mark-all-as-read", 204),
    Case("... and nothing is unread", "GET /v1/entries?status=unread", 200, has={"total": 0, "entries": []}),
]
FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Moon</title><link>https://moon.example/</link>'
    "<description>d</description><item><title>A crater</title><link>https://moon.example/1</link></item></channel></rss>"
)
OPML = '<?xml version="1.0"?><opml version="2.0"><body><outline text="T"><outline xmlUrl="{world_url}"/></outline>'


@pytest.fixture(scope="module")
def known(newsroom: Server) -> dict[str, Any]:
    """What the cases name."""
    for path in ("/moon.xml", "/moon.xml2"):
        newsroom.route(path, Reply(FEED, headers={"Content-Type": "application/rss+xml"}))
    link = '<link rel="alternate" type="application/rss+xml" href="/moon.xml">'
    for path, head in (("/with.html", link), ("/without.html", "")):
        page = f"<!doctype html><html><head><title>Page</title>{head}</head><body><p>Moon.</p></body></html>"
        newsroom.route(path, Reply(page, headers={"Content-Type": "text/html"}))
    urls = {"url": "/moon.xml", "page": "/with.html", "empty_page": "/without.html", "world_url": "/World.xml"}
    return {name: newsroom.url(path) for name, path in urls.items()}


@pytest.fixture(scope="module")
def client(
    archive_folder: Path, tmp_path_factory: pytest.TempPathFactory, known: dict[str, Any]
) -> Iterator[httpx.Client]:
    folder = closed(archive_folder, tmp_path_factory)
    with serving(folder) as running, httpx.Client(base_url=running.base, auth=(USER, PASSWORD), timeout=30) as client:
        world, science = client.get("/v1/feeds").json()
        known |= {"world": world["id"], "category": world["category"]["id"]}
        known |= {"science": science["id"], "other": science["category"]["id"]}
        yield client


def filled(value: Any, known: dict[str, Any]) -> Any:
    """Puts what is known where a case names it."""
    if isinstance(value, dict):
        return {name: filled(one, known) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, known) for one in value]
    if not isinstance(value, str):
        return value
    name = value.removeprefix("{").removesuffix("}")
    return known[name] if f"{{{name}}}" == value else value.format_map(known) if "{" in value else value


def test_the_cases_in_their_order(client: httpx.Client, known: dict[str, Any]) -> None:
    for case in CASES:
        _check(case, client, known)


def _check(case: Case, client: httpx.Client, known: dict[str, Any]) -> None:
    method, path, *more = filled(case.request, known).split()
    sent: dict[str, Any] = {"json": filled(case.body, known)} if case.body is not None else {}
    if "opml" in more:
        sent = {"content": filled(OPML, known) + "</body></opml>"}
    if "anonymous" in more:
        sent = {"auth": ("invalid", "invalid")}
    answer = client.request(method, path, **sent)
    assert answer.status_code == case.status, (case.name, answer.text)
    if case.status >= 400:
        assert answer.json()["error_message"], case.name
    if case.status == 403:
        assert answer.json()["error_message"].startswith((ONE_USER, "the archive keeps")), case.name
    if case.has is not None or case.keep is not None:
        said = answer.json()
        said = said[0] if isinstance(said, list) else said
        wanted = filled(case.has or {}, known)
        assert {name: said.get(name) for name in wanted} == wanted, case.name
        if case.keep is not None:
            known[case.keep] = said["entries"][0]["id"] if "entries" in said else said.get("id", said.get("feed_id"))
