"""Collects what a page states or prints about its article: title, authors, dates, language and the rest."""
