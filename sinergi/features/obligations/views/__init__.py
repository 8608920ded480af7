"""Pages of obligations: the board, one due, the list both sides agree on, and what they tell the frame."""
