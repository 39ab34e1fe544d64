"""Tells what is to be done, and who does it: leases, gaps between requests, jobs of the queue."""
