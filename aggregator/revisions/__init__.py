"""Compares the texts that an article has had, and plans when its page is fetched again. Pure."""
