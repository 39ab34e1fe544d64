"""The protocols that feed readers speak: each checks the login of its own requests."""

_MINIFLUX = ("/v1/", "/healthcheck")
_GREADER = ("/api/greader.php", "/accounts/ClientLogin", "/reader/api/0/")
_FEVER = ("/fever", "/api/fever.php")
OWN_LOGIN = (*_MINIFLUX, *_GREADER, *_FEVER)
"""How the paths begin for which no login is asked for before a handler runs."""
