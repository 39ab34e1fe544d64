"""Speaks SQL, and nothing of HTTP. `engine.open` gives a Store; the modules of each part take its connections."""
