"""Stores saved searches and what alerts have to tell."""
