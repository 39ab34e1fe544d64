"""Subscriptions: feeds.yaml and its rows kept in step, feeds discovered, checked and explained."""
