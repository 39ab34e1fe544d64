"""Maintains whole databases: checks, sizes, moves."""
