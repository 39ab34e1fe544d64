"""What whoever runs the server asks of it: metrics, logs, a daemon that serves."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.servers import Reply, Server
from tests.web.conftest import Running, copied, environment


def test_metrics_are_read_by_prometheus(served: Running) -> None:
    with served.client() as client:
        client.get("/api/v1/articles", params={"q": "title:("})
        answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    found = {one.name: one for one in text_string_to_metric_families(answer.text)}
    assert found["aggregator_articles"].samples[0].value == 24
    assert found["aggregator_queue_depth"].samples[0].value == 0
    assert found["aggregator_database_bytes"].samples[0].value > 10_000
    assert [(one.labels, one.value) for one in found["aggregator_feeds"].samples] == [({"state": "healthy"}, 2)]
    assert [(one.labels, one.value) for one in found["aggregator_polls_last_day"].samples] == [
        ({"outcome": "changed"}, 2)
    ]
    assert found["aggregator_schedule_delay_seconds"].samples[0].value == 0
    asked = {"method": "GET", "area": "/api/v1", "status": "400"}
    assert any(
        one.labels == asked and one.value >= 1
        for one in found["aggregator_http_requests"].samples
        if one.name.endswith("_total")
    )
    assert found["process_resident_memory_bytes"].samples[0].value > 0


def test_it_lives_and_is_ready(served: Running) -> None:
    with served.client() as client:
        assert client.get("/healthz").json() == client.get("/readyz").json() == {"status": "ok"}


def test_a_daemon_serves_and_logs_json_with_an_id_from_poll_to_article(
    newsroom: Server, archive_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = copied(archive_folder, tmp_path_factory)
    (folder / "aggregator.db").unlink()
    page = f"<article><h1>Rain</h1>{'<p>It rained in Thorn until the evening, and the bridge was closed.</p>' * 20}"
    newsroom.route("/rain", Reply(page, headers={"Content-Type": "text/html"}))
    with (folder / "feeds.yaml").open("a") as config:
        config.write(f"articles:\n  - url: {newsroom.url('/rain')}\n")
    command = [sys.executable, "-m", "aggregator", "-v", "daemon", "--serve", "--port", "0"]
    variables = environment(folder) | {"AGGREGATOR_LOG": "json"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder, env=variables)
        try:
            assert process.stdout is not None
            base = process.stdout.readline().split()[-1]
            with httpx.Client(base_url=base) as client:
                end = time.monotonic() + 60
                while client.get("/api/v1/stats").json()["counts"]["articles"] < 25 and time.monotonic() < end:
                    time.sleep(0.2)
                assert client.get("/api/v1/articles", params={"q": "moons"}).json()["total"] == 12
                found = {one.name: one for one in text_string_to_metric_families(client.get("/metrics").text)}
                assert found["aggregator_extraction_pages"].samples[0].value == 1
                assert found["aggregator_extraction_seconds"].samples[0].value > 0
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
    assert process.returncode == 0
    lines = [json.loads(line) for line in (folder / "log").read_text().splitlines()]
    polled = [one for one in lines if one["message"].startswith("polled ")]
    assert len({one["visit"] for one in polled}) == 1
    assert any(one.get("path") == "/api/v1/stats" and one["status"] == 200 for one in lines)


def test_a_log_of_a_form_not_known_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "aggregator", "search", "x"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(tmp_path) | {"AGGREGATOR_LOG": "xml"},
    )
    assert (done.returncode, done.stderr) == (2, "aggregator: AGGREGATOR_LOG=xml: text or json\n")
