"""Makes the row that is stored of a page, an entry or an imported record. Pure functions that run in the pool."""
