"""Numbers the extractor: an article remembers it, and `reextract` reads again what an older one found."""

EXTRACTOR_VERSION = 7  # goes up whenever the same page may give another article
