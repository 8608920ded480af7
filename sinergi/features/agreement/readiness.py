"""What a revision lacks before it can be signed, read from the rows."""

from __future__ import annotations

from sinergi.features.agreement.models import Agreement, GatePassage, Revision, RevisionAnswer, Signature
from sinergi.features.agreement.rules import revisions
from sinergi.kernel.errors import Refused
from sinergi.ledger import rows


def lacks_of(revision: Revision) -> revisions.Lacks:
    """Who has not agreed to `revision`, which steps are open, and which revisions stand beside it."""
    row = Agreement.every(agreement=revision.agreement)[0]
    kinds = {agency.id: agency.kind for agency in rows.agencies()}
    answers = RevisionAnswer.every(revision=revision.key)
    return revisions.lacks(
        revision,
        heads=revisions.open_heads(Revision.every(agreement=revision.agreement), revision.amends),
        kinds={party: kinds.get(party, "") for party in row.parties},
        agreed={one.agency for one in answers if one.agrees},
        returned={one.agency for one in answers if not one.agrees},
        passed={(one.agency, one.gate) for one in GatePassage.every(revision=revision.key)},
    )


def require(revision: Revision, *, agency: str) -> None:
    """Raise Refused unless `agency` may sign `revision` now."""
    row = Agreement.every(agreement=revision.agreement)[0]
    if agency not in row.party_ids:
        raise Refused("Kantor ini bukan pihak dalam perjanjian ini.", code="PKS-11")
    if row.left_ids:
        raise Refused("Perjanjian ini sudah berakhir atau ditarik.", code="PKS-34")
    if any(one.agency == agency for one in Signature.every(revision=revision.key)):
        raise Refused("Kantor ini sudah menandatangani naskah ini.", code="PKS-81")
    if not revision.is_whole:
        raise Refused("Isi naskah ini belum sampai, jadi belum dapat ditandatangani.", code="PKS-82")
    lack = lacks_of(revision)
    if lack.concurrent:
        raise Refused(
            "Ada naskah lain yang diusulkan bersamaan. Usulkan satu naskah yang menyebut keduanya.", code="PKS-74"
        )
    if lack.returned_by or lack.agreement_of:
        raise Refused("Belum semua pihak menyetujui naskah ini.", code="PKS-83")
    if lack.gates:
        raise Refused("Belum semua langkah sebelum tanda tangan selesai.", code="PKS-84")
