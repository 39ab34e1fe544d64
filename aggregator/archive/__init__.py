"""Answers questions about what has been stored, and exports, imports, re-extracts, prunes and edits it."""
