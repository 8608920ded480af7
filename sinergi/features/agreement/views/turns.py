"""Who has to do what next with a text under negotiation: for its page, the inbox and the agreement's list."""

from __future__ import annotations

import msgspec
from django.utils.translation import gettext

from sinergi.features.agreement import public
from sinergi.features.agreement.models import Agreement
from sinergi.features.agreement.progress import Negotiation
from sinergi.features.agreement.views import shown
from sinergi.ledger import rows


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One party's turn, as a sentence without a subject: `menyetujui naskah ini atau mengusulkan perubahan`."""

    agency: str
    name: str
    what: str


def turns(found: Negotiation) -> list[Turn]:
    """What is next for each party that has something to do; nothing where no text is open."""
    opened = found.open_revisions
    if not opened:
        return []
    one, lack = opened[-1], found.lacks(opened[-1])
    if lack.concurrent:
        what = gettext("mengusulkan satu naskah yang menyebut semua usul yang bersamaan")
        return [_turn(party, what) for party in found.row.party_ids]
    if lack.returned_by:
        return [_turn(one.agency, gettext("memperbaiki naskah yang dikembalikan"))]
    if lack.agreement_of:
        what = gettext("menyetujui naskah ini atau mengusulkan perubahan")
        return [_turn(party, what) for party in lack.agreement_of]
    if lack.gates:
        steps: dict[str, list[str]] = {}
        for party, gate in lack.gates:
            steps.setdefault(party, []).append(shown.gate_label(gate, rows.agency_kind(party)))
        what = gettext("menyelesaikan: %(steps)s")
        return [_turn(party, what % {"steps": ", ".join(labels)}) for party, labels in steps.items()]
    signed = found.signed_by(one.key)
    return [_turn(party, gettext("menandatangani")) for party in found.row.party_ids if party not in signed]


def own_turn(row: Agreement, own: str) -> tuple[Turn, bool] | None:
    """What this office has to do next about an agreement's text, and whether that is an addendum's."""
    for addendum in (False, True):
        if addendum and row.state != "in_force":
            continue
        for turn in turns(Negotiation(row, addendum=addendum)):
            if turn.agency == own:
                return turn, addendum
    return None


def _turn(agency: str, what: str) -> Turn:
    return Turn(agency=agency, name=public.short_name(agency), what=what)
