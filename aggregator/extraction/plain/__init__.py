"""Finds the article in text that was scraped without its markup."""
