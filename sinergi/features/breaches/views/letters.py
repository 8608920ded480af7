"""The two notices of UU 27/2022 art. 46(2), as letters to number and sign: what was disclosed, when and how, what is
done about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.http import Http404
from django.utils.translation import override

from sinergi.documents import Item, Letter, Signature, letter_pdf
from sinergi.features.breaches import rules
from sinergi.features.breaches.forms import KINDS, STEPS
from sinergi.features.breaches.models import Breach, BreachStep
from sinergi.features.letters import public as letters
from sinergi.kernel.instants import say_instant
from sinergi.ledger.rows import own_zone

ADDRESSEES = {
    "lembaga": ("Yth. Lembaga Pelindungan Data Pribadi", "di Jakarta"),
    "orang": ("Yth. Bapak/Ibu ..............................",),
}


def notice(row: Breach, steps: Sequence[BreachStep], *, people: int, to: str, at: datetime) -> bytes:
    """The PDF for `to` (lembaga, orang); Http404 for anybody else."""
    if to not in ADDRESSEES:
        raise Http404
    with override("id"):
        done = "; ".join(f"{STEPS[one.step]}: {one.words or '–'}" for one in steps) or "masih dikerjakan"
        data = ", ".join(str(KINDS[kind]) for kind in row.data_json if kind in KINDS)
        told = (
            Item("Data yang terungkap", f"{data}. {row.what or ''}".strip()),
            Item("Kapan dan bagaimana", row.how or "–"),
            Item("Diketahui", say_instant(row.known_at, own_zone())),
            Item("Upaya penanganan", done),
        )
        counted = (Item("Orang yang terkena", f"{people}"),) if to == "lembaga" else ()
        signature = letters.signature() if letters.has_signer() else Signature(office="Pimpinan", name="." * 36)
        return letter_pdf(
            Letter(
                letterhead=letters.letterhead(),
                number="." * 24,
                subject="Pemberitahuan kegagalan pelindungan data pribadi",
                classification="Terbatas",
                dateline=letters.dateline(at),
                addressee=ADDRESSEES[to],
                opening=(
                    "Dasar: Undang-Undang Nomor 27 Tahun 2022 tentang Pelindungan Data Pribadi, Pasal 46.",
                    "Bersama ini kami beritahukan secara tertulis kegagalan pelindungan data pribadi berikut.",
                ),
                items=(*told, *counted),
                closing=(f"Batas pemberitahuan: {say_instant(rules.due(row.known_at), own_zone())}.",),
                signature=signature,
                issued_at=at,
                draft=True,
            )
        )
