"""`aggregator alerts` and `search --save`: what they print, and what a mistake is answered with."""

import json
from collections.abc import Callable

from tests.cli.conftest import Run
from tests.servers import Reply, Server


def test_an_alert_is_added_tested_listed_and_removed(run: Run) -> None:
    with Server() as hook:
        url = hook.route("/hook", Reply(b"ok"), Reply(b"", 500))
        added = run("alerts", "add", "boats", "--query", "ferry OR tram", "--webhook", url)
        first, secret = added.stdout.splitlines()
        assert first == f"boats tells webhook {url} after each fetch; it looks for: ferry OR tram"
        assert secret.startswith("secret: whsec_")
        assert run("alerts", "test", "boats").stdout == f"boats: delivered: 127.0.0.1:{hook.port} answered 200\n"
        failed = run("alerts", "test", "boats")
        assert failed.returncode == 1
        assert (
            failed.stderr == f"aggregator: boats: not delivered: {url}: the server answered 500 Internal Server Error\n"
        )
        saved = run("search", "--save", "liners", "saved:boats", "-tram")
        assert "saved as liners; `aggregator search saved:liners` asks it again" in saved.stderr
        listed = json.loads(run("alerts", "list", "--json").stdout)
        assert [(one["name"], one["query"], one["channel"], one["target"]) for one in listed] == [
            ("boats", "ferry OR tram", "webhook", url),
            ("liners", "saved:boats -tram", None, None),
        ]
        assert secret.removeprefix("secret: ") not in run("alerts", "list", "--json").stdout
        assert run("alerts", "remove", "boats").stdout == "boats is removed\n"
        table = run("alerts", "list").stdout
        assert "boats tells" not in table
        assert "FAILS: no search is saved as 'boats'" in table


def test_mistakes(run: Run, fails: Callable[..., str]) -> None:
    assert run("alerts", "add", "boats", "--query", "ferry", "--command", "true").returncode == 0
    add = ("alerts", "add", "new", "--query")
    assert "--webhook URL, --mail ADDRESS and --command" in fails(*add, "ferry")
    assert "one of them" in fails(*add, "ferry", "--command", "true", "--mail", "me@example.org")
    assert "never closed" in fails(*add, "(ferry", "--command", "true")
    assert "not an http:// or https:// URL" in fails(*add, "ferry", "--webhook", "nonsense")
    assert "set smtp_host" in fails(*add, "ferry", "--mail", "me@example.org")
    assert "an alert boats already" in fails("alerts", "add", "boats", "--query", "x", "--command", "true")
    assert "no search is saved as new; there are boats" in fails("alerts", "test", "new")
    assert "no search is saved as 'new'" in fails("search", "saved:new")
    assert "instead of --site write site:a.org in it" in fails("search", "--save", "new", "ferry", "--site", "a.org")
