"""Pages about the office's letters."""
