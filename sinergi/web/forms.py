"""Forms that say beside a field what was refused, and the fields that several of them ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sinergi.kernel.errors import Refused, in_brackets
from sinergi.web.middleware import said


def said_with_code(refusal: Refused) -> str:
    """The sentence in the reader's language with its code."""
    return f"{said(refusal)} {in_brackets(refusal.code)}".rstrip()


class RefusingForm(forms.Form):
    """A form that takes in what an action refused."""

    def refuse(self, refusal: Refused) -> None:
        """Say it beside the field it belongs to, or above the form."""
        self.add_error(refusal.field if refusal.field in self.fields else None, said_with_code(refusal))


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A day, chosen from the browser's calendar or typed as people write it (17/08/2026)."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, input_formats=["%Y-%m-%d", "%d/%m/%Y"], **options)


def table_file() -> forms.FileField:
    """A table to read in (`sinergi.web.uploads`)."""
    return forms.FileField(
        label=_("Berkas"),
        help_text=_("CSV atau Excel (.xlsx), paling besar 20 MB dan 100.000 baris."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
    )
