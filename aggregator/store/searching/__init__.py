"""Writes the search index and asks it."""
