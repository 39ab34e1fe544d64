"""Speaks SQL, and nothing of HTTP. `engine.open` gives a Store; the other modules take its connections."""
