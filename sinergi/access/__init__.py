"""Agencies, users, roles; the one guarded door to objects."""
