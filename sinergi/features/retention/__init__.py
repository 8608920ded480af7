"""How long what is kept of people may stay: the schedule, the daily sweep that keeps it, and what is held back."""
