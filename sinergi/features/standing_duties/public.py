"""What data sets may be delivered from what both offices tell each other all the year round. Nothing here writes."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext

from sinergi.access.models import User
from sinergi.features.data.public import Known
from sinergi.features.places import public as places
from sinergi.features.standing_duties.models import ContactList, VoterUpdate
from sinergi.ledger.store import own_agency

__all__ = ["contacts_known", "update_known"]


def contacts_known(agreement: str, user: User) -> Known:
    """This office's contact list that counts under an agreement, as it is exchanged (D-07)."""
    mine = ContactList.objects.filter(agreement=agreement, agency=own_agency().id).order_by("-seq", "key").first()
    rows = (mine.rows() if mine and user.can("standing_duties.read", agreement=agreement) else None) or []
    return Known(
        rows=[
            {
                "jabatan": row.post,
                "nama": row.name,
                "telepon": row.phone,
                "urusan": places.area_name(row.region) if row.region else "",
            }
            for row in rows
        ],
        source=gettext("daftar kontak kantor ini"),
        url=reverse("standing_duties:contacts"),
    )


def update_known(agreement: str, user: User) -> Known:
    """The counts per district of the newest quarterly voter-data update, as they are exchanged (D-08)."""
    mine = VoterUpdate.objects.filter(agreement=agreement, agency=own_agency().id)
    newest = mine.order_by("-year", "-quarter", "-seq", "key").first()
    told = newest.districts() if newest and user.can("standing_duties.read", agreement=agreement) else []
    names = places.area_names({row.district for row in told})
    return Known(
        rows=[
            {
                "kecamatan": names.get(row.district, row.district),
                "pemilih_baru": row.new,
                "tidak_memenuhi_syarat": row.gone,
                "data_diperbaiki": row.changed,
            }
            for row in told
        ],
        source=gettext("rekap pemutakhiran triwulan terakhir"),
        url=reverse("standing_duties:updates"),
    )
