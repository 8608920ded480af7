"""The shape of what people type about an agreement. Saves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sinergi.features.agreement.events import Article, Gate, Signer
from sinergi.features.agreement.rules import (
    LONGEST_ARTICLE,
    LONGEST_HEADING,
    LONGEST_NUMBER,
    LONGEST_PLACE,
    LONGEST_TITLE,
    LONGEST_WORDS,
    MOST_ARTICLES,
)
from sinergi.features.agreement.template import SCOPE_LABELS, Draft, drafts, numbered
from sinergi.kernel.errors import Refused
from sinergi.kernel.words import line
from sinergi.web.forms import day_field

SCOPE_ICONS = {
    "data": "database",
    "security": "shield",
    "law": "scale",
    "regulation": "pencil",
    "capacity": "users",
    "facility": "building-warehouse",
}
GATES = {
    "plenary": _("Berita acara pleno"),
    "legal_review": _("Telaah hukum"),
    "report": _("Laporan ke atas"),
}
CHANGES = {
    "extension": _("Perpanjangan"),
    "suspension": _("Penangguhan"),
    "resumption": _("Berlaku lagi"),
    "end": _("Pengakhiran atas kesepakatan"),
}
STEPS = {
    "working_group": _("Kelompok kerja"),
    "leaders": _("Pimpinan para pihak"),
    "above": _("KPU Provinsi dan Polda"),
}
REASONS = {
    "ended_by_consent": _("Disepakati berakhir lebih awal"),
    "term_over": _("Jangka waktu sudah lewat"),
    "void_law": _("Ketentuan hukumnya tidak berlaku lagi"),
}


class SigningForm(forms.Form):
    """Which text one signs with which key, where and on which day."""

    id = forms.CharField(widget=forms.HiddenInput)
    revision = forms.CharField(max_length=26, widget=forms.HiddenInput)
    signer = forms.CharField(max_length=26, widget=forms.HiddenInput)
    place = forms.CharField(label=_("Ditandatangani di"), max_length=LONGEST_PLACE)
    signed_on = day_field(_("Tanggal tanda tangan"))

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


class TermsForm(forms.Form):
    """What every agreement says, however many sign it."""

    id = forms.CharField(widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("Judul"), max_length=LONGEST_TITLE, help_text=_("Seperti tertulis pada naskah, tanpa nomor.")
    )
    place = forms.CharField(label=_("Ditandatangani di"), max_length=LONGEST_PLACE)
    signed_on = day_field(_("Tanggal tanda tangan"))
    starts_on = day_field(_("Berlaku sejak"))
    ends_on = day_field(_("Berlaku sampai"))
    scopes = forms.MultipleChoiceField(
        label=_("Ruang lingkup"),
        choices=list(SCOPE_LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=list(SCOPE_LABELS),
        help_text=_("Matikan yang tidak disepakati; pasalnya ikut dilepas dan nomor pasal menyesuaikan."),
    )


class EntryForm(TermsForm):
    """An agreement that was signed on paper."""

    partner = forms.ChoiceField(
        label=_("Pihak lain"), help_text=_("Hanya kantor yang sudah bertukar undangan dengan kantor ini.")
    )
    own_number = forms.CharField(label=_("Nomor kantor ini"), max_length=LONGEST_NUMBER)
    partner_number = forms.CharField(label=_("Nomor pihak lain"), max_length=LONGEST_NUMBER)
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


class DraftForm(TermsForm):
    """A text to be negotiated. `made_from`: keys of the texts that were open when the page was made."""

    made_from = forms.CharField(widget=forms.HiddenInput, required=False)
    remark = forms.CharField(
        label=_("Catatan untuk pihak lain"),
        max_length=LONGEST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    exercise = forms.BooleanField(
        label=_("Ini latihan: nomornya diawali L- dan semua halamannya bertanda LATIHAN"), required=False
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["place"].label = _("Akan ditandatangani di")
        self.fields["signed_on"].label = _("Hari tanda tangan")


class PartyForm(forms.Form):
    """One party of a text: its document number and who signs for it. Not `included`, it is left out."""

    included = forms.BooleanField(label=_("Pihak dalam perjanjian ini"), required=False)
    number = forms.CharField(label=_("Nomor dokumen"), max_length=LONGEST_NUMBER)
    signer = forms.CharField(label=_("Nama penanda tangan"), max_length=120)
    office = forms.CharField(label=_("Jabatannya"), max_length=120)

    def __init__(self, *args: Any, party: str, name: str, may_be_left_out: bool, **more: Any) -> None:
        # A browser would ask for the fields of a party that is left out, which nobody sees.
        more["use_required_attribute"] = not may_be_left_out
        super().__init__(*args, **more)
        self.party, self.name, self.may_be_left_out = party, name, may_be_left_out
        if not may_be_left_out:
            del self.fields["included"]
        if self.is_bound and not self.is_included:
            for field in self.fields.values():
                field.required = False

    @property
    def is_included(self) -> bool:
        """Whether it is a party of this text."""
        return not self.may_be_left_out or bool(self.data.get(self.add_prefix("included")))


class CommentForm(forms.Form):
    """A remark on one article; 0 is the whole text."""

    id = forms.CharField(widget=forms.HiddenInput)
    article = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=MOST_ARTICLES)
    words = forms.CharField(label=_("Tanggapan"), max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 2}))


class AnswerForm(forms.Form):
    """Yes or no to what another party proposed; a no needs words."""

    id = forms.CharField(widget=forms.HiddenInput)
    agrees = forms.TypedChoiceField(coerce=lambda value: value == "yes", choices=[("yes", "yes"), ("no", "no")])
    words = forms.CharField(
        label=_("Alasan"), max_length=LONGEST_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class StepPaperForm(forms.Form):
    """The paper that shows that a step before signing was taken."""

    id = forms.CharField(widget=forms.HiddenInput)
    number = forms.CharField(label=_("Nomor surat"), max_length=LONGEST_NUMBER)
    dated = day_field(_("Tanggal surat"))
    scan = forms.FileField(
        label=_("Berkas"),
        help_text=_("PDF atau JPG, paling besar 30 MB. Pihak lain melihat sidiknya, bukan isinya."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,application/pdf,image/jpeg"}),
    )


class GateForm(StepPaperForm):
    """A step that is taken with its paper."""

    gate = forms.ChoiceField(widget=forms.HiddenInput, choices=[(gate, gate) for gate in get_args(Gate)])


class ChangeForm(forms.Form):
    """An extension, suspension, resumption or end to propose."""

    id = forms.CharField(widget=forms.HiddenInput)
    change = forms.ChoiceField(label=_("Yang diusulkan"), choices=list(CHANGES.items()), widget=forms.RadioSelect)
    from_on = day_field(
        _("Mulai tanggal"), required=False, help_text=_("Untuk penangguhan, berlaku lagi, atau berakhir.")
    )
    ends_on = day_field(_("Hari terakhir yang baru"), required=False, help_text=_("Hanya untuk perpanjangan."))
    words = forms.CharField(label=_("Alasan"), max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, suspended: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        impossible = "suspension" if suspended else "resumption"
        offered = [(code, label) for code, label in CHANGES.items() if code != impossible]
        self.fields["change"].choices = offered  # type: ignore[attr-defined]


class DisputeForm(forms.Form):
    """A disagreement to bring before the working group."""

    id = forms.CharField(widget=forms.HiddenInput)
    article = forms.TypedChoiceField(label=_("Pasal"), coerce=int)
    words = forms.CharField(
        label=_("Yang diperselisihkan"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, articles: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["article"].choices = articles  # type: ignore[attr-defined]


class SettlementForm(forms.Form):
    """How a dispute ends."""

    id = forms.CharField(widget=forms.HiddenInput)
    words = forms.CharField(
        label=_("Hasil musyawarah"), max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 3})
    )


class IdForm(forms.Form):
    """A button that says it all."""

    id = forms.CharField(widget=forms.HiddenInput)


class ArticleForm(forms.Form):
    """One article (pasal). Without a heading it is left out. `rows`: its obligations, where the text carries them."""

    rows: Sequence[Any] = ()

    title = forms.CharField(label=_("Judul pasal"), max_length=LONGEST_HEADING, required=False)
    scope = forms.ChoiceField(
        label=_("Menjalankan"), required=False, choices=[("", _("ketentuan umum")), *SCOPE_LABELS.items()]
    )
    text = forms.CharField(
        label=_("Isi pasal"), max_length=LONGEST_ARTICLE, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class _Articles(BaseFormSet):  # type: ignore[type-arg]  # Django has no generic form sets at run time
    def numbered(self, scopes: list[str]) -> tuple[list[Article], dict[str, str]]:
        """The articles of the scopes agreed on, numbered in order, and their words by number."""
        return numbered(
            [
                Draft(title=given["title"], text=given["text"], scope=given["scope"] or None)
                for given in self.cleaned_data
                if self._stays(given, scopes)
            ]
        )

    def places(self, scopes: list[str]) -> dict[int, int]:
        """The numbers of the articles that `numbered` gives, by place on the page."""
        staying = [place for place, form in enumerate(self.forms) if self._stays(form.cleaned_data, scopes)]
        return {place: number for number, place in enumerate(staying, 1)}

    def control_of(self, number: int, scopes: list[str]) -> str:
        """The name of the control that holds the words of the article which gets this number."""
        staying = [form for form in self.forms if self._stays(form.cleaned_data, scopes)]
        return str(staying[number - 1].add_prefix("text"))

    def _stays(self, given: dict[str, Any], scopes: list[str]) -> bool:
        return bool(given.get("title")) and (not given["scope"] or given["scope"] in scopes)


ArticleForms = formset_factory(
    ArticleForm, formset=_Articles, extra=2, max_num=MOST_ARTICLES, absolute_max=MOST_ARTICLES, validate_max=True
)


def article_forms(posted: Any = None, *, start: Sequence[Draft] = ()) -> Any:
    """The articles of a form: as posted, or those to begin with."""
    if posted is not None:
        return ArticleForms(posted, prefix="pasal")
    known = begun_articles(start)
    initial = [{"title": draft.title, "scope": draft.scope or "", "text": draft.text} for draft in known]
    return ArticleForms(prefix="pasal", initial=initial)


def begun_articles(start: Sequence[Draft] = ()) -> list[Draft]:
    """The articles a form begins with: `start` and the template's for scopes it lacks; or the template's."""
    known = list(start) or list(drafts())
    carried = {draft.scope for draft in known}
    at = 1 + max((place for place, draft in enumerate(known) if draft.scope), default=len(known) - 1)
    known[at:at] = [draft for draft in drafts() if draft.scope and draft.scope not in carried]
    return known


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
    # What is agreed is proposed and answered (ChangeForm); one office alone ends only what is over or void anyway.
    reason = forms.ChoiceField(
        label=_("Alasan"),
        choices=[(code, label) for code, label in REASONS.items() if code != "ended_by_consent"],
        widget=forms.RadioSelect,
    )


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
