from aggregator.store.sql import run as run
