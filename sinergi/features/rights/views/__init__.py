"""Pages of people's rights: asking for an erasure, and what each holder did."""
