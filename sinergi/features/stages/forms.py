"""What an administrator fills in to choose the calendar."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Choice(forms.Form):
    """A calendar; for an exercise also the day on which people vote in it."""

    calendar = forms.ChoiceField(label=_("Kalender"), widget=forms.RadioSelect)
    is_exercise = forms.BooleanField(
        label=_("Latihan: geser semua hari"),
        required=False,
        help_text=_("Hanya untuk latihan. Simpul dengan perjanjian sungguhan memakai hari menurut peraturan."),
    )
    polling_day = forms.DateField(
        label=_("Hari pemungutan suara latihan"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Tahapan lain bergeser sama jauh."),
    )

    def __init__(self, *given: Any, calendars: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["calendar"].choices = calendars  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A shifted day and the word exercise go together."""
        given = super().clean() or {}
        if given.get("polling_day") and not given.get("is_exercise"):
            self.add_error(
                "is_exercise", gettext("Hari hanya digeser untuk latihan. Tandai latihan, atau kosongkan harinya.")
            )
        if given.get("is_exercise") and not given.get("polling_day") and "polling_day" not in self.errors:
            self.add_error("polling_day", gettext("Isi hari pemungutan suara latihan."))
        return given
