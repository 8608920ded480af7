"""Pages of strength: units, officers by name, and the way from a file to a list."""
