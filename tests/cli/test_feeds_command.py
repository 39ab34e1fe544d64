"""`aggregator feeds …`: subscriptions in feeds.yaml, and OPML."""

import csv
import json
import shutil

URL = "https://example.org/feed.xml"
OPML = """<?xml version="1.0"?><opml version="2.0"><head/><body>
<outline text="World"><outline type="rss" text="One" xmlUrl="https://one.example/feed"/></outline>
<outline type="rss" text="Known" xmlUrl="https://example.org/feed.xml"/></body></opml>"""


def test_add_makes_the_file_and_list_shows_it(run, tmp_path):
    done = run("feeds", "add", URL, "--title", "Example", "--category", "World", "--lang", "en", "--interval", "30m")
    assert done.returncode == 0, done.stderr
    assert "interval: 30m" in (tmp_path / "feeds.yaml").read_text()
    assert "Example" in run("feeds", "list").stdout
    assert not list(tmp_path.glob("*.db"))


def test_add_to_a_file_that_is_named_and_not_there(run, tmp_path):
    assert run("--config", "mine.yaml", "feeds", "add", URL).returncode == 0
    assert URL in (tmp_path / "mine.yaml").read_text()


def test_add_twice_is_refused(run, fails):
    run("feeds", "add", URL)
    assert URL in fails("feeds", "add", URL)


def test_list_for_programs(run):
    run("feeds", "add", URL, "--title", "Example")
    (found,) = json.loads(run("feeds", "list", "--json").stdout)
    assert (found["url"], found["title"], found["last_poll_at"]) == (URL, "Example", None)
    (row,) = csv.DictReader(run("feeds", "list", "--format", "csv").stdout.splitlines())
    assert row["url"] == URL
    assert run("feeds", "list", "--format", "text").stdout == f"{URL}\n"


def test_remove_keeps_comments(run, tmp_path):
    (tmp_path / "feeds.yaml").write_text(f"# mine\nfeeds:\n  - url: {URL}\n  - url: https://two.example/f # two\n")
    assert run("feeds", "remove", URL).returncode == 0
    assert (tmp_path / "feeds.yaml").read_text() == "# mine\nfeeds:\n  - url: https://two.example/f # two\n"


def test_import_adds_what_is_new(run, tmp_path):
    run("feeds", "add", URL)
    (tmp_path / "list.opml").write_text(OPML)
    done = run("feeds", "import", "list.opml")
    assert "1 feed added, 1 known already" in done.stdout, done.stderr
    assert "https://one.example/feed" in run("feeds", "list", "--format", "text").stdout


def test_export_is_read_again(run, tmp_path):
    run("feeds", "add", URL, "--title", "Example & Co", "--category", "World")
    assert run("feeds", "export", "out.opml").returncode == 0
    assert run("feeds", "export").stdout == (tmp_path / "out.opml").read_text()
    run("--config", "again.yaml", "feeds", "import", "out.opml")
    (found,) = json.loads(run("--config", "again.yaml", "feeds", "list", "--json").stdout)
    assert (found["url"], found["title"], found["category"]) == (URL, "Example & Co", "World")


def test_import_of_what_is_no_opml(fails, tmp_path):
    (tmp_path / "list.opml").write_text("<html></html>")
    assert "list.opml: not an OPML file" in fails("feeds", "import", "list.opml", code=1)
    assert "missing.opml" in fails("feeds", "import", "missing.opml", code=1)


def test_check_without_feeds_or_database(run, tmp_path):
    assert "no feeds yet" in run("feeds", "check").stdout
    run("feeds", "add", URL, "--title", "Example")
    done = run("feeds", "check")
    assert done.returncode == 0, done.stderr
    assert "not polled yet" in done.stdout
    assert done.stdout.endswith("1 checked, nothing wrong\n")
    assert json.loads(run("feeds", "check", "Example", "--json").stdout)[0]["problems"] == []
    assert not list(tmp_path.glob("*.db"))


def test_check_tells_of_selectors_that_match_nothing(run, played, tmp_path):
    shutil.copy(played / "aggregator.db", tmp_path)
    lines = (played / "feeds.yaml").read_text().splitlines()
    (at,) = [number for number, line in enumerate(lines) if "url:" in line][:1]
    url = lines[at].split("url:")[1].strip()
    lines.insert(at + 1, "    selectors: {body: '.article .text', title: h1, remove: [.nowhere]}")
    (tmp_path / "feeds.yaml").write_text("\n".join(lines))
    done = run("feeds", "check")
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if "body selector" in line]
    assert line.startswith(f"{url}: body selector '.article .text' matched 0 of the last ")
    assert "1 in need of a person" in done.stdout
    assert "remove selector '.nowhere' matched 0" in done.stdout
    done = run("feeds", "check", url, "--format", "json")
    assert done.returncode == 1
    (found,) = json.loads(done.stdout)
    assert [(one["name"], one["matched"] > 0) for one in found["selectors"]] == [
        ("body", False),
        ("title", True),
        ("remove", False),
    ]
    assert len(found["problems"]) == len(found["notes"]) == 1


def test_what_is_wrong_with_a_subscription_is_said_before_anybody_is_asked(fails, run):
    unasked = "https://nowhere.invalid/feed"
    assert "interval" in fails("feeds", "add", unasked, "--interval", "soon")
    assert "full_text" in fails("feeds", "add", unasked, "--full-text", "sometimes")
    run("feeds", "add", URL, "--no-check")
    assert "subscribed already" in fails("feeds", "add", URL)
