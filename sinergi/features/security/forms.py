"""The shape of what people type about security assistance, and the words for its codes. No saving."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.utils.timezone import get_current_timezone, make_aware
from django.utils.translation import gettext_lazy as _

from sinergi.features.security import rules
from sinergi.features.security.events import RequestText, Spot
from sinergi.kernel.errors import Refused
from sinergi.web.middleware import said

SERVICES = {
    "escort": _("Pengawalan"),
    "static_guard": _("Penjagaan"),
    "event": _("Kegiatan"),
    "office": _("Kantor"),
    "candidate": _("Pasangan calon"),
    "box_opening": _("Pembukaan kotak"),
    "person": _("Orang"),
}
RISKS = {
    "crowd": _("Massa"),
    "road": _("Jalan rusak atau longsor"),
    "no_signal": _("Tanpa sinyal"),
    "dispute": _("Sengketa"),
    "night": _("Malam hari"),
    "weather": _("Cuaca"),
    "threat": _("Ancaman"),
}
DECISIONS = {
    "agreed": _("Sanggupi"),
    "adjusted": _("Sesuaikan"),
    "partly": _("Sanggupi sebagian"),
    "refused": _("Tolak"),
}
WITHDRAWALS = {
    "cancelled": _("Kegiatan batal"),
    "rescheduled": _("Jadwal berubah"),
    "not_needed": _("Tidak diperlukan lagi"),
    "mistaken": _("Salah kirim"),
}
STATES = {
    "requested": ("new", _("menunggu jawaban")),
    "offered": ("waiting", _("ditawarkan")),
    "declined": ("refused", _("tawaran ditolak")),
    "agreed": ("accepted", _("disanggupi")),
    "assigned": ("working", _("petugas ditunjuk")),
    "completed": ("waiting", _("terlaksana")),
    "confirmed": ("done", _("selesai")),
    "refused": ("refused", _("ditolak")),
    "withdrawn": ("refused", _("ditarik")),
}
OFFICES = {
    "resort_chief": _("Kapolres"),
    "deputy_chief": _("Wakapolres"),
    "operations_head": _("Kabag Ops"),
    "operations_staff": _("Staf Bag Ops"),
    "police_sector": _("Kapolsek"),
    "chair": _("Ketua KPU"),
    "secretary": _("Sekretaris KPU"),
    "kpu_staff": _("Staf Sekretariat KPU"),
    "district_committee": _("PPK"),
}

# Where the rules' names of fields stand on a form.
_FIELDS = {
    "region": "village",
    "to_region": "to_village",
    "starts_at": "day",
    "started_at": "day",
    "ends_at": "ends",
    "ended_at": "ends",
}


class Sent(forms.Form):
    """What every form here carries unseen: the id it counts under, and what the request looked like on the page."""

    id = forms.CharField(widget=forms.HiddenInput, max_length=36)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16, required=False)

    def __init__(self, *args: Any, **rest: Any) -> None:
        # Several forms stand on one page; their fields need ids of their own.
        rest.setdefault("auto_id", f"{type(self).__name__.lower()}_%s")
        super().__init__(*args, **rest)

    def refuse(self, refusal: Refused) -> str:
        """Show a refusal beside its field, or before the form; the name of the field it went to."""
        field = _FIELDS.get(refusal.field, refusal.field)
        held = field if field in self.fields and not self[field].is_hidden else None
        self.add_error(held, said(refusal))
        return field


def _day(**options: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


def _time(**options: Any) -> forms.TimeField:
    return forms.TimeField(
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), input_formats=["%H:%M", "%H.%M"], **options
    )


def _count(label: Any, most: int, **options: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(label=label, min_value=0, max_value=most, widget=widget, **options)


def _words(label: Any, rows: int = 3, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": rows}), **options
    )


class RequestForm(Sent):
    """A request for security: what, when, where, how many. One minute on a phone."""

    agreement = forms.ChoiceField(label=_("Perjanjian"))
    service = forms.ChoiceField(label=_("Jenis pengamanan"), choices=list(SERVICES.items()), widget=forms.RadioSelect)
    activity = forms.CharField(label=_("Kegiatan"), max_length=200)
    place = forms.CharField(label=_("Tempat"), max_length=200)
    destination = forms.CharField(
        label=_("Tujuan"), max_length=200, required=False, help_text=_("Untuk pengawalan: tempat tiba.")
    )
    day = _day(label=_("Hari"))
    starts = _time(label=_("Mulai (WIB)"))
    ends = _time(label=_("Selesai (WIB)"))
    until = _day(label=_("Sampai hari"), required=False, help_text=_("Isi bila lebih dari satu hari."))
    people = _count(_("Perkiraan orang"), 100_000)
    officers = _count(_("Petugas yang diminta"), 5_000)
    vehicles = _count(_("Kendaraan kawal"), 5_000, required=False)
    contestant = _count(
        _("Nomor urut peserta"),
        rules.MOST_CONTESTANTS,
        required=False,
        help_text=_("Bila kegiatan milik pasangan calon atau partai. Dengan ini perlakuan yang sama dapat dihitung."),
    )
    risks = forms.MultipleChoiceField(
        label=_("Yang dikhawatirkan"),
        choices=list(RISKS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    emergency = forms.BooleanField(
        label=_("Darurat, sudah diminta lewat telepon"),
        required=False,
        help_text=_("Surat menyusul paling lambat 1×24 jam."),
    )
    note = _words(_("Catatan"))
    contact_name = forms.CharField(label=_("Narahubung"), max_length=100, required=False)
    contact_phone = forms.CharField(
        label=_("Nomor telepon"), max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    reason = _words(_("Mengapa dikoreksi"), rows=2)

    def __init__(self, *args: Any, agreements: list[tuple[str, str]], **rest: Any) -> None:
        super().__init__(*args, auto_id="id_%s", **rest)
        cast(forms.ChoiceField, self.fields["agreement"]).choices = agreements
        if len(agreements) == 1:
            self.fields["agreement"].widget = forms.HiddenInput()
            # Not the field's own initial value: that of the form, even an empty one, would win.
            self.initial["agreement"] = agreements[0][0]

    def asked(self, *, spot: Spot, destination: Spot | None) -> dict[str, Any]:
        """The keywords of the action, times in the zone of the place."""
        given = self.cleaned_data
        starts_at, ends_at = _span(given["day"], given["starts"], given["until"], given["ends"])
        return {
            "service": given["service"],
            "starts_at": starts_at,
            "ends_at": ends_at,
            "spot": spot,
            "destination": destination,
            "people": given["people"],
            "officers": given["officers"],
            "vehicles": given["vehicles"] or 0,
            "risks": given["risks"],
            "emergency": given["emergency"],
            "contestant": given["contestant"] or 0,
            "text": RequestText(
                activity=given["activity"],
                place=given["place"],
                destination=given["destination"],
                note=given["note"],
                contact_name=given["contact_name"],
                contact_phone=given["contact_phone"],
                reason=given["reason"],
            ),
        }


class AnswerForm(Sent):
    """The police's answer, field by field beside the request."""

    decision = forms.ChoiceField(label=_("Jawaban"), choices=list(DECISIONS.items()), widget=forms.RadioSelect)
    day = _day(label=_("Hari"), required=False)
    starts = _time(label=_("Mulai"), required=False)
    ends = _time(label=_("Selesai"), required=False)
    until = _day(label=_("Sampai hari"), required=False)
    officers = _count(_("Petugas"), 5_000, required=False)
    vehicles = _count(_("Kendaraan"), 5_000, required=False)
    why_starts = forms.CharField(label=_("Alasan waktu"), max_length=200, required=False)
    why_officers = forms.CharField(label=_("Alasan jumlah petugas"), max_length=200, required=False)
    why_vehicles = forms.CharField(label=_("Alasan jumlah kendaraan"), max_length=200, required=False)
    sentence = _words(_("Kalimat untuk KPU"))
    spoken = forms.BooleanField(label=_("Catat perintah lisan Kapolres sekarang"), required=False)

    def content(self) -> dict[str, Any]:
        """The keywords of the action; times only where an offer changes them."""
        given = self.cleaned_data
        starts_at = ends_at = None
        if given["decision"] in ("adjusted", "partly") and given["day"] and given["starts"] and given["ends"]:
            starts_at, ends_at = _span(given["day"], given["starts"], given["until"], given["ends"])
        reasons = {name: given[f"why_{name}"] for name in ("starts", "officers", "vehicles") if given[f"why_{name}"]}
        return {
            "officers": given["officers"] or 0,
            "vehicles": given["vehicles"] or 0,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "sentence": given["sentence"],
            "reasons": reasons,
        }


class ForceForm(Sent):
    """Unit and duty order."""

    unit = forms.CharField(label=_("Satuan"), max_length=120)
    sprin_number = forms.CharField(label=_("Nomor Sprin"), max_length=60)
    officers = _count(_("Petugas"), 5_000)
    vehicles = _count(_("Kendaraan"), 5_000, required=False)
    commander = forms.CharField(label=_("Padal"), max_length=100, required=False)
    commander_phone = forms.CharField(
        label=_("Telepon padal"), max_length=30, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )


class ReportForm(Sent):
    """What happened."""

    day = _day(label=_("Hari"))
    starts = _time(label=_("Mulai (WIB)"))
    ends = _time(label=_("Selesai (WIB)"))
    until = _day(label=_("Sampai hari"), required=False)
    officers = _count(_("Petugas hadir"), 5_000)
    incidents = _count(_("Kejadian menonjol"), 1_000, initial=0)
    words = _words(_("Uraian singkat"))

    def done(self) -> dict[str, Any]:
        """The keywords of the action."""
        given = self.cleaned_data
        started_at, ended_at = _span(given["day"], given["starts"], given["until"], given["ends"])
        return {
            "started_at": started_at,
            "ended_at": ended_at,
            "officers": given["officers"],
            "incidents": given["incidents"],
            "words": given["words"],
        }


class ConfirmationForm(Sent):
    """Whether it happened as the police report."""

    as_reported = forms.TypedChoiceField(
        label=_("Laporan Polres"),
        choices=[("1", _("Sesuai")), ("0", _("Ada yang berbeda"))],
        coerce=lambda text: text == "1",
        widget=forms.RadioSelect,
        initial="1",
    )
    words = _words(_("Catatan"))


class WithdrawalForm(Sent):
    """Why the commission no longer asks."""

    reason = forms.ChoiceField(label=_("Alasan"), choices=list(WITHDRAWALS.items()), widget=forms.RadioSelect)
    words = _words(_("Keterangan"), rows=2)


class WordsForm(Sent):
    """A sentence beside a decision."""

    proposal = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**53)
    words = _words(_("Keterangan"), rows=2)


class FilterForm(forms.Form):
    """Which requests a list shows."""

    q = forms.CharField(label=_("Cari"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("Keadaan"),
        required=False,
        choices=[
            ("", _("Semua")),
            ("open", _("Masih berjalan")),
            ("proposed", _("Menunggu disposisi")),
            ("running", _("Disanggupi, belum selesai")),
            ("arranged", _("Disanggupi atau terlaksana")),
            *((code, word) for code, (_s, word) in STATES.items()),
        ],
    )
    service = forms.ChoiceField(label=_("Jenis"), required=False, choices=[("", _("Semua")), *SERVICES.items()])
    since = _day(label=_("Kegiatan sejak"), required=False)
    until = _day(label=_("Sampai"), required=False)
    agency = forms.ChoiceField(label=_("Pemohon"), required=False)

    def __init__(self, *args: Any, agencies: list[tuple[str, str]], **rest: Any) -> None:
        super().__init__(*args, **rest)
        cast(forms.ChoiceField, self.fields["agency"]).choices = [("", _("Semua")), *agencies]


def initial_of_request(request: Any) -> dict[str, Any]:
    """What the correction form starts with."""
    starts, ends = (
        request.starts_at.astimezone(get_current_timezone()),
        request.ends_at.astimezone(get_current_timezone()),
    )
    return {
        "agreement": request.agreement,
        "service": request.service,
        "activity": request.activity,
        "place": request.place,
        "destination": request.destination,
        "day": starts.date(),
        "starts": starts.time(),
        "ends": ends.time(),
        "until": ends.date() if ends.date() != starts.date() else None,
        "people": request.people,
        "officers": request.officers,
        "vehicles": request.vehicles,
        "risks": request.risks,
        "emergency": request.emergency,
        "contestant": request.contestant or None,
        "note": request.note,
        "contact_name": request.contact_name,
        "contact_phone": request.contact_phone,
    }


def initial_of_span(starts_at: datetime, ends_at: datetime) -> dict[str, Any]:
    """Day and times of a span in the zone of the place."""
    starts, ends = starts_at.astimezone(get_current_timezone()), ends_at.astimezone(get_current_timezone())
    return {
        "day": starts.date(),
        "starts": starts.time(),
        "ends": ends.time(),
        "until": ends.date() if ends.date() != starts.date() else None,
    }


def _span(day: date, starts: time, until: date | None, ends: time) -> tuple[datetime, datetime]:
    """Start and end; a time of day before the start means the next morning."""
    starts_at = make_aware(datetime.combine(day, starts))
    ends_at = make_aware(datetime.combine(until or day, ends))
    if until is None and ends_at <= starts_at:
        ends_at += timedelta(days=1)
    return starts_at, ends_at
