"""A store on PostgreSQL whose partitions are those of made-up months."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from sqlalchemy import insert

from aggregator.store import engine, partitions
from aggregator.store.engine import Store
from aggregator.store.schema import feeds
from tests.store.months import FEED, NOW


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[Store]:
    """A store on PostgreSQL with a feed and the months of 2030 from January on, up to July."""
    with closing(engine.open(postgres_url)) as opened:
        with opened.write() as conn:
            conn.execute(insert(feeds).values(**FEED, position=0, next_poll_at=0, added_at=0))
        partitions.make_months(opened, NOW, 5)
        yield opened
