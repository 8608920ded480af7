"""The pages of access: the door itself, one's own account, and the people of the agency."""
