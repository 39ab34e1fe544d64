"""Reads a section page as a feed: its links to articles among all its links."""
