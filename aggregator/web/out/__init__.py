"""Searches, stories, feeds and categories as RSS, Atom and JSON Feed, for readers of feeds."""
