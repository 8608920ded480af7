"""Assembles one agency's node: settings, addresses, the list of features, the server and the command line."""
