"""The shape of what people choose for a plan. No saving."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sinergi.features.guard import rules
from sinergi.features.guard.patterns import Published

NUMBERS = (("police", _("Personel Polri"), 1), ("stations", _("TPS"), 1), ("linmas", _("Linmas"), 0))


class PlanForm(forms.Form):
    """Patterns as three named numbers per class, how posts are grouped, and what is tried out."""

    grouping = forms.ChoiceField(
        label=_("Batas posko"),
        choices=[("village", _("desa")), ("district", _("kecamatan"))],
        widget=forms.RadioSelect,
        help_text=_("Satu posko tidak melewati batas ini."),
    )
    radius_m = forms.IntegerField(
        label=_("Jarak TPS terjauh dari posko (meter)"), min_value=1, max_value=1_000_000, required=False
    )
    extra = forms.IntegerField(label=_("Tambahan BKO (orang)"), min_value=0, max_value=10_000, required=False)
    is_raised = forms.BooleanField(label=_("Coba semua kelas naik satu"), required=False)
    beside = forms.CharField(widget=forms.HiddenInput, max_length=26, required=False)

    def __init__(self, *given: Any, patterns: tuple[Published, ...], **more: Any) -> None:
        super().__init__(*given, **more)
        for pattern in patterns:
            for name, label, least in NUMBERS:
                self.fields[f"{pattern.level}-{name}"] = forms.IntegerField(
                    label=label, min_value=least, max_value=100, initial=getattr(pattern, name)
                )

    def classes(self) -> list[tuple[str, list[Any]]]:
        """The three numbers of each class."""
        return [(level, [self[f"{level}-{name}"] for name, _, _ in NUMBERS]) for level in rules.LEVELS]

    def patterns(self) -> list[tuple[object, ...]]:
        """The rows of the table of patterns."""
        said, radius = self.cleaned_data, self.cleaned_data["radius_m"] or ""
        return [
            (level, *(said[f"{level}-{name}"] for name in ("police", "police", "stations", "linmas")), radius)
            for level in rules.LEVELS
        ]


class KeepForm(forms.Form):
    """What a plan is called when it is kept."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=36)
    name = forms.CharField(label=_("Nama rencana"), max_length=100)
