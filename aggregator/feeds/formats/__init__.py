"""Reads documents, one module a format, into the value of `raw`. `feeds/quick/` reads well-formed RSS and Atom."""
