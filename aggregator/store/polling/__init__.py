"""Stores subscriptions, what their polls found, and what is known of their sites."""
