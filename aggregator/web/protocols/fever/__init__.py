"""The API of Fever, version 3."""
