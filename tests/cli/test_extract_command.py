"""`aggregator extract`: files, standard input, plain text, every form."""

import json

PAGE = """<!doctype html><html lang="en"><head><title>Bridge opens early | The Daily</title>
<meta property="og:title" content="Bridge opens early">
<meta property="article:published_time" content="2026-03-02T08:30:00+01:00"></head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a> <a href="/weather">Weather 12°C</a></nav>
<article><h1>Bridge opens early</h1>
<p>The new bridge over the estuary opened to traffic on Monday morning, four months before the date that the builders
had promised when the first pile was driven into the mud.</p>
<p>Drivers who used to queue for the ferry crossed in under three minutes, and the first of them, a baker on her way
home, was given a bunch of daffodils by the mayor.</p>
<p>The ferry will keep running for cyclists until the path along the northern ramp is finished in the autumn, the
county said, and its fares stay as they are.</p></article>
<div class="newsletter"><h3>Stay in touch</h3><p>Sign up for our newsletter.</p></div>
<footer>© The Daily</footer></body></html>"""


def test_text_is_title_lead_and_text_with_one_newline_at_the_end(run, tmp_path):
    (tmp_path / "page.html").write_text(PAGE, "utf-8")
    done = run("extract", "page.html")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Bridge opens early\n\nThe new bridge over the estuary")
    assert done.stdout.endswith("stay as they are.\n")
    assert "Stay in touch" not in done.stdout
    assert not list(tmp_path.glob("*.db"))


def test_json_has_the_names_of_an_export(run):
    done = run("extract", "-", "--url", "https://daily.example/news/1", "--format", "json", stdin=PAGE)
    found = json.loads(done.stdout)
    assert found["title"] == "Bridge opens early"
    assert found["url"] == "https://daily.example/news/1"
    assert found["published_at"] == "2026-03-02T07:30:00Z"
    assert found["is_article"] is True
    assert found["word_count"] > 60
    assert {"site", "authors", "modified_at", "lang", "lead", "image", "tags", "score", "paywalled"} <= set(found)
    assert not {"id", "story_id", "copy_of", "feed", "fetched_at"} & set(found)


def test_json_has_the_pictures_with_their_captions(run):
    figure = (
        "<figure><img data-src='/bridge.jpg' alt='A bridge'><figcaption>The bridge</figcaption></figure><p>The ferry"
    )
    page = PAGE.replace("<p>The ferry", figure)
    found = json.loads(run("extract", "-", "--url", "https://daily.example/news/1", "--json", stdin=page).stdout)
    assert found["images"] == [{"url": "https://daily.example/bridge.jpg", "caption": "The bridge", "alt": "A bridge"}]


def test_other_forms(run):
    assert run("extract", "-", "--format", "markdown", stdin=PAGE).stdout.startswith("# Bridge opens early\n\nThe new")
    assert "<p>The new bridge" in run("extract", "-", "--format", "html", stdin=PAGE).stdout
    assert (
        run("extract", "-", "--json", stdin=PAGE).stdout == run("extract", "-", "--format", "json", stdin=PAGE).stdout
    )


def test_a_page_without_an_article_is_no_failure(run):
    done = run("extract", "-", "--json", stdin="<html><body><a href=/>Home</a></body></html>")
    assert done.returncode == 0
    assert json.loads(done.stdout)["is_article"] is False


def test_explain_shows_what_was_dropped(run):
    done = run("extract", "-", "--explain", stdin=PAGE)
    assert done.returncode == 0
    assert any(line.strip().startswith("drop") and "newsletter" in line for line in done.stdout.splitlines())
    assert "an article" in done.stdout.splitlines()[-1]


def test_explain_as_json_has_the_article_and_its_blocks(run):
    told = json.loads(run("extract", "-", "--explain", "--json", stdin=PAGE).stdout)
    assert told["title"] == json.loads(run("extract", "-", "--json", stdin=PAGE).stdout)["title"]
    assert {True, False} == {block["kept"] for block in told["blocks"]}
    assert all(block["reasons"] is not None and block["path"] for block in told["blocks"])


def test_explain_is_readable_on_narrow_and_wide_terminals(run):
    more = "".join(
        f"<p>The {n}th pile was driven in a week, and the builders had a day of rest after it.</p>" for n in range(20)
    )
    for columns in (80, 200):
        done = run(
            "extract", "-", "--explain", stdin=PAGE.replace("</article>", f"{more}</article>"), COLUMNS=str(columns)
        )
        assert max(map(len, done.stdout.splitlines())) <= columns
        assert "are not looked at" in done.stdout
        assert ("article > h1" in done.stdout) is (columns == 200)


def test_selectors_of_the_site_win_and_are_explained(run, tmp_path):
    selectors = "{body: .newsletter, title: h3, author: .nobody}"
    feeds = f"feeds:\n  - url: https://daily.example/feed.xml\n    selectors: {selectors}\n"
    (tmp_path / "feeds.yaml").write_text(feeds, "utf-8")
    found = json.loads(run("extract", "-", "--url", "https://daily.example/news/1", "--json", stdin=PAGE).stdout)
    assert (found["title"], found["text"], found["is_article"]) == (
        "Stay in touch",
        "Sign up for our newsletter.",
        True,
    )
    told = run("extract", "-", "--url", "https://daily.example/news/1", "--explain", stdin=PAGE).stdout
    assert "selector body (.newsletter) matches 1" in told
    assert "selector author (.nobody) matches nothing" in told
    elsewhere = run("extract", "-", "--url", "https://other.example/news/1", "--json", stdin=PAGE)
    assert json.loads(elsewhere.stdout)["title"] == "Bridge opens early"


def test_failures_are_one_line(fails):
    assert "missing.html" in fails("extract", "missing.html", code=1)
    assert "127.0.0.1" in fails("extract", "http://127.0.0.1:9/", code=1)


def test_plain_text(run):
    story = (
        "The council voted on Monday to keep the swimming pool open through the winter, although heating it will cost"
        " more than it did last year and the number of visitors has been falling since the spring."
    )
    other = (
        "A group of parents had collected four thousand signatures in the market square, and the mayor said that she"
        " had read every one of the letters which came with them."
    )
    scraped = f"Home\n\nWeather\n\n14°C\n\n{story}\n\n{other}\n\nSubscribe now\n"
    done = run("extract", "--text", "-", stdin=scraped)
    assert done.returncode == 0, done.stderr
    assert story in done.stdout
    assert "Subscribe" not in done.stdout
    assert "14°C" not in done.stdout


def test_what_is_no_page_is_said_to_be_none(run, tmp_path):
    feed = (
        "<rss version='2.0'><channel><title>Boats</title><item><description>Ferry</description></item></channel></rss>"
    )
    (tmp_path / "feed.xml").write_text(feed, "utf-8")
    done = run("extract", "feed.xml", "--url", "https://a.example/feed", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["is_article"] is False
    assert json.loads(done.stdout)["text"] == ""
    assert "feed.xml: this is a feed, no page: `aggregator feeds add https://a.example/feed`" in done.stderr
