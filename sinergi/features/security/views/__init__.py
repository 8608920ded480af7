"""The screens of security assistance: lists, one request and what can be done with it, letters and their check page."""
