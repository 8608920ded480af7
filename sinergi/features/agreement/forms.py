"""The shape of what people type about an agreement. Saves nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sinergi.features.agreement.events import AgreementText, Signer
from sinergi.features.agreement.rules import (
    LONGEST_HEADING,
    LONGEST_NUMBER,
    LONGEST_PLACE,
    LONGEST_TITLE,
    MOST_ARTICLES,
)
from sinergi.features.agreement.template import Draft, drafts, numbered
from sinergi.kernel.errors import Refused
from sinergi.kernel.words import line

SCOPE_LABELS = {
    "data": _("Pertukaran data dan informasi"),
    "security": _("Bantuan pengamanan"),
    "law": _("Penegakan hukum"),
    "regulation": _("Penyusunan peraturan teknis"),
    "capacity": _("Kapasitas dan sumber daya manusia"),
    "facility": _("Sarana dan prasarana"),
}
SCOPE_ICONS = {
    "data": "database",
    "security": "shield",
    "law": "scale",
    "regulation": "pencil",
    "capacity": "users",
    "facility": "building-warehouse",
}
REASONS = {
    "ended_by_consent": _("Disepakati berakhir lebih awal"),
    "term_over": _("Jangka waktu sudah lewat"),
    "void_law": _("Ketentuan hukumnya tidak berlaku lagi"),
}


def _day(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, input_formats=["%Y-%m-%d", "%d/%m/%Y"], **more)


class SigningForm(forms.Form):
    """Which text one signs with which key, where and on which day."""

    id = forms.CharField(widget=forms.HiddenInput)
    revision = forms.CharField(max_length=26, widget=forms.HiddenInput)
    signer = forms.CharField(max_length=26, widget=forms.HiddenInput)
    place = forms.CharField(label=_("Ditandatangani di"), max_length=LONGEST_PLACE)
    signed_on = _day(_("Tanggal tanda tangan"))

    def clean_place(self) -> str:
        """In the one form that is signed."""
        return line(self.cleaned_data["place"])


class BindingForm(forms.Form):
    """The file that is kept as the signed text."""

    id = forms.CharField(widget=forms.HiddenInput)
    paper = forms.ChoiceField(
        choices=[("wet_scan", "wet_scan"), ("signed_pdf", "signed_pdf")], widget=forms.HiddenInput, initial="wet_scan"
    )
    scan = forms.FileField(
        label=_("Pindaian naskah bertanda tangan basah"), help_text=_("PDF atau JPG, paling besar 30 MB.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The PDF is printed here; only a scan is a file that somebody brings.
        self.fields["scan"].required = self.data.get("paper") != "signed_pdf"


class EntryForm(forms.Form):
    """An agreement that was signed on paper."""

    id = forms.CharField(widget=forms.HiddenInput)
    partner = forms.ChoiceField(
        label=_("Pihak lain"), help_text=_("Hanya kantor yang sudah bertukar undangan dengan kantor ini.")
    )
    title = forms.CharField(
        label=_("Judul"), max_length=LONGEST_TITLE, help_text=_("Seperti tertulis pada naskah, tanpa nomor.")
    )
    own_number = forms.CharField(label=_("Nomor kantor ini"), max_length=LONGEST_NUMBER)
    partner_number = forms.CharField(label=_("Nomor pihak lain"), max_length=LONGEST_NUMBER)
    place = forms.CharField(label=_("Ditandatangani di"), max_length=LONGEST_PLACE)
    signed_on = _day(_("Tanggal tanda tangan"))
    starts_on = _day(_("Berlaku sejak"))
    ends_on = _day(_("Berlaku sampai"))
    scopes = forms.MultipleChoiceField(
        label=_("Ruang lingkup"),
        choices=list(SCOPE_LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=list(SCOPE_LABELS),
        help_text=_("Matikan yang tidak disepakati; pasalnya ikut dilepas dan nomor pasal menyesuaikan."),
    )
    own_signer = forms.CharField(label=_("Nama penanda tangan kantor ini"), max_length=120)
    own_office = forms.CharField(label=_("Jabatannya"), max_length=120)
    partner_signer = forms.CharField(label=_("Nama penanda tangan pihak lain"), max_length=120)
    partner_office = forms.CharField(label=_("Jabatannya"), max_length=120)
    scan = forms.FileField(
        label=_("Pindaian naskah"),
        help_text=_("PDF atau JPG, paling besar 30 MB. Pihak lain menegaskan dengan berkas yang sama persis."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,application/pdf,image/jpeg"}),
    )
    exercise = forms.BooleanField(
        label=_("Ini latihan: nomornya diawali L- dan semua halamannya bertanda LATIHAN"), required=False
    )

    def __init__(self, *args: Any, partners: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [("", gettext("Pilih kantor")), *partners]
        self.fields["partner"].choices = choices  # type: ignore[attr-defined]

    def signers(self, own: str) -> list[Signer]:
        """Who signed the paper, by party."""
        given = self.cleaned_data
        return [
            Signer(party=own, name=given["own_signer"], office=given["own_office"]),
            Signer(party=given["partner"], name=given["partner_signer"], office=given["partner_office"]),
        ]


class ArticleForm(forms.Form):
    """One article (pasal). Without a heading it is left out."""

    title = forms.CharField(label=_("Judul pasal"), max_length=LONGEST_HEADING, required=False)
    scope = forms.ChoiceField(
        label=_("Menjalankan"), required=False, choices=[("", _("ketentuan umum")), *SCOPE_LABELS.items()]
    )
    text = forms.CharField(
        label=_("Isi pasal"), max_length=8000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class _Articles(BaseFormSet):  # type: ignore[type-arg]  # Django has no generic form sets at run time
    def terms(self, scopes: list[str], signers: list[Signer]) -> dict[str, Any]:
        """The articles of the scopes agreed on, numbered in order, and the erasable text with them."""
        chosen = [
            Draft(title=given["title"], text=given["text"], scope=given["scope"] or None)
            for given in self.cleaned_data
            if given.get("title") and (not given["scope"] or given["scope"] in scopes)
        ]
        articles, words = numbered(chosen)
        return {"articles": articles, "text": AgreementText(signers=signers, articles=words)}


ArticleForms = formset_factory(
    ArticleForm, formset=_Articles, extra=2, max_num=MOST_ARTICLES, absolute_max=MOST_ARTICLES, validate_max=True
)


def article_forms(posted: Any = None) -> Any:
    """The articles of a form: of the template, or as posted."""
    if posted is not None:
        return ArticleForms(posted, prefix="pasal")
    initial = [{"title": draft.title, "scope": draft.scope or "", "text": draft.text} for draft in drafts()]
    return ArticleForms(prefix="pasal", initial=initial)


class ScanForm(forms.Form):
    """A file to compare with the scan the agreement is bound to, and perhaps to confirm it with."""

    scan = forms.FileField(
        label=_("Pindaian Anda"),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,application/pdf,image/jpeg"}),
    )


class ConfirmationForm(ScanForm):
    """The confirmation by the other party."""

    id = forms.CharField(widget=forms.HiddenInput)
    compared = forms.BooleanField(label=_("Saya sudah membandingkan isi halaman ini dengan naskah yang kami pegang"))


class EndingForm(forms.Form):
    """Ending an agreement for this agency."""

    id = forms.CharField(widget=forms.HiddenInput)
    reason = forms.ChoiceField(label=_("Alasan"), choices=list(REASONS.items()), widget=forms.RadioSelect)


class WithdrawalForm(forms.Form):
    """Withdrawing an agreement that still waits for others."""

    id = forms.CharField(widget=forms.HiddenInput)


def insist(*shapes: Any) -> None:
    """Raise Refused with the first thing that is wrong, beside its field: nothing typed and no chosen file is lost."""
    for shape in shapes:
        if shape.is_valid():
            continue
        if isinstance(shape, BaseFormSet):
            for form in shape.forms:
                _insist_on(form)
            raise Refused(gettext("Daftar pasal tidak terbaca. Muat ulang halaman lalu isi lagi."), code="PKS-51")
        _insist_on(shape)


def _insist_on(form: forms.Form) -> None:
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        sentence = f"{label}: {errors[0]}" if label else str(errors[0])
        raise Refused(sentence, code="PKS-50", field=form.add_prefix(name))
