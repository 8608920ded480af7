"""Pages of vulnerability: the list of stations, one station, instruments, and the way from a file to facts."""
