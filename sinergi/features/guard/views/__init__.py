"""Pages of plans: making one, what it says, who stands where and why, and making it anew."""
