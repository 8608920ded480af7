"""How an office writes letters: letterhead and signer, number series, and the page where anyone checks a letter.

What a letter says belongs to the feature that issues it; so does the fact that it was issued, which carries its number.
Nothing here is a fact: patterns and letterhead are this office's own and shape only letters to come (ADR 13).
"""
