"""Remembers what the pages of a site had in common, and tells what that says of the next page."""
