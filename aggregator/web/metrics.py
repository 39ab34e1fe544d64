"""Answers Prometheus: what the database says of polls and articles, what this server has answered."""

from collections.abc import Iterator

from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import PlainTextResponse

from aggregator.store.upkeep.gauges import Gauges, gauges
from aggregator.web.request_log import RequestMetrics
from aggregator.web.server_state import ServerState

router = APIRouter(tags=["operations"])


class _OfArchive(Collector):
    """Reads the database whenever it is asked."""

    def __init__(self, served: ServerState) -> None:
        self._served = served

    def describe(self) -> Iterator[Metric]:
        return iter(())

    def collect(self) -> Iterator[Metric]:
        with self._served.store.read() as conn:
            found = gauges(conn, self._served.now)
        yield from _numbers(found)
        feeds = GaugeMetricFamily("aggregator_feeds", "Subscriptions by their health", labels=["state"])
        for state, number in found.feeds.items():
            feeds.add_metric([state], number)
        polls = GaugeMetricFamily("aggregator_polls_last_day", "Polls of the last day", labels=["outcome"])
        seconds = GaugeMetricFamily("aggregator_poll_seconds_last_day", "What they took", labels=["outcome"])
        for one in found.polls:
            polls.add_metric([one.outcome], one.number)
            seconds.add_metric([one.outcome], one.seconds)
        yield from (feeds, polls, seconds)
        if (extraction := self._served.extraction) is not None:
            pages, took = "Pages extracted since the start", "CPU that extraction took"
            yield CounterMetricFamily("aggregator_extraction_pages", pages, extraction.pages)
            yield CounterMetricFamily("aggregator_extraction_seconds", took, extraction.seconds)


def _numbers(found: Gauges) -> Iterator[Metric]:
    yield GaugeMetricFamily("aggregator_articles", "Articles stored", found.articles)
    yield GaugeMetricFamily("aggregator_stories", "Stories that they tell", found.stories)
    yield GaugeMetricFamily("aggregator_queue_depth", "Entries that wait for their page", found.waiting)
    yield GaugeMetricFamily("aggregator_deliveries_waiting", "What alerts are still to tell", found.deliveries)
    yield GaugeMetricFamily("aggregator_feeds_due", "Subscriptions that should have been polled", found.due)
    yield GaugeMetricFamily("aggregator_schedule_delay_seconds", "Since the first of them was due", found.late)
    yield GaugeMetricFamily("aggregator_database_bytes", "Size of the database", found.bytes)


def registry_of(served: ServerState) -> tuple[CollectorRegistry, RequestMetrics]:
    """Returns the metrics of a server."""
    registry = CollectorRegistry()
    registry.register(_OfArchive(served))
    ProcessCollector(registry=registry)
    return registry, RequestMetrics(registry)


@router.get("/metrics", operation_id="get_metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> PlainTextResponse:
    """Answers Prometheus."""
    registry: CollectorRegistry = request.app.state.registry
    return PlainTextResponse(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_1_0_0)
