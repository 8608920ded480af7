"""Pages of breaches: the clock, what was done, and the letters."""
