"""Who runs visits: one fetch, or the daemon."""
