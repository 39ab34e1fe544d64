"""The API of Google Reader, as FreshRSS and Miniflux serve it and the apps of today expect it."""
