"""Sinergi."""
