"""Pages: the map with its table, one station, and the way from a file to a published list."""
