"""Keeps feeds.yaml and its rows in step; adds, discovers, checks and explains subscriptions."""
