"""The shape of what people choose for a plan. No saving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sinergi.features.guard import rules
from sinergi.features.guard.patterns import Published
from sinergi.features.guard.rules.names import LONGEST_REASON, SHORTEST_REASON, DutyHours
from sinergi.web.forms import day_field

NUMBERS = (("police", _("Personel Polri"), 1), ("stations", _("TPS"), 1), ("linmas", _("Linmas"), 0))
Sets = Mapping[str, Sequence[Published]]


class PlanForm(forms.Form):
    """Patterns as three named numbers per class, how posts are grouped, whether by name, and what is tried out."""

    grouping = forms.ChoiceField(
        label=_("Batas posko"),
        choices=[("village", _("desa")), ("district", _("kecamatan"))],
        widget=forms.RadioSelect,
        help_text=_("Satu posko tidak melewati batas ini."),
    )
    radius_m = forms.IntegerField(
        label=_("Jarak TPS terjauh dari posko (meter)"), min_value=1, max_value=1_000_000, required=False
    )
    by_name = forms.BooleanField(label=_("Bagi personel per nama"), required=False)
    starts_on = day_field(_("Mulai jaga"), required=False)
    starts_at = forms.TimeField(
        label=_("Pukul (WIB)"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    hours = forms.IntegerField(label=_("Posko dijaga (jam)"), min_value=1, max_value=240, required=False)
    most_hours = forms.IntegerField(
        label=_("Jam tugas seorang, paling lama"), min_value=1, max_value=24, required=False
    )
    rest_hours = forms.IntegerField(label=_("Istirahat sebelumnya (jam)"), min_value=0, max_value=240, required=False)
    oldest = forms.IntegerField(label=_("Umur paling tinggi"), min_value=17, max_value=70, required=False)
    women_min = forms.IntegerField(
        label=_("Polwan tiap posko rawan ke atas"),
        min_value=0,
        max_value=10,
        required=False,
    )
    extra = forms.IntegerField(label=_("Tambahan BKO (orang)"), min_value=0, max_value=10_000, required=False)
    is_raised = forms.BooleanField(label=_("Coba semua kelas naik satu"), required=False)
    beside = forms.CharField(widget=forms.HiddenInput, max_length=26, required=False)

    def __init__(
        self, *given: Any, patterns: Sets, regencies: Mapping[str, str], has_names: bool = True, **more: Any
    ) -> None:
        super().__init__(*given, **more)
        self.regencies, self.has_names = regencies, has_names
        general = {pattern.level: pattern for pattern in patterns[""]}
        # Of one regency there is nothing to tell apart.
        own = list(regencies) if len(regencies) > 1 else []
        for regency in ("", *own):
            here = {pattern.level: pattern for pattern in patterns.get(regency, ())} if regency else general
            for level in rules.LEVELS:
                for name, label, least in NUMBERS:
                    self.fields[_named(regency, level, name)] = forms.IntegerField(
                        label=label,
                        min_value=least,
                        max_value=100,
                        required=not regency,
                        initial=getattr(here[level], name) if level in here else None,
                    )
        self.own = own

    def classes(self, regency: str = "") -> list[tuple[str, list[Any]]]:
        """The three numbers of each class."""
        return [(level, [self[_named(regency, level, name)] for name, _, _ in NUMBERS]) for level in rules.LEVELS]

    def by_regency(self) -> list[tuple[str, list[tuple[str, list[Any]]], bool]]:
        """Each regency's own numbers: its name, they, and whether it has any."""
        return [
            (
                self.regencies[regency],
                self.classes(regency),
                any(field.value() not in (None, "") for _, fields in self.classes(regency) for field in fields),
            )
            for regency in self.own
        ]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        for regency in self.own:
            for level in rules.LEVELS:
                numbers = [said.get(_named(regency, level, name)) for name, _, _ in NUMBERS]
                if any(one is not None for one in numbers) and None in numbers:
                    self.add_error(
                        _named(regency, level, NUMBERS[numbers.index(None)][0]),
                        gettext("Isi ketiga angka kelas ini, atau kosongkan ketiganya."),
                    )
        if said.get("by_name") and not self.has_names:
            self.add_error("by_name", gettext("Belum ada personel bernama. Unggah dahulu di SDM, Kekuatan."))
        if said.get("by_name") and not said.get("starts_on"):
            self.add_error("starts_on", gettext("Isi hari mulai jaga."))
        return said

    def patterns(self) -> list[tuple[object, ...]]:
        """The rows of the table of patterns."""
        said = self.cleaned_data
        found: list[tuple[object, ...]] = []
        for regency in ("", *self.own):
            for level in rules.LEVELS:
                police, stations, linmas = (said[_named(regency, level, name)] for name, _, _ in NUMBERS)
                if police is not None:
                    women = min(police, said["women_min"] or 0) if said["by_name"] and level != "low" else 0
                    radius = said["radius_m"] or ""
                    found.append((level, police, police, stations, linmas, radius, regency, women))
        return found

    def duty(self) -> DutyHours | None:
        """When posts are guarded and who may; None where nobody is named."""
        said = self.cleaned_data
        if not said["by_name"]:
            return None
        at = said["starts_at"] or time(6)
        return DutyHours(
            starts_at=make_aware(datetime.combine(said["starts_on"], at)),
            hours=said["hours"] or 12,
            most_hours=said["most_hours"] or 12,
            rest_hours=8 if said["rest_hours"] is None else said["rest_hours"],
            oldest=said["oldest"] or 50,
        )


class KeepForm(forms.Form):
    """What a plan is called when it is kept; `choice`: which of several, from 1."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=36)
    name = forms.CharField(label=_("Nama rencana"), max_length=100)
    choice = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=99, required=False)


class ReasonForm(forms.Form):
    """An officer, a station, and why."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=36)
    officer = forms.CharField(max_length=40, widget=forms.HiddenInput)
    post = forms.CharField(max_length=40, label=_("Kode TPS"))
    reason = forms.CharField(
        label=_("Alasan"), min_length=SHORTEST_REASON, max_length=LONGEST_REASON, widget=forms.Textarea({"rows": 2})
    )


class AnewForm(forms.Form):
    """What changed since a plan was made."""

    out = forms.CharField(
        label=_("Yang berhalangan (NRP)"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Satu atau beberapa NRP, dipisah spasi atau baris."),
    )
    closed = forms.CharField(
        label=_("Jalan terputus ke TPS (kode)"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Kode TPS yang tidak tercapai dari satuan di bawah."),
    )
    unit = forms.ChoiceField(label=_("Dari satuan"), required=False)
    notified = forms.BooleanField(
        label=_("Yang sudah diberi tahu tetap di tempatnya"),
        required=False,
        help_text=_("Mereka hanya diganti bila berhalangan atau dilarang aturan."),
    )

    def __init__(self, *given: Any, units: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["unit"] = forms.ChoiceField(
            label=_("Dari satuan"), required=False, choices=[("", _("semua satuan")), *units]
        )


def _named(regency: str, level: str, name: str) -> str:
    return f"{regency}-{level}-{name}" if regency else f"{level}-{name}"


class ReactionForm(forms.Form):
    """How many reaction forces, and how far each reaches."""

    usual = {"tim": "6", "jangkauan": "20"}

    tim = forms.IntegerField(label=_("Jumlah tim"), min_value=1, max_value=50)
    jangkauan = forms.FloatField(label=_("Jangkauan (km)"), min_value=1, max_value=200)


class EscortForm(forms.Form):
    """Which regency's boxes, with how many vehicles, and when they leave."""

    usual = {"kendaraan": "50", "muatan": "120", "kotak": "5", "berangkat": "06:00", "pulang": "18:00"}

    kabupaten = forms.ChoiceField(label=_("Kabupaten/Kota"))
    kendaraan = forms.IntegerField(label=_("Kendaraan"), min_value=1, max_value=200)
    muatan = forms.IntegerField(label=_("Kotak tiap kendaraan"), min_value=1, max_value=2_000)
    kotak = forms.IntegerField(label=_("Kotak tiap TPS"), min_value=1, max_value=10)
    berangkat = forms.TimeField(
        label=_("Antar mulai pukul"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    pulang = forms.TimeField(
        label=_("Jemput mulai pukul"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(self, *given: Any, regencies: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["kabupaten"] = forms.ChoiceField(label=_("Kabupaten/Kota"), choices=regencies)
