"""What a message says: plain text in the reader's language, naming nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext, gettext_lazy

from sinergi.kernel.instants import say_limit
from sinergi.kernel.words import line

MOST_NAMED = 20

# In the order in which they are read.
HEADINGS = {
    "escalated": gettext_lazy("Terlambat sepekan atau lebih"),
    "late": gettext_lazy("Terlambat"),
    "today": gettext_lazy("Jatuh tempo hari ini"),
    "ahead": gettext_lazy("Jatuh tempo dalam tujuh hari"),
}


class Due(Protocol):
    """What a reminder needs to know of a due that presses. `title` is empty where it must not be told."""

    @property
    def exercise(self) -> bool: ...
    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def step(self) -> str: ...
    @property
    def path(self) -> str: ...


def subject(dues: Sequence[Due]) -> str:
    """One line that tells how many dues and how pressing, and nothing else; an exercise says so."""
    late = sum(due.step in ("late", "escalated") for due in dues)
    said = gettext("Sinergi: %(count)d kewajiban perlu dikerjakan") % {"count": len(dues)}
    if late:
        said += gettext(", %(late)d terlambat") % {"late": late}
    return f"[LATIHAN] {said}" if any(due.exercise for due in dues) else said


def body(dues: Sequence[Due], *, base: str, choice: str, language: str = "id", zone: str = "WIB") -> str:
    """What is due under one agreement, when, and where it opens: plain text naming nobody.

    `base` is the address of the node without a slash at its end, empty where it is not known; `choice` the path where
    a person stops this. Instants are told in `zone`, that of the office, by name.
    """
    lines = [gettext("Pengingat kewajiban kantor Anda.")]
    shown, left = 0, len(dues)
    for step, heading in HEADINGS.items():
        inside = sorted((due for due in dues if due.step == step), key=lambda due: (due.due_at, due.code, due.path))
        inside = inside[: MOST_NAMED - shown]
        shown, left = shown + len(inside), left - len(inside)
        lines += ["", str(heading)] * bool(inside)
        lines += [entry for due in inside for entry in _entry(due, base, language, zone)]
    lines += ["", gettext("Dan %(count)d lainnya; lihat Kotak di Sinergi.") % {"count": left}] * bool(left)
    lines += ["", gettext("Semua ini juga ada di Kotak Anda. Sudah dikerjakan? Nyatakan di halamannya.")]
    where = f"{base}{choice}" if base else gettext("Sinergi, Akun saya, Pengingat")
    lines += [gettext("Mengubah alamat atau berhenti menerima surel ini: %(where)s") % {"where": where}, ""]
    return "\n".join(lines)


def _entry(due: Due, base: str, language: str, zone: str) -> list[str]:
    title = line(due.title) or gettext("tindak lanjut rapat")
    said = [f"- {'LATIHAN ' if due.exercise else ''}{due.code} {title}"]
    said.append("  " + gettext("tenggat %(limit)s") % {"limit": say_limit(due.due_at, zone, language)})
    return [*said, f"  {base}{due.path}"] if base else said
