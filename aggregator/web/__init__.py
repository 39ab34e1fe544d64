"""Serves the archive over HTTP: an API, pages, feeds out, and the protocols of feed readers."""
