"""Site memory: what the pages of a site had in common, and what that says of the next page."""
