"""The form that proposes which evidence is wanted: one row for each sort of fact."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from sinergi.features.agreement.demanded import ACT_LABELS, GRADE_LABELS
from sinergi.features.agreement.events import EvidenceDemand
from sinergi.features.agreement.rules import LONGEST_WORDS
from sinergi.features.agreement.rules.evidence import ACTS, MOST_HOURS


class Line(NamedTuple):
    """The fields of one sort of fact."""

    label: Any
    grade: forms.BoundField
    hours: forms.BoundField
    binds: forms.BoundField


class WantedForm(forms.Form):
    """Which evidence facts under the agreement are to have, within how many hours, and whether they bind before."""

    id = forms.CharField(widget=forms.HiddenInput)
    words = forms.CharField(label=_("Alasan"), max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, now: list[EvidenceDemand], **more: Any) -> None:
        super().__init__(*args, **more)
        held = {demand.act: demand for demand in now}
        for act in ACTS:
            demand = held.get(act)
            self.fields[f"{act}_grade"] = forms.ChoiceField(
                label=_("Bukti"),
                required=False,
                choices=[("", _("tidak diminta")), *GRADE_LABELS.items()],
                initial=demand.grade if demand else "",
            )
            self.fields[f"{act}_hours"] = forms.IntegerField(
                label=_("Paling lambat (jam)"),
                required=False,
                min_value=1,
                max_value=MOST_HOURS,
                initial=demand.hours if demand else 24,
            )
            self.fields[f"{act}_binds"] = forms.ChoiceField(
                label=_("Sebelum itu"),
                choices=[("", _("berlaku, diperingatkan")), ("yes", _("belum mengikat"))],
                required=False,
                initial="yes" if demand and demand.binds else "",
            )
        self.order_fields(["id", *(name for name in self.fields if "_" in name), "words"])

    def lines(self) -> list[Line]:
        """The fields row by row."""
        return [Line(ACT_LABELS[act], self[f"{act}_grade"], self[f"{act}_hours"], self[f"{act}_binds"]) for act in ACTS]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for act in ACTS:
            if given.get(f"{act}_grade") and not given.get(f"{act}_hours") and f"{act}_hours" not in self.errors:
                self.add_error(f"{act}_hours", _("Isi waktunya antara 1 jam dan 90 hari."))
        return given

    def demands(self) -> list[EvidenceDemand]:
        """What was filled in."""
        given = self.cleaned_data
        return [
            EvidenceDemand(
                act=act, grade=given[f"{act}_grade"], hours=given[f"{act}_hours"], binds=given[f"{act}_binds"] == "yes"
            )
            for act in ACTS
            if given[f"{act}_grade"]
        ]
