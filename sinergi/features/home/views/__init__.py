"""The start page, the inbox, and calendars to subscribe to."""
