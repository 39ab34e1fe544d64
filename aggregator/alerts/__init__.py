"""Saved searches that tell: a webhook, an address or a command learns of each story that is new and matches.

visit: new article -> alert_queue          engines: match -> story_matches -> deliveries -> deliver -> arrived, or later
"""
