"""Stores articles and what is kept beside them, and reads them."""
