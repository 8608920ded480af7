"""Which of the witnessed logs a list shows."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _


class WitnessedFilter(forms.Form):
    """The filter above the list of logs that this node witnesses."""

    author = forms.ChoiceField(label=_("Penulis"), required=False)
    standing = forms.ChoiceField(
        label=_("Keadaan"),
        required=False,
        choices=[("", _("Semua")), ("one", _("satu riwayat")), ("two", _("dua riwayat"))],
    )

    def __init__(self, *args: Any, authors: list[tuple[str, str]], **rest: Any) -> None:
        super().__init__(*args, **rest)
        cast(forms.ChoiceField, self.fields["author"]).choices = [("", _("Semua")), *authors]
