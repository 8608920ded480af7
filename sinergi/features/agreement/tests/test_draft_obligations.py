"""What a draft may oblige whom to do: impossible obligations are refused in a sentence, beside what is wrong. Pure."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import msgspec
import pytest

from sinergi.features.agreement.events import Signer
from sinergi.features.agreement.rules import negotiation, revisions
from sinergi.features.agreement.tests.drafts import WORDS, obliged, terms_for, text_for
from sinergi.kernel.errors import Refused
from sinergi.kernel.obligation import MOST_ITEMS, Due

PARTIES = ["polres", "kpu"]
TODAY = date(2024, 2, 5)


def draft(items, titles=None, **changes):
    terms = terms_for(text_for(PARTIES))
    given = {name: getattr(terms, name) for name in terms.__struct_fields__ if name not in ("words", "obligations")}
    called = [f"Kewajiban {item.code}" for item in items] if titles is None else titles
    signers = [Signer(party=party, name="Pejabat", office="Ketua") for party in PARTIES]
    given |= {"words": WORDS, "signers": signers, "obligations": items, "titles": called}
    return negotiation.Draft(**given | changes)


def opened(given):
    return negotiation.open_agreement(given, parties=PARTIES, nonce="0" * 32, salt="1" * 32, today=TODAY)


def test_obligations_are_in_what_is_signed_and_their_names_in_what_can_be_erased():
    event = opened(draft([obliged(PARTIES), obliged(PARTIES, "D-03")], ["Daftar  TPS", "Rencana"]))
    assert event.text.obligations == {"D-02": "Daftar TPS", "D-03": "Rencana"}
    assert [item.code for item in event.terms.obligations] == ["D-02", "D-03"]
    assert revisions.is_text_of(event.text, event.terms, parties=PARTIES)
    other = msgspec.structs.replace(event.text, obligations={"D-02": "Lain", "D-03": "Rencana"})
    assert not revisions.is_text_of(other, event.terms, parties=PARTIES)


@pytest.mark.parametrize(
    ("items", "titles", "said", "field"),
    [
        ([obliged(PARTIES, "d2")], None, "satu huruf besar", "obligation-0"),
        ([obliged(PARTIES), obliged(PARTIES, "D-03", debtors=["x"])], None, "harus pihak dalam", "obligation-1"),
        ([obliged(PARTIES, creditors=["kpu"])], None, "kepada dirinya sendiri", "obligation-0"),
        ([obliged(PARTIES, debtors=["kpu"] * 2, creditors=["kpu"])], None, "disebut satu kali", "obligation-0"),
        ([obliged(PARTIES, debtors=["kpu"] * 2)], None, "disebut satu kali", "obligation-0"),
        ([obliged(PARTIES, dues=[Due(rule="stage", stage="Budi S.", days=[1])])], None, "nama tahapan", "obligation-0"),
        ([obliged(PARTIES, dues=[Due(rule="stage", stage="a" * 41, days=[1])])], None, "nama tahapan", "obligation-0"),
        ([obliged(PARTIES, dues=[Due(rule="each", trigger="a\nb", hours=1)])], None, "kejadian", "obligation-0"),
        ([obliged(PARTIES, dues=[])], None, "kapan kewajiban ini jatuh tempo", "obligation-0"),
        ([obliged(PARTIES, dues=[Due(rule="stage", days=[1])])], None, "nama tahapan", "obligation-0"),
        ([obliged(PARTIES), obliged(PARTIES)], None, "tidak boleh kembar", "obligation-1"),
        ([obliged(PARTIES)], [" "], "butuh nama", "obligation-0"),
        ([obliged(PARTIES)], ["a" * 161], "butuh nama", "obligation-0"),
        ([obliged(PARTIES, article=3)], None, "yang tidak ada dalam naskah ini", "obligation-0"),
        ([obliged(PARTIES, clause=2)], None, "yang tidak ada dalam naskah ini", "obligation-0"),
        ([obliged(PARTIES, f"A-{n:02d}") for n in range(MOST_ITEMS + 1)], None, "paling banyak 80", "obligation-80"),
    ],
)
def test_an_obligation_that_cannot_be_is_refused_beside_it(items, titles, said, field):
    with pytest.raises(Refused, match=said) as refused:
        opened(draft(items, titles))
    assert refused.value.field == field


def test_a_clause_is_not_looked_for_where_the_article_has_no_words_yet():
    opened(draft([obliged(PARTIES, clause=2)], words={"1": WORDS["1"]}))


@pytest.mark.parametrize("has_signed_list", [True, False])
def test_an_addendum_that_would_drop_every_signed_obligation_is_refused(has_signed_list):
    """Without any it says nothing of them, so what was signed would still hold."""
    row = SimpleNamespace(key="k", drafted=True, signed=True, party_ids=PARTIES, left_ids=[])
    given = {"agreement": row, "standing": "in_force", "heads": [], "made_from": [], "amends": "k", "today": TODAY}
    given |= {"last_day": TODAY, "salt": "1" * 32, "has_signed_list": has_signed_list}
    negotiation.propose(draft([obliged(PARTIES)]), **given)
    if not has_signed_list:
        negotiation.propose(draft([]), **given)
        return
    with pytest.raises(Refused, match="Sisakan sedikitnya satu"):
        negotiation.propose(draft([]), **given)
