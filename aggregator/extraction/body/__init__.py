"""Finds the body of a page: reads its blocks, measures and judges each, and puts those of the article together
again."""
