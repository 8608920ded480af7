"""Which waiting things the inbox shows."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

PRESSING = {
    "late": _("lewat batas"),
    "day": _("dalam 24 jam"),
    "clock": _("masih ada waktu"),
    "calm": _("tanpa batas waktu"),
}


class FilterForm(forms.Form):
    """The filter above the inbox."""

    pressing = forms.ChoiceField(label=_("Desakan"), required=False, choices=[("", _("Semua")), *PRESSING.items()])
    agreement = forms.ChoiceField(label=_("Perjanjian"), required=False)

    def __init__(self, *args: Any, agreements: list[tuple[str, str]], **rest: Any) -> None:
        super().__init__(*args, **rest)
        cast(forms.ChoiceField, self.fields["agreement"]).choices = [("", _("Semua")), *agreements]


class NewFeed(forms.Form):
    """Of which agreement the new calendar address is."""

    agreement = forms.ChoiceField(label=_("Kalender dari"), required=False)

    def __init__(self, *given: Any, agreements: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        choices = [("", _("Semua perjanjian saya")), *agreements]
        self.fields["agreement"].choices = choices  # type: ignore[attr-defined]
