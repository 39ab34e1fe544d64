"""Runs visits: one fetch, or the daemon; `doctor` checks what they need."""
