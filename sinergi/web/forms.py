"""Forms that say beside a field what was refused."""

from __future__ import annotations

from django import forms

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
