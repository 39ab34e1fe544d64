"""Keeps what copies and stories are found by, and stories as they are shown."""
