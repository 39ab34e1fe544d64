"""The REST API of Miniflux, version 1 (https://miniflux.app/docs/api.html)."""
