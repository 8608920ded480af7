"""What people type, in the one form that is signed."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from sinergi.kernel import canonical
from sinergi.kernel.words import line, paragraphs


@given(st.text(max_size=80))
def test_any_words_end_in_the_form_that_is_signed(words):
    for made in (line(words), paragraphs(words)):
        canonical.check(made.encode("utf-8", "ignore").decode())
        assert unicodedata.is_normalized("NFC", made)
    assert line(words).isprintable()
    assert all(each.isprintable() for each in paragraphs(words).split("\n"))
    assert (line(line(words)), paragraphs(paragraphs(words))) == (line(words), paragraphs(words))


def test_a_line_has_no_breaks_and_paragraphs_keep_theirs():
    typed = "  Rapat\tkoordinasi \r\n\x00 di\u200b  Sipirok\n\n"
    assert line(typed) == "Rapat koordinasi di Sipirok"
    assert paragraphs(typed) == "Rapat koordinasi\ndi Sipirok"
