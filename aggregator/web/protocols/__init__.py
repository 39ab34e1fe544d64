"""The protocols that feed readers speak: each checks the login of its own requests."""

OWN_LOGIN = ("/v1/", "/api/greader.php/", "/fever/")
"""The paths below which no login is asked for before a handler runs."""
