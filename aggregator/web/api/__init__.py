"""The HTTP API under /api/v1: a module for each kind of thing that is asked for."""
