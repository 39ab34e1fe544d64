from aggregator.store.sql import insert as insert
