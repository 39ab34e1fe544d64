"""Stores who is let in."""
