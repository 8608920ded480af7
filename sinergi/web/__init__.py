"""Page shell, components, map and offline outbox: everything screens share."""
