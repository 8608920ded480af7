"""The shape of what people type about e-mail. No saving."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LONGEST_ADDRESS = 200
NO_ADDRESS = _("Ini bukan alamat surel. Contoh: bagops@polri.go.id.")


def in_plain_letters(address: str) -> None:
    """Raise ValidationError where `address` has letters that not every server of e-mail carries."""
    if not address.isascii():
        raise ValidationError(_("Alamat ini memuat huruf yang tidak dapat dikirimi surel."), code="letters")


class _AddressField(forms.EmailField):
    default_validators = [*forms.EmailField.default_validators, in_plain_letters]

    def __init__(self, *, label: Any, required: bool = True) -> None:
        super().__init__(
            label=label,
            required=required,
            max_length=LONGEST_ADDRESS,
            error_messages={"invalid": NO_ADDRESS},
            widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        )


class MailboxForm(forms.Form):
    """Where reminders go; left empty, nowhere but into the inbox."""

    address = _AddressField(label=_("Alamat surel"), required=False)


class TrialForm(forms.Form):
    """Where a test message goes."""

    address = _AddressField(label=_("Kirim surel uji ke"))
