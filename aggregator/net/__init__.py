"""Speaks HTTP: every request of the program is a `Net.fetch`.

Request -> target (scheme, host, port) -> slot of its site -> addresses checked -> connection -> headers
        -> body, bounded -> decoded, bounded -> Response, or back to the start for a redirect
"""
