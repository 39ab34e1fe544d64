"""Alembic migrations; they ship inside the package as `aggregator.migrations`."""
