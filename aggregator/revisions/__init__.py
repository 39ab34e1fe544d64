"""The texts that an article has had: what differs, what is worth keeping, and when its page is fetched again. Pure."""
