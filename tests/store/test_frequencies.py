"""How common terms are: seen at once within a transaction, written at its end, gone with one that failed."""

import pytest
from sqlalchemy import select

from aggregator.store.engine import Store
from aggregator.store.engine import open as open_store
from aggregator.store.schema import term_frequencies


def stored(store: Store) -> dict[int, int]:
    with store.read() as conn:
        return {row.term: row.articles for row in conn.execute(select(term_frequencies))}


def test_what_was_added_counts_at_once_and_is_kept(store: Store) -> None:
    with store.write() as unit:
        assert dict(unit.frequencies.of((7, 8))) == {7: 0, 8: 0}
        unit.frequencies.add((7, 8), 1)
        assert unit.frequencies.of((7, 9))[7] == 1
        unit.frequencies.add((7, 9), 8)
    assert stored(store) == {7: 9, 8: 1, 9: 8}
    with store.write() as unit:
        assert unit.frequencies.of((7,))[7] == 9
        unit.frequencies.add((7,), 1)
    assert stored(store) == {7: 10, 8: 1, 9: 8}


def test_a_transaction_that_fails_counts_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as unit:
        unit.frequencies.of((7,))
        unit.frequencies.add((7,), 1)
        raise RuntimeError
    assert stored(store) == {}
    with store.write() as unit:
        assert unit.frequencies.of((7,))[7] == 0
    assert stored(store) == {}


def test_what_another_connection_wrote_is_seen(store: Store) -> None:
    with store.write() as unit:
        unit.frequencies.of((7,))
        unit.frequencies.add((7,), 1)
    with store.write() as unit, store.read():  # another connection, if both are open at once
        assert unit.frequencies.of((7,))[7] == 1
    other = open_store(store.url)
    with other.write() as unit:
        unit.frequencies.of((7,))
        unit.frequencies.add((7,), 4)
    other.close()
    with store.write() as unit:
        assert unit.frequencies.of((7,))[7] == 5
        unit.frequencies.clear()
        assert unit.frequencies.of((7,))[7] == 0
    with store.write() as unit:
        assert unit.frequencies.of((7,))[7] == 0


def test_known_counts_are_not_read_again(store: Store) -> None:
    statements: list[str] = []
    with store.write() as unit:
        unit.frequencies.of((7, 8))
        unit.frequencies.add((7, 8), 1)
    with store.write() as unit:
        driver = unit.connection.driver_connection
        assert driver is not None
        if store.dialect == "sqlite":
            driver.set_trace_callback(statements.append)
        assert unit.frequencies.of((7, 8)) == {7: 1, 8: 1}
        if store.dialect == "sqlite":
            driver.set_trace_callback(None)
    assert not [one for one in statements if "term_frequencies" in one]
