"""Decides who may read the archive: the password, tokens, sessions, and how often a login may fail."""
