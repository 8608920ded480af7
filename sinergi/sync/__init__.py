"""Fetch, push and admit the logs of peers."""
