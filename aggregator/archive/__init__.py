"""The archive: search, show and export of what has been stored; import, re-extraction, pruning, edits of stories."""
