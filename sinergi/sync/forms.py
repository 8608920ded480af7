"""What administrators fill in about partners."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sinergi.sync.invitations import MOST_DAYS


class Address(forms.Form):
    """Where partners reach this node."""

    url = forms.CharField(
        label=_("Alamat simpul ini"), max_length=200, help_text=_("Contoh: https://sinergi.kantor.go.id")
    )


class Invite(forms.Form):
    """Whom an invitation is for and how long it is good."""

    recipient = forms.CharField(label=_("Nama atau kode instansi yang diundang"), max_length=200)
    days = forms.IntegerField(label=_("Berlaku berapa hari"), min_value=1, max_value=MOST_DAYS, initial=7)
    inside = forms.BooleanField(
        label=_("Simpul mitra berada di jaringan dalam yang sama"),
        required=False,
        help_text=_("Hanya bila simpulnya memakai alamat jaringan dalam."),
    )


class Letter(forms.Form):
    """An invitation that somebody sent: a file, or the text of its QR code."""

    file = forms.FileField(label=_("Berkas undangan"), required=False)
    text = forms.CharField(label=_("Atau tempel isi kode QR"), required=False, max_length=65536)


class Confirmation(forms.Form):
    """The comparison by voice was made. `letter` is the invitation as it was uploaded."""

    letter = forms.CharField(widget=forms.HiddenInput, max_length=65536)
    compared = forms.BooleanField(
        label=_("Kedua sidik jari sudah dibacakan lewat telepon dan sama"),
        error_messages={"required": _("Cocokkan dahulu kedua sidik jari lewat telepon.")},
    )
    inside = forms.BooleanField(label=_("Simpul mitra berada di jaringan dalam yang sama"), required=False)
