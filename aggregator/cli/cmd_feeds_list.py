"""`aggregator feeds list`: subscriptions and how they fare, what needs a person first."""

from typing import Any

import typer

from aggregator.cli import global_options, output
from aggregator.cli.options import Format, Json, ListFormat

_FROM_ROW = ("next_poll_reason", "failures", "last_error", "entries", "articles", "waiting")


def list_feeds(ctx: typer.Context, form: ListFormat = Format.TABLE, json: Json = False) -> None:
    """List the subscriptions of feeds.yaml and how they fare, those that need a person first.

    States: blocked, gone, failing, moved, silent, slow, new, healthy. `aggregator feeds explain FEED` says more of one.

    \b
    aggregator feeds list
    aggregator feeds list --format csv > feeds.csv
    """
    options = global_options.of(ctx)
    records = _records(options)
    form = Format.JSON if json else form
    if form is Format.TEXT:
        for record in records:
            print(record["url"])
    elif form is not Format.TABLE:
        output.objects(records, form)
    elif records:
        _print_table(records)
    else:
        print("no feeds yet; `aggregator feeds add URL` subscribes")


def _records(options: global_options.Globals) -> list[dict[str, Any]]:
    """One object a subscription, what needs a person first, else as in feeds.yaml; null for what only a poll tells."""
    from aggregator.schedule import health

    known = rows_by_url(options)
    records = []
    for feed in options.load_config().feeds:
        row = known.get(feed.url, {})
        own = {"url": feed.url, "title": feed.title or row.get("title"), "category": feed.category, "lang": feed.lang}
        state = row.get("health") or "new"
        fares = {
            "state": state,
            "state_since": output.iso(row.get("health_since")),
            "state_why": row.get("health_why"),
            "advice": health.advice(state, feed.url) or None,
        }
        times = {name: output.iso(row.get(name)) for name in ("last_poll_at", "last_success_at", "next_poll_at")}
        records.append({**own, **fares, **times, **{name: row.get(name) for name in _FROM_ROW}})
    return sorted(records, key=lambda record: health.sort_key(record["state"]))


def rows_by_url(options: global_options.Globals) -> dict[str, Any]:
    """Rows of subscriptions by URL; none if there is no database yet: a list makes none."""
    if not options.database_exists():
        return {}
    from aggregator.store import feeds as rows

    with options.open_store() as store, store.read() as conn:
        return {one.feed.url: _columns(one) for one in rows.overview(conn)}


def _columns(one: Any) -> dict[str, Any]:
    columns = {name: getattr(one.feed, name) for name in one.feed.__slots__}
    return columns | {"entries": one.entries, "articles": one.articles, "waiting": one.waiting}


def _print_table(records: list[dict[str, Any]]) -> None:
    from aggregator.schedule.health import NEEDS_A_PERSON, STATES

    columns = [
        output.Column("feed", flexible=3),
        output.Column("state"),
        output.Column("since"),
        output.Column("articles", right=True),
        output.Column("why", flexible=4),
    ]
    rows = [
        (
            record["title"] or record["url"],
            record["state"],
            (record["state_since"] or "")[:10],
            record["articles"],
            _why(record),
        )
        for record in records
    ]
    output.table(columns, rows)
    for record in records:  # whole lines, below the table: they are searched for, and mailed by cron
        if record["state"] in NEEDS_A_PERSON:
            print(output.cell(f"{record['url']}: {record['advice']}"))
    counts = {state: sum(record["state"] == state for record in records) for state in STATES}
    print(
        f"{len(records)} feed{'s' if len(records) != 1 else ''}: "
        + ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    )


def _why(record: dict[str, Any]) -> str:
    """Why it is in its state; of a healthy one what is waited for."""
    if record["last_poll_at"] is None:
        return "not polled yet"
    if record["state"] == "healthy" and not record["failures"]:
        return f"{record['waiting']} pages wait" if record["waiting"] else ""
    return record["state_why"] or ""
