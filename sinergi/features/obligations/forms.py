"""The shape of what people type about obligations. Saves nothing."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import office_templates, rules
from sinergi.features.obligations.due import label
from sinergi.kernel import obligation
from sinergi.kernel.obligation import Due
from sinergi.web.forms import RefusingForm, day_field, table_file


class StatementForm(forms.Form):
    """What is stated about one due."""

    id = forms.CharField(widget=forms.HiddenInput)
    statement = forms.ChoiceField(
        widget=forms.HiddenInput, choices=[(code, code) for code in ("done", "release", "dispute")]
    )
    words = forms.CharField(
        label=_("Keterangan"), max_length=rules.LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 3})
    )


class AnswerForm(forms.Form):
    """Yes or no; a no needs words."""

    id = forms.CharField(widget=forms.HiddenInput)
    agrees = forms.TypedChoiceField(coerce=lambda value: value == "yes", choices=[("yes", "yes"), ("no", "no")])
    words = forms.CharField(
        label=_("Alasan"), max_length=rules.LONGEST_WORDS, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ProposalForm(forms.Form):
    """A list from the template: which obligations, since when, with which days."""

    id = forms.CharField(widget=forms.HiddenInput)
    counts_from = day_field(_("Dihitung sejak"), help_text=_("Tenggat sebelum hari ini tidak dihitung."))
    remark = forms.CharField(
        label=_("Catatan untuk pihak lain"),
        max_length=rules.LONGEST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ItemForm(forms.Form):
    """One obligation of the list; its due rules are DueForms of their own."""

    code = forms.CharField(widget=forms.HiddenInput)
    included = forms.BooleanField(label=_("Termasuk"), required=False)
    title = forms.CharField(label=_("Kewajiban"), max_length=obligation.LONGEST_TITLE)


class SharedSelect(forms.Select):
    """A choice of many that stands on a page up to a hundred times: it is drawn with what is chosen alone.

    The page holds the list once, as a `template` (obligations/_bases.html), from which its code fills every one.
    """

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """As any choice in groups, of which the first stands in none."""
        given = self.build_attrs(self.attrs, {**(attrs or {}), "name": name, "data-options": "basis"})
        first, *groups = self.choices
        drawn = [first, *((code, label) for _group, inside in groups for code, label in inside if code == value)]
        marked = ((code, SELECTED if code == value else "", label) for code, label in drawn)
        options = format_html_join("", '<option value="{}"{}>{}</option>', marked)
        return format_html("<select{}>{}</select>", flatatt(given), options)


SELECTED = format_html("{}", " selected")


class DueForm(forms.Form):
    """One due rule: what it hangs on, how far from it, counted how. Without anything to hang on there is no rule."""

    basis = forms.ChoiceField(
        label=_("Jatuh tempo menurut"),
        required=False,
        widget=SharedSelect,
        error_messages={"invalid_choice": _("Patokan ini tidak dikenal. Pilih dari daftar.")},
    )
    count = forms.CharField(label=_("Hitungan"), max_length=200, required=False)
    kind = forms.ChoiceField(
        label=_("Satuan"),
        required=False,
        choices=[("calendar", _("hari kalender")), ("working", _("hari kerja")), ("hours", _("jam"))],
    )

    def __init__(self, posted: Any, *, prefix: str, bases: list[tuple[str, Any]], due: Due | None) -> None:
        super().__init__(posted, prefix=prefix)
        choices: list[tuple[Any, Any]] = [("", _("tidak dipakai")), *bases]
        if due is not None:
            self.initial = _typed(due)
            basis = self.initial["basis"]
            if basis not in {code for _group, inside in bases for code, _name in inside}:
                lost = gettext("%(name)s (tidak ada dalam kalender ini)") % {"name": due.stage or due.trigger}
                choices.append((lost, [(basis, lost)]))
        self.fields["basis"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The rule as `due`, None where there is none; what is impossible stands beside the count."""
        given = super().clean() or {}
        given["due"] = None
        basis, count = given.get("basis", ""), given.get("count", "").strip()
        if self.errors or not basis:
            if count and not self.errors:
                self.add_error("basis", _("Pilih apa yang menjadi patokan hitungan ini, atau kosongkan hitungannya."))
            return given
        try:
            due = due_of(basis.split(":"), count, given.get("kind") or "calendar")
        except ValueError:
            self.add_error("count", gettext(COUNTS[basis.split(":")[0]]))
            return given
        wrong = obligation.due_flaw(due)
        if wrong:
            self.add_error("count", gettext(wrong))
        given["due"] = due
        return given


# How the count of each kind of rule is written.
COUNTS = {
    "stage": gettext_noop("Tulis jumlah hari, misalnya H-30, H-7."),
    "each": gettext_noop("Tulis satu angka: sesudahnya 2, sebelumnya -3; untuk jam tanpa tanda."),
    "recurring": gettext_noop("Kosongkan, atau tulis rentangnya, misalnya H-30 sampai H-4."),
    "standing": gettext_noop("Kewajiban sepanjang masa tidak punya hitungan; kosongkan."),
}
_UNTIL = re.compile(r"SAMPAI|UNTIL|TO|\.\.|–")


def due_of(basis: list[str], count: str, kind: str) -> Due:
    """The rule that was typed: a basis as `words.bases` codes it, split. Raises ValueError where the count is none."""
    hangs, on = basis[0], basis[1:]
    if hangs == "recurring":
        start, end = _parted(count)
        return Due(rule="recurring", every=on[0], from_day=start, until_day=end)  # type: ignore[arg-type]
    if hangs == "standing":
        if count:
            raise ValueError(count)
        return Due(rule="standing")
    days = sorted(_day(word) for word in re.split(r"[\s,;]+", count.strip(" ,;")))
    if hangs == "stage":
        if kind == "hours":
            raise ValueError(kind)
        return Due(rule="stage", stage=on[0], edge=on[1], days=days, kind=kind)  # type: ignore[arg-type]
    (one,) = days
    if kind == "hours":
        if one <= 0:
            raise ValueError(count)
        return Due(rule="each", trigger=on[0], hours=one)
    return Due(rule="each", trigger=on[0], days=days, kind=kind)  # type: ignore[arg-type]


def _parted(count: str) -> tuple[int | None, int | None]:
    """First and last day of a span; neither where nothing was typed."""
    if not count:
        return None, None
    start, *end = _UNTIL.split(count.upper())
    if len(end) > 1 or (not end and start.strip()[:1] != "H"):
        raise ValueError(count)
    last = end[0].strip() if end else ""
    return (_day(start) if start.strip() else None), (_day(last) if last else None)


def _day(word: str) -> int:
    """H-30, H+2, H or a plain number."""
    plain = word.strip().upper()
    if not re.fullmatch(r"H?[+-]?[0-9]{1,6}|H", plain):
        raise ValueError(word)
    return int(plain.removeprefix("H") or "0")


def _typed(due: Due) -> dict[str, str]:
    """A rule as people would type it."""
    voting = due.rule != "each"
    said = [label(day) if voting else f"{day:+d}" for day in sorted(due.days)]
    kind: str = due.kind
    if due.rule == "stage":
        return {"basis": f"stage:{due.stage}:{due.edge}", "count": ", ".join(said), "kind": kind}
    if due.rule == "each":
        basis = f"each:{due.trigger}"
        return {
            "basis": basis,
            "count": str(due.hours or "") or ", ".join(said),
            "kind": "hours" if due.hours else kind,
        }
    if due.rule == "recurring":
        ends = ["" if day is None else label(day) for day in (due.from_day, due.until_day)]
        span = " sampai ".join(ends).strip() if any(ends) else ""
        return {"basis": f"recurring:{due.every}", "count": span, "kind": kind}
    return {"basis": "standing", "count": "", "kind": kind}


class TemplateForm(forms.Form):
    """An office's template: its name and scopes. `seen` is the version that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)
    name = forms.CharField(
        label=_("Nama templat"),
        max_length=office_templates.LONGEST_NAME,
        help_text=_("Hanya dilihat kantor ini, misalnya PKS Pilkada kabupaten."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Ruang lingkup"),
        choices=list(agreements.SCOPE_LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Pasal dari ruang lingkup yang dimatikan tidak ikut disimpan."),
    )


class TemplateArticleForm(forms.Form):
    """One article of a template. Without number, heading and words it is left out."""

    number = forms.IntegerField(label=_("Nomor pasal"), min_value=1, max_value=obligation.MOST_ARTICLES, required=False)
    title = forms.CharField(label=_("Judul pasal"), max_length=agreements.LONGEST_HEADING, required=False)
    scope = forms.ChoiceField(
        label=_("Menjalankan"),
        required=False,
        choices=[("", _("ketentuan umum")), *agreements.SCOPE_LABELS.items()],
    )
    text = forms.CharField(
        label=_("Isi pasal"),
        max_length=agreements.LONGEST_ARTICLE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *given: Any, **more: Any) -> None:
        more["use_required_attribute"] = False
        super().__init__(*given, **more)
        _say_needed(self, "number", "title", "text")

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        given = self.cleaned_data
        return given["number"] is None and not given["title"] and not given["text"]

    def clean(self) -> dict[str, Any]:
        """What has words has a number."""
        given = super().clean() or {}
        if not self.errors and not self.is_blank and given["number"] is None:
            self.add_error("number", _("Beri pasal ini nomor."))
        return given


def _say_needed(form: forms.Form, *names: str) -> None:
    """On the page these are not "may stay empty"; what is missing is asked for only in a row that is not left out."""
    if not form.is_bound:
        for name in names:
            form.fields[name].required = True


AS_IS = "as-is"
SIDES = [("kpu", _("KPU kepada Polri")), ("police", _("Polri kepada KPU")), ("both", _("keduanya"))]


class ObligationForm(forms.Form):
    """One obligation of a template or a draft; `dues` says how many due rules follow.

    `as_is`: how an obligation that binds other parties than a whole side says so, to leave it as it is. In a draft it
    stands beneath its article and asks for none.
    """

    dues = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=obligation.MOST_DUES)
    included = forms.BooleanField(label=_("Termasuk"), required=False)
    code = forms.CharField(
        label=_("Kode"),
        max_length=4,
        required=False,
        help_text=_("Huruf besar, tanda hubung, dua angka: D-02."),
    )
    title = forms.CharField(label=_("Kewajiban"), max_length=obligation.LONGEST_TITLE, required=False)
    article = forms.IntegerField(label=_("Pasal"), min_value=1, max_value=obligation.MOST_ARTICLES, required=False)
    clause = forms.IntegerField(label=_("Ayat"), min_value=1, max_value=99, required=False)
    debtor = forms.ChoiceField(label=_("Yang wajib"))
    evidence = forms.ChoiceField(label=_("Bukti"))

    def __init__(
        self, *given: Any, kinds: list[tuple[str, Any]], is_beneath: bool = False, as_is: str = "", **more: Any
    ) -> None:
        # A browser would ask for what is left out too.
        more["use_required_attribute"] = False
        super().__init__(*given, **more)
        self.fields["evidence"].choices = kinds  # type: ignore[attr-defined]
        sides = [*SIDES, (AS_IS, as_is)] if as_is else SIDES
        self.fields["debtor"].choices = sides  # type: ignore[attr-defined]
        if is_beneath:
            del self.fields["article"]
        _say_needed(self, *(name for name in ("code", "title", "article") if name in self.fields))

    @property
    def is_taken(self) -> bool:
        """Whether it is ticked and something was typed. A row to add is ticked, so that nothing typed is lost."""
        typed = any(self.data.get(self.add_prefix(name), "").strip() for name in ("code", "title", "article"))
        return bool(self["included"].value()) and typed

    def clean(self) -> dict[str, Any]:
        """It has a code, and an article where it stands beneath none."""
        given = super().clean() or {}
        for name, sentence in (("code", _("Beri kode.")), ("article", _("Sebut nomor pasalnya."))):
            if name in self.fields and not given.get(name) and name not in self.errors:
                self.add_error(name, sentence)
        return given


MEETINGS = [("coordination", _("Rapat koordinasi (rakor)")), ("evaluation", _("Analisa dan evaluasi (anev)"))]
# Empty rows of the page; more decisions go into further minutes.
DECISIONS = 4


class PaperForm(forms.Form):
    """A file with what an agreement from paper brings along."""

    file = table_file()


class HistoryFilter(forms.Form):
    """The filter above the events of an agreement's history."""

    statement = forms.ChoiceField(label=_("Menurut"), required=False)
    told = forms.ChoiceField(label=_("Peristiwa"), required=False)
    code = forms.ChoiceField(label=_("Kewajiban"), required=False)

    def __init__(self, *given: Any, choices: dict[str, list[tuple[str, Any]]], **more: Any) -> None:
        super().__init__(*given, **more)
        for name, offered in choices.items():
            self.fields[name].choices = [("", _("Semua")), *offered]  # type: ignore[attr-defined]


class MinutesSigningForm(forms.Form):
    """Which minutes, by their hash as they were read, one signs with which key."""

    id = forms.CharField(max_length=36, widget=forms.HiddenInput)
    signer = forms.CharField(max_length=26, widget=forms.HiddenInput)
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)


class MinutesForm(forms.Form):
    """The minutes of one meeting with up to four decisions."""

    id = forms.CharField(widget=forms.HiddenInput)
    meeting = forms.ChoiceField(label=_("Rapat"), choices=MEETINGS)
    held_on = forms.DateField(label=_("Hari rapat"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    words = forms.CharField(
        label=_("Isi rapat"), max_length=rules.LONGEST_MINUTES, widget=forms.Textarea(attrs={"rows": 10})
    )

    def __init__(self, *given: Any, parties: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        self._parties = [party for party, _name in parties]
        for number in range(1, DECISIONS + 1):
            self.fields[f"title{number}"] = forms.CharField(
                label=_("Keputusan"), max_length=obligation.LONGEST_TITLE, required=False
            )
            self.fields[f"debtor{number}"] = forms.ChoiceField(
                label=_("Yang mengerjakan"), required=False, choices=[("", _("semua pihak")), *parties]
            )
            self.fields[f"due{number}"] = forms.DateField(
                label=_("Paling lambat"),
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )

    def groups(self) -> list[list[Any]]:
        """The fields of each decision."""
        names = ("title", "debtor", "due")
        return [[self[f"{name}{number}"] for name in names] for number in range(1, DECISIONS + 1)]

    def clean(self) -> dict[str, Any]:
        """A decision has a name and a day, or neither."""
        given = super().clean() or {}
        for number in range(1, DECISIONS + 1):
            title, day = given.get(f"title{number}"), given.get(f"due{number}")
            if title and not day and f"due{number}" not in self.errors:
                self.add_error(f"due{number}", _("Isi hari paling lambat."))
            if day and not title and f"title{number}" not in self.errors:
                self.add_error(f"title{number}", _("Tulis keputusannya."))
        return given

    def decisions(self) -> list[dict[str, Any]]:
        """What was decided: title, debtors, due_on."""
        given = self.cleaned_data
        return [
            {
                "title": given[f"title{number}"],
                "debtors": [given[f"debtor{number}"]] if given[f"debtor{number}"] else list(self._parties),
                "due_on": given[f"due{number}"],
            }
            for number in range(1, DECISIONS + 1)
            if given[f"title{number}"]
        ]


class ReportForm(RefusingForm):
    """Which evaluation report is issued: the period, and one page or the whole."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=36)
    size = forms.ChoiceField(
        label=_("Bentuk"), choices=[("short", _("Satu halaman")), ("long", _("Lengkap"))], widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, periods: list[tuple[str, str]], **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.fields["period"] = forms.ChoiceField(label=_("Masa"), choices=periods)
