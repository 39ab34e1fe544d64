"""Reads feeds as documents: bytes -> FeedDocument (`parse_feed`), where a page's feeds may be (`candidates`), and OPML.

`quick/` reads well-formed RSS and Atom, `formats/` every other format, `section/` a page of links as a feed.
"""
