"""Shapes of what people type into the pages of access."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sinergi.access.models import User
from sinergi.access.roles import LEVELS
from sinergi.access.signin import LONGEST_PASSWORD

HIDDEN = {"autocomplete": "current-password"}
FRESH = {"autocomplete": "new-password"}


class SignIn(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label=_("Nama pengguna"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Kata sandi"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs=HIDDEN),
    )


class CodeForm(forms.Form):
    """A code of an app, or one from the paper."""

    code = forms.CharField(
        label=_("Kode"),
        max_length=32,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", "class": "mono"}
        ),
    )


class PasswordAgain(forms.Form):
    """The present password, so that a screen left open does not give the account away."""

    password = forms.CharField(
        label=_("Kata sandi sekarang"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs=HIDDEN),
    )


class NewPassword(forms.Form):
    """The old password and a new one, typed once: a password manager or the eye button checks it better."""

    old = forms.CharField(label=_("Kata sandi sekarang"), strip=False, widget=forms.PasswordInput(attrs=HIDDEN))
    new = forms.CharField(
        label=_("Kata sandi baru"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs=FRESH),
        help_text=_("Paling sedikit 12 karakter. Tiga kata yang tidak berhubungan sudah kuat."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_old(self) -> str:
        """The present password, so that a screen left open does not give the account away."""
        old: str = self.cleaned_data["old"]
        if not check_password(old[:LONGEST_PASSWORD], self.user.password):
            raise forms.ValidationError(gettext("Kata sandi sekarang tidak cocok."))
        return old

    def clean_new(self) -> str:
        """A password that Django's checks do not find weak, and not the present one."""
        new: str = self.cleaned_data["new"]
        if new == self.data.get("old"):
            raise forms.ValidationError(gettext("Pilih kata sandi yang berbeda dari yang sekarang."))
        validate_password(new, self.user)
        return new


class Filter(forms.Form):
    """What the list of people shows."""

    words = forms.CharField(label=_("Nama atau NRP/NIP"), required=False, max_length=80)
    role = forms.ChoiceField(label=_("Jabatan"), required=False)
    state = forms.ChoiceField(
        label=_("Keadaan"),
        required=False,
        choices=[("", _("Semua")), ("active", _("Aktif")), ("suspended", _("Ditangguhkan"))],
    )

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [("", _("Semua")), *roles]  # type: ignore[attr-defined]


class Person(forms.Form):
    """A new person of this agency."""

    name = forms.CharField(label=_("Nama lengkap"), max_length=120)
    title = forms.CharField(label=_("Pangkat atau jabatan"), max_length=80, required=False)
    service_number = forms.CharField(
        label=_("NRP atau NIP"), max_length=24, required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    username = forms.CharField(
        label=_("Nama pengguna"),
        max_length=64,
        help_text=_("Huruf kecil, angka, titik, dan garis bawah."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )


class DutyPeriod(forms.Form):
    """An office for a time."""

    role = forms.ChoiceField(label=_("Jabatan"))
    level = forms.ChoiceField(
        label=_("Tingkat"), choices=[(code, _(label)) for code, label in LEVELS.items()], initial="regency"
    )
    regions = forms.CharField(
        label=_("Wilayah"),
        required=False,
        max_length=200,
        help_text=_("Kode wilayah Kemendagri, dipisah koma. Kosong: seluruh wilayah instansi."),
    )
    agreements = forms.MultipleChoiceField(
        label=_("Perjanjian"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tanpa pilihan: semua perjanjian."),
    )
    starts_on = forms.DateField(label=_("Mulai"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    ends_on = forms.DateField(
        label=_("Sampai dengan"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Hari terakhir penugasan. Kosong: sampai diakhiri."),
    )
    acting_for = forms.ChoiceField(label=_("Plh untuk"), required=False)

    def __init__(
        self,
        *args: Any,
        roles: list[tuple[str, str]],
        agreements: list[tuple[str, str]],
        people: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        self.fields["agreements"].choices = agreements  # type: ignore[attr-defined]
        self.fields["acting_for"].choices = [("", _("Bukan Plh")), *people]  # type: ignore[attr-defined]


class TokenFor(forms.Form):
    """A key for a program."""

    label = forms.CharField(label=_("Untuk program apa"), max_length=80)
    days = forms.IntegerField(label=_("Berlaku (hari)"), min_value=1, max_value=366, initial=90)
