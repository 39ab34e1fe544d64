"""One module a format, and the value that each of them makes of a document (`raw`)."""
