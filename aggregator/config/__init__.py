"""Finds, reads, validates and edits the configuration: feeds.yaml and AGGREGATOR_* variables."""
