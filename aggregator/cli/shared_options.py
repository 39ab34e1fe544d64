"""Declares and reads the arguments and options that several commands have."""

import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from aggregator.errors import AggregatorError, UsageError


class Format(StrEnum):
    """Names the ways to print a list."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    TEXT = "text"


class Report(StrEnum):
    """Names the ways to print a report."""

    TABLE = "table"
    JSON = "json"


class Form(StrEnum):
    """Names the ways to print one article."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


_TIME = "24h, 7d, today, yesterday, 2026-01, 2026-01-31 or an ISO time"
ListFormat = Annotated[Format, typer.Option("--format", help="How to print it.")]
ReportFormat = Annotated[Report, typer.Option("--format", help="How to print it.")]
AsJson = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
Since = Annotated[str | None, typer.Option(metavar="TIME", help=f"From then on: {_TIME}.")]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Up to then; a day is meant with all its hours.")]
Feed = Annotated[str | None, typer.Option("--feed", metavar="FEED", help="Of this feed: its URL or its title.")]
Site = Annotated[str | None, typer.Option("--site", metavar="SITE", help="Of this site, such as example.org.")]
Lang = Annotated[str | None, typer.Option(metavar="CODE", help="In this language, such as en.")]


FormatT = TypeVar("FormatT", Format, Report, Form)


def chosen(ctx: typer.Context, form: FormatT, json: bool) -> FormatT:
    """Returns the format that --format and --json ask for. Raises UsageError where they contradict each other."""
    wanted: FormatT = type(form)("json")
    if not json or form is wanted:
        return form
    source = ctx.get_parameter_source("form")
    if source is not None and source.name == "COMMANDLINE":
        raise UsageError(f"--json and --format {form} contradict each other; give one of them")
    return wanted


def read_input(source: str, advice: str) -> bytes:
    """Reads a file, or standard input where `source` is `-`. Raises AggregatorError, which ends with the advice."""
    try:
        return sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise AggregatorError(f"{source}: {error.strerror or error}; {advice}") from None


def since_time(text: str | None, now: datetime) -> datetime | None:
    """Reads the time that a span begins with. Raises UsageError."""
    return _moment("--since", text, now, after=False) if text else None


def until_time(text: str | None, now: datetime) -> datetime | None:
    """Reads the time that a span ends before; a day is meant with all its hours. Raises UsageError."""
    return _moment("--until", text, now, after=True) if text else None


def _moment(option: str, text: str, now: datetime, *, after: bool) -> datetime:
    from aggregator.errors import QueryError
    from aggregator.query import moment

    try:
        return moment(text, now, after=after)
    except QueryError as error:
        raise UsageError(f"{option}: {error}") from None
