"""The pages in a real browser: people who do not see or use no mouse can read them, and no text of a feed runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.web.conftest import PASSWORD, USER, Running, closed, run, serving

PAGES = (
    "/",
    "/search?q=said",
    "/search?q=nothing-of-that-kind",
    "/story/1",
    "/article/1",
    "/article/1/versions",
    "/feeds",
    "/feeds/1",
    "/searches",
    "/help",
    "/docs",
    "/article/999999",
)
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def site(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with a password, whose archive may be changed."""
    folder = closed(archive_folder, tmp_path_factory)
    assert run(folder, "search", "bridge", "--save", "bridges").returncode == 0
    with serving(folder) as running:
        yield running


@pytest.fixture(scope="module")
def state(browser: Browser, site: Running) -> object:
    """What a browser keeps once a person has logged in there."""
    with browser.new_context(base_url=site.base) as context:
        page = context.new_page()
        page.goto("/search?q=said")
        page.fill("[name=username]", USER)
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        page.wait_for_url("**/search?q=said")
        return context.storage_state()


def opened(browser: Browser, site: Running, state: object, **options: object) -> BrowserContext:
    return browser.new_context(base_url=site.base, storage_state=state, **options)  # type: ignore[arg-type]


@pytest.fixture
def page(browser: Browser, site: Running, state: object) -> Iterator[Page]:
    with opened(browser, site, state) as context:
        yield context.new_page()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_violation(browser: Browser, site: Running, state: object, scheme: str) -> None:
    with opened(browser, site, state, color_scheme=scheme) as context:
        page = context.new_page()
        for path in PAGES:
            page.goto(path)
            found = Axe().run(page).response["violations"]
            serious = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in SERIOUS]
            assert not serious, path


def test_no_text_of_a_feed_runs_and_nothing_breaks_the_policy(page: Page) -> None:
    said: list[str] = []
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("console", lambda message: said.append(message.text) if "Content Security Policy" in message.text else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    evil = page.request.get("/api/v1/articles?q=evil OR alert OR onerror").json()["items"][0]
    more = (f"/article/{evil['id']}", f"/story/{evil['story_id']}", "/search?q=alert", "/%3Cscript%3Ealert(1)")
    for path in (*PAGES, *more):
        page.goto(path)
        for link in page.locator("a").all():
            assert not (link.get_attribute("href") or "").lower().startswith("javascript:"), path
    assert not said


def test_keys_move_star_open_search_and_help(page: Page) -> None:
    page.goto("/?span=7d")
    assert page.locator("nav [aria-current=page]").all_inner_texts() == ["Stories"]
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = page.locator("[data-item]").nth(1)
    assert second.locator("[data-open]").evaluate("link => link === document.activeElement")
    page.keyboard.press("s")
    star = second.locator('form[data-mark="star"] button')
    assert star.get_attribute("aria-pressed") == "true"
    page.locator("#said", has_text="Starred").wait_for(state="attached")
    page.reload()
    assert (
        page.locator("[data-item]").nth(1).locator('form[data-mark="star"] button').get_attribute("aria-pressed")
        == "true"
    )
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    for place in ("**/story/*", "**/article/*"):
        page.keyboard.press("j")
        page.keyboard.press("o")
        page.wait_for_url(place)
    page.locator('form[data-mark="read"] button[aria-pressed="true"]').wait_for()
    page.keyboard.press("/")
    page.keyboard.type("bridge")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=bridge")
    assert page.locator("mark").count() > 0


def test_all_is_there_without_javascript(browser: Browser, site: Running, state: object) -> None:
    with opened(browser, site, state, java_script_enabled=False, viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto("/search?q=bridge&sort=date")
        page.locator('form[data-mark="star"] button').last.click()
        assert page.url.endswith("/search?q=bridge&sort=date")
        assert page.locator('form[data-mark="star"] button').last.get_attribute("aria-pressed") == "true"
        page.fill("header input[type=search]", "is:starred")
        page.press("header input[type=search]", "Enter")
        assert page.locator("nav [aria-current=page]").all_inner_texts() == ["Starred"]
        assert page.locator("[data-item]").count() > 0
        page.locator("[data-open]").first.click()
        assert "/article/" in page.url


def test_no_page_is_wider_than_a_phone(browser: Browser, site: Running, state: object) -> None:
    with opened(browser, site, state, viewport={"width": 320, "height": 740}) as context:
        page = context.new_page()
        for path in PAGES:
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
