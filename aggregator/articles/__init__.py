"""From a page, an entry or an imported record to the row that is stored. Pure functions that run in the pool."""
