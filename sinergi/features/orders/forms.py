"""The shape of what people type about orders. Saves nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sinergi.web.forms import RefusingForm


def _words(label: Any, rows: int, *, most: int, required: bool = True, help: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=required, help_text=help, widget=forms.Textarea(attrs={"rows": rows})
    )


class DraftForm(RefusingForm):
    """The words of an order, and who leads each district."""

    activity = forms.CharField(
        label=_("Kegiatan"), max_length=200, help_text=_("Melanjutkan kata “dalam rangka”: pengamanan TPS pada …")
    )
    operation = forms.CharField(label=_("Sandi operasi"), max_length=200, required=False)
    phone = forms.CharField(label=_("Telepon posko"), max_length=30)
    basis = _words(_("Dasar"), 5, most=8000, help=_("Satu dasar setiap baris."))
    tasks = _words(
        _("Uraian tugas"), 6, most=8000, help=_("Satu tugas setiap baris; pos dan waktu ditambahkan sendiri.")
    )
    situation = _words(_("Perkiraan situasi (Renpam)"), 4, most=8000, required=False)
    intelligence = _words(
        _("Lampiran intelijen"),
        4,
        most=20_000,
        required=False,
        help=_("Hanya di simpul ini. Tidak pernah masuk catatan perjanjian, tidak pernah sampai ke KPU."),
    )

    def __init__(self, *given: Any, districts: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        self.districts = districts
        for code, name in districts:
            self.fields[f"padal-{code}"] = forms.CharField(
                label=name,
                max_length=20,
                required=False,
                widget=forms.TextInput(attrs={"list": "personel", "autocomplete": "off", "inputmode": "numeric"}),
            )

    def leaders(self) -> list[Any]:
        """The fields of the districts."""
        return [self[f"padal-{code}"] for code, _ in self.districts]

    def commanders(self) -> dict[str, str]:
        """Service number by district, as typed."""
        return {code: self.cleaned_data.get(f"padal-{code}", "") for code, _ in self.districts}


class StartForm(RefusingForm):
    """From which plan, and which order it replaces."""

    plan = forms.ChoiceField(label=_("Rencana penjagaan"))
    replaces = forms.ChoiceField(label=_("Menggantikan"), required=False)

    def __init__(self, *given: Any, plans: list[tuple[str, str]], orders: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["plan"].choices = plans  # type: ignore[attr-defined]
        self.fields["replaces"].choices = [("", _("tidak ada, surat perintah baru")), *orders]  # type: ignore[attr-defined]


class SigningForm(forms.Form):
    """Which order, by its digest as it was read."""

    id = forms.CharField(max_length=36, widget=forms.HiddenInput)
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)


class WordsForm(RefusingForm):
    """A remark or a reason."""

    id = forms.CharField(max_length=36, widget=forms.HiddenInput, required=False)
    words = forms.CharField(label=_("Alasan"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
