"""The body of a page: its blocks, what is measured of each, which are the article, and the article put together again."""
