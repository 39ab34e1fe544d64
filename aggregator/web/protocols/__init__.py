"""The protocols that feed readers speak: each checks the login of its own requests."""

OWN_LOGIN = ("/v1/", "/healthcheck", "/api/greader.php", "/accounts/ClientLogin", "/reader/api/0/", "/fever")
"""How the paths begin for which no login is asked for before a handler runs."""
