"""Rights of the people whom records tell of (UU 27/2022): erasure at every holder.

A person, or an authority for them, asks one office in writing; that office asks every holder under the agreement. Each
holder decides for itself and says so once it is done: body, salt and what was filled from them are gone there, or it
keeps them, with a ground. The entry and every proof stay. Papers of the state go only under their retention schedule.
"""
