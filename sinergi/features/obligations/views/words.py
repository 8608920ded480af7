"""Obligations in people's words: states, due rules, marks, evidence."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils.dateformat import format as formatted
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext, override
from django.utils.translation import gettext_lazy as _

from sinergi.access.roles import ROLES
from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import due as dues
from sinergi.features.obligations import marks
from sinergi.features.obligations.due import Occurrence
from sinergi.features.obligations.marks import stage_name
from sinergi.features.stages import public as stages
from sinergi.kernel.instants import say_limit
from sinergi.kernel.obligation import Due, Evidence, Item

EVIDENCE: dict[Evidence, Any] = {
    "dataset": _("set data"),
    "letter": _("surat"),
    "answer": _("jawaban dan Sprin"),
    "plan": _("rencana"),
    "roster": _("lampiran Sprin"),
    "list": _("daftar"),
    "log": _("catatan akses atau log jaga"),
    "minutes": _("notula"),
    "attendance": _("daftar hadir"),
    "report": _("laporan"),
    "handover": _("BAST atau berita acara"),
    "input": _("masukan tertulis"),
}
EVERY = {
    "day": _("setiap hari"),
    "week": _("setiap pekan"),
    "month": _("setiap bulan"),
    "quarter": _("setiap triwulan"),
    "year": _("setiap tahun"),
}
TRIGGERS = {
    "security.request": _("permohonan pengamanan"),
    "security.emergency": _("permohonan darurat"),
    "stages.changed": _("perubahan jadwal tahapan"),
    "logistics.movement": _("pergerakan logistik"),
    "contestants.decided": _("penetapan peserta"),
    "law.report": _("laporan polisi"),
    "law.question": _("permintaan saksi atau dokumen"),
    "regulations.discussion": _("pembahasan rancangan"),
    "regulations.draft": _("rancangan diterima"),
    "regulations.decision": _("penetapan"),
    "people.secondment": _("permintaan BKO"),
    "facilities.loan": _("peminjaman"),
}
# What a rule counts back from, where that is not the happening itself but what it is about.
BEFORE = {
    "security.request": _("kegiatan yang diminta"),
    "people.secondment": _("penugasan"),
    "facilities.loan": _("pemakaian"),
}
STATEMENTS = {
    "done": gettext_lazy("menyatakan sudah dikerjakan"),
    "release": gettext_lazy("minta dibebaskan"),
    "dispute": gettext_lazy("menyengketakan"),
}


def parties(item: Item) -> str:
    """Who owes it to whom: KPU Tapsel → Polres Tapsel; Keduanya."""
    if set(item.debtors) == set(item.creditors):
        return gettext("Keduanya") if len(item.debtors) == 2 else gettext("Semua pihak")
    return f"{_names(item.debtors)} → {_names(item.creditors)}"


def mark(one: Occurrence) -> str:
    """Which time it is, as people say it: H-7; Februari 2024; pekan 6 tahun 2024; what happened."""
    if one.record:
        return one.title
    if one.due.rule == "stage":
        if one.mark.startswith("H"):
            return one.mark
        return gettext("setelah %(stage)s") % {"stage": stage_name(one.due.stage)}
    if one.due.on is not None:
        return formatted(one.due.on, "j F Y")
    return _period(one.mark, _language())


@lru_cache(maxsize=4096)
def _period(mark: str, language: str) -> str:
    """Kept by language, which those who say it ask the thread for."""
    return marks.said(mark)


def rule(due: Due) -> str:
    """A due rule as a sentence fragment: H-60, H-30, dan H-7; 1 hari kerja setelah permohonan pengamanan."""
    if due.rule == "standing":
        return gettext("sepanjang masa perjanjian")
    if due.rule == "once":
        return gettext("sekali, sampai %(day)s") % {"day": formatted(due.on, "j F Y") if due.on else ""}
    if due.rule == "recurring":
        return _recurring(due)
    if due.rule == "stage":
        labels = [_from_stage(due, count) for count in sorted(due.days)]
        return _listed(labels)
    about = str(TRIGGERS.get(due.trigger, due.trigger))
    if due.hours:
        return gettext("%(span)s setelah %(what)s") % {"span": _hours(due.hours), "what": about}
    count = due.days[0] if due.days else 0
    span = _days(abs(count), due.kind)
    if count < 0:
        before = str(BEFORE.get(due.trigger, about))
        return gettext("%(span)s sebelum %(what)s") % {"span": span, "what": before}
    return gettext("%(span)s setelah %(what)s") % {"span": span, "what": about}


def rules(item: Item) -> str:
    """All due rules of one obligation."""
    return "; ".join(rule(due) for due in item.dues)


def short_rule(one: Occurrence) -> str:
    """The rule beside one due: what it was counted from."""
    due = one.due
    if due.rule == "stage":
        return one.mark if one.mark.startswith("H") else rule(due)
    if due.rule == "once":
        return gettext("tindak lanjut")
    if due.rule == "recurring":
        return str(EVERY[due.every or "month"])
    if due.hours:
        return _hours(due.hours)
    count = due.days[0] if due.days else 0
    return gettext("%(span)s sebelumnya") % {"span": _days(-count, due.kind)} if count < 0 else _days(count, due.kind)


def bases() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a due rule can hang on, in groups for a list to choose from; the codes are those of forms.DueForm."""
    english = _language() == "en"
    named = [(stage.code, stage.name_en if english else stage.name) for stage in stages.stage_list()]
    edges = (("starts", gettext("mulai")), ("ends", gettext("berakhir")))
    return [
        (
            gettext("Tahapan"),
            [(f"stage:{code}:{edge}", f"{name}, {word}") for code, name in named for edge, word in edges],
        ),
        (gettext("Setiap kejadian"), [(f"each:{code}", str(word)) for code, word in TRIGGERS.items()]),
        (gettext("Berkala"), [(f"recurring:{code}", str(word)) for code, word in EVERY.items()]),
        (gettext("Tanpa tanggal"), [("standing", gettext("sepanjang masa perjanjian"))]),
    ]


def in_files() -> tuple[dict[str, str], dict[str, Evidence]]:
    """What due rules hang on, and kinds of evidence: codes by the Indonesian words that files use."""
    with override("id"):
        hung = {name: code for _group, inside in bases() for code, name in inside}
        return hung, {str(word): code for code, word in EVIDENCE.items()}


def limit(due: Occurrence) -> str:
    """The last instant that is on time: Rabu, 7 Februari 2024, 24.00 WIB for midnight at its end."""
    return say_limit(due.due_at, due.zone, _language())


def _recurring(due: Due) -> str:
    often = str(EVERY[due.every or "month"])
    if due.from_day is None and due.until_day is None:
        return often
    if due.until_day is None:
        return gettext("%(often)s sejak %(start)s") % {"often": often, "start": dues.label(due.from_day or 0)}
    if due.from_day is None:
        return gettext("%(often)s sampai %(end)s") % {"often": often, "end": dues.label(due.until_day)}
    return gettext("%(often)s sejak %(start)s sampai %(end)s") % {
        "often": often,
        "start": dues.label(due.from_day),
        "end": dues.label(due.until_day),
    }


def _from_stage(due: Due, count: int) -> str:
    if due.stage == "voting" and due.edge == "starts":
        label = dues.label(count) if count else gettext("hari H")
        return label if due.kind == "calendar" else gettext("%(label)s (hari kerja)") % {"label": label}
    edge = gettext("mulai") if due.edge == "starts" else gettext("berakhir")
    where = gettext("%(stage)s %(edge)s") % {"stage": stage_name(due.stage), "edge": edge}
    if not count:
        return gettext("hari %(where)s") % {"where": where}
    pattern = gettext("%(span)s sebelum %(what)s") if count < 0 else gettext("%(span)s setelah %(what)s")
    return pattern % {"span": _days(abs(count), due.kind), "what": where}


def _days(count: int, kind: str) -> str:
    if kind == "working":
        return ngettext("%(n)d hari kerja", "%(n)d hari kerja", count) % {"n": count}
    return ngettext("%(n)d hari", "%(n)d hari", count) % {"n": count}


def _hours(count: int) -> str:
    return ngettext("%(n)d jam", "%(n)d jam", count) % {"n": count}


def _listed(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    if len(words) == 2:
        return gettext("%(first)s dan %(last)s") % {"first": words[0], "last": words[1]}
    return gettext("%(first)s, dan %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def _language() -> str:
    return "en" if (get_language() or "id").startswith("en") else "id"


def _names(agencies: list[str]) -> str:
    return ", ".join(agreements.short_names(agencies).values())


def office(code: str, *, acting: bool = False) -> str:
    """An office by name, a Plh named so; the code itself where it is none of ours."""
    name = gettext(ROLES[code].label) if code in ROLES else code
    return f"Plh. {name}" if acting else name


def period_name(code: str) -> str:
    """What a report covers, by the code of its period."""
    kind, _, rest = code.partition("-")
    return rest if kind == "tahun" else stage_name(rest)
