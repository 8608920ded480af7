"""Holding something back from the schedule."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class HoldForm(forms.Form):
    """Which agreement (or everything), and why."""

    agreement = forms.ChoiceField(label=_("Yang ditahan"), required=False)
    reason = forms.CharField(
        label=_("Alasan"),
        max_length=200,
        help_text=_("Misalnya nomor perkara atau surat pemeriksaan. Tanpa nama orang."),
    )

    def __init__(self, *given: Any, names: dict[str, str], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["agreement"].choices = [("", _("Semua yang disimpan kantor ini")), *names.items()]  # type: ignore[attr-defined]
