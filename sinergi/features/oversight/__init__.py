"""What an observer (Bawaslu) sees: equal treatment, obligations kept, who read what, and what is never stored.

Bawaslu is no party to the agreement. Its people have accounts of their own at an office and see figures and the lists
behind them, never the words of a request, a name, or a file. This feature owns no facts.
"""
