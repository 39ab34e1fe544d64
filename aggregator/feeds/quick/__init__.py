"""The quick reader of well-formed RSS and Atom: expat, and the fields that are kept. What it declines, feedparser reads."""
