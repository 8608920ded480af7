"""One folder per clause of the agreement. Features meet only at `public.py`; imports only point down."""
