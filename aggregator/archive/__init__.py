"""The archive: what is asked of all that has been stored, and what is put into it by hand. Import from its rooms:

search (`Search`, `search`, `records`), show (`show`), export (`export`), importing (`import_file`),
reextracting (`Reextraction`), checking (`check`), pruning (`prune`).
"""
