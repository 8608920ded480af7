"""The words everyone uses: refusals, instants, identifiers, places, canonical bytes. Pure; imports nothing of ours."""
