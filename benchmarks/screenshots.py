"""Makes the pictures of the README, from the small news sites of `aggregator demo`, whose texts are our own.

    python -m benchmarks.screenshots

Writes docs/pictures/{stories,article,search}.png. Wants Debian's chromium and the packages of `pip install -e .[dev]`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
USER, PASSWORD = "reader", "correct horse"
WIDE, NARROW = {"width": 1100, "height": 760}, {"width": 390, "height": 760}


def main() -> None:
    """Fetches the sites, serves the archive, and takes the pictures."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("no browser: `apt-get install chromium` brings one")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        _run(folder, "demo", "--keep", f"{folder}/kept")
        kept = Path(folder, "kept")
        _run(str(kept), "web", "password", USER, "--stdin", stdin=f"{PASSWORD}\n")
        command = [sys.executable, "-m", "aggregator", "serve", "--port", "0"]
        server = subprocess.Popen(command, cwd=kept, stdout=subprocess.PIPE, text=True, env=_environment())
        try:
            assert server.stdout is not None
            base = server.stdout.readline().split()[-1].rstrip("/")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                _pictures(browser, base)
                browser.close()
        finally:
            server.terminate()
            server.wait(20)


def _pictures(browser: Browser, base: str) -> None:
    with browser.new_context(base_url=base) as context:
        page = context.new_page()
        page.goto("/login")
        page.fill("[name=username]", USER)
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        page.wait_for_url(f"{base}/")
        stories = page.request.get("/api/v1/stories?since=7d").json()["items"]
        state = context.storage_state()
    article = stories[0]["article_id"]
    for name, path, size, scheme in (
        ("stories", "/", WIDE, "light"),
        ("article", f"/article/{article}", NARROW, "light"),
        ("search", "/search?q=ferry", WIDE, "dark"),
    ):
        with browser.new_context(
            base_url=base,
            storage_state=state,
            viewport=size,  # type: ignore[arg-type]
            color_scheme=scheme,  # type: ignore[arg-type]
        ) as context:
            page = context.new_page()
            page.goto(path)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=PICTURES / f"{name}.png")
            print(f"{PICTURES / name}.png: {(PICTURES / f'{name}.png').stat().st_size // 1000} kB")


def _run(folder: str, *arguments: str, stdin: str = "") -> None:
    command = [sys.executable, "-m", "aggregator", *arguments]
    subprocess.run(command, cwd=folder, input=stdin, text=True, check=True, capture_output=True, env=_environment())


def _environment() -> dict[str, str]:
    """Returns the environment without the settings of the user's own installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AGGREGATOR_")}
    return kept | {"PYTHONPATH": str(Path(__file__).parents[1])}


if __name__ == "__main__":
    main()
