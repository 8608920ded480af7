"""Exchanged data on screen: the catalogue, its sheets and exports."""
