"""Reads the pages of a site that another worker fetched: a machine that does nothing else needs no way to the sites."""

import asyncio
import logging
import secrets

from aggregator.store.polling import entries
from aggregator.store.work import arrived_pages
from aggregator.store.work.arrived_pages import ArrivedPage
from aggregator.tracing import visit_id
from aggregator.visit.context import Context
from aggregator.visit.page import give_up, read_and_store
from aggregator.visit.page_reader import PageReader

_AT_ONCE = 16
_MAX_TRIES = 3  # to read a page, each of which ended with the worker
_log = logging.getLogger(__name__)


async def read_arrived(ctx: Context, site: str) -> None:
    """Reads the pages of a site that wait, in the order in which they came, and stores their articles. One process at a
    time does so, since each page is read with what the ones before it taught. Raises StoreError."""
    visit_id.set(secrets.token_hex(6))
    reader = PageReader(ctx)
    while not ctx.stopping.is_set():
        pages = await ctx.writer.do(lambda unit: arrived_pages.take(unit, site, _AT_ONCE))
        if not pages:
            return
        async with asyncio.TaskGroup() as group:
            for page in pages:
                group.create_task(_read(ctx, page, reader))
        await reader.save()


async def _read(ctx: Context, arrived: ArrivedPage, reader: PageReader) -> None:
    listed = await ctx.read(lambda conn: entries.of_ids(conn, arrived.entry_ids))
    if listed and arrived.tries < _MAX_TRIES:
        await read_and_store(ctx, listed, arrived.response, reader)
    elif listed:
        why = f"the process that read it died, {arrived.tries} times"
        _log.warning("%s: %s; given up", listed[0].url, why)
        await give_up(ctx, listed[0], [one.id for one in listed], why)
    await ctx.writer.do(lambda unit: arrived_pages.drop(unit, arrived.id))
