"""Finds the article in a page.

pipeline: bytes -> decode -> parse -> metadata/
                                   -> body/ (blocks -> classify: kept, lead -> render: text, html, images) -> Article

`memory/` is what earlier pages of a site taught; `plain/` reads text that was scraped without its markup.
"""
