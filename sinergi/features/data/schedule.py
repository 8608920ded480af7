"""The stage schedule as it is exchanged (D-01). Asked for here: the calendar lies below this feature."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext

from sinergi.access.models import User
from sinergi.features.data.public import Known
from sinergi.features.stages import public as stages


def stages_known(agreement: str, user: User) -> Known:
    """Every stage of the calendar that counts under an agreement."""
    found = stages.calendar_of(agreement)
    return Known(
        rows=[
            {
                "tahapan": stage.name,
                "mulai": stage.starts_on,
                "selesai": stage.ends_on,
                "keterangan": stage.law or (found.law if found else ""),
            }
            for stage in (found.stages if found else ())
        ],
        source=gettext("kalender tahapan yang berlaku"),
        url=reverse("stages:stages"),
    )
