"""Drawing up formal letters: the words of a request or an answer in the official layout, then stating the letter."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sinergi.documents import Item, Letter, letter_docx, letter_pdf
from sinergi.documents.numbers import counted
from sinergi.features.agreement import public as agreements
from sinergi.features.letters import public as letters
from sinergi.features.places import public as places
from sinergi.features.security import rules
from sinergi.features.security.actions.steps import issue_letter
from sinergi.features.security.events import Series
from sinergi.features.security.models import Request
from sinergi.features.security.public import LETTERS
from sinergi.features.stages import public as stages
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import day_of, say_day, say_instant, say_time
from sinergi.kernel.words import spaced
from sinergi.ledger import envelope
from sinergi.ledger.grades import grade
from sinergi.ledger.models import Entry
from sinergi.ledger.writer import Receipt

# Letters are Indonesian whatever the screen speaks.
_RISKS = {
    "crowd": "massa",
    "road": "jalan rusak atau longsor",
    "no_signal": "tanpa sinyal",
    "dispute": "sengketa",
    "night": "malam hari",
    "weather": "cuaca",
    "threat": "ancaman",
}


def send_letter(*, id: str, by: Actor, at: datetime, found: Request, series: Series, check_page: str) -> Receipt:
    """Draw the letter up and state it."""
    if series == "request" and found.withdrawn_at is not None:
        # A letter that asks for what is no longer asked would send people out.
        raise Refused("Permohonan ini sudah ditarik; surat permohonannya tidak diterbitkan lagi.", code="PAM-97")
    if series == "answer" and found.answer is None:
        raise Refused("Surat jawaban terbit setelah permohonan dijawab.", code="PAM-92")
    about = found.answer.key if series == "answer" and found.answer else found.version

    def drawn(number: letters.Number) -> tuple[bytes, bytes]:
        letter = draw_up(found, series=series, number=number, at=at, id=id, check_page=check_page)
        return letter_pdf(letter), letter_docx(letter)

    def state(number: letters.Number, files: tuple[bytes, bytes]) -> Receipt:
        pdf, docx = files
        return issue_letter(
            id=id, by=by, at=at, request=found.key, about=about, series=series, number=number, pdf=pdf, docx=docx
        )

    return letters.issue(LETTERS[series], at=at, exercise=found.exercise, draw=drawn, state=state)


def draw_up(
    found: Request, *, series: Series, number: letters.Number, at: datetime, id: str, check_page: str
) -> Letter:
    """The letter with that number. `check_page`: address of the check page."""
    key = letters.letter_key(found.agreement, id)
    parts = _request_parts(found) if series == "request" else _answer_parts(found)
    return Letter(
        letterhead=letters.letterhead(),
        number=number.written,
        dateline=letters.dateline(at),
        signature=letters.signature(_answered_by(found) if series == "answer" else None),
        issued_at=at,
        classification="Terbatas" if found.is_restricted else "Biasa",
        urgency="Segera" if found.emergency else "",
        copies=letters.copies(),
        check=letters.check(check_page, key),
        evidence=f"Dibuat dari catatan {found.code}. Bukti saat dicetak: {_evidence(found, series)}.",
        fingerprint=spaced(_leaf_of(found, series)[:20]),
        exercise=found.exercise,
        **parts,
    )


def _answered_by(found: Request) -> envelope.Official | None:
    """Who gave the answer."""
    entry = Entry.objects.filter(key=found.answer.key).first() if found.answer is not None else None
    return envelope.parse(bytes(entry.data)).header.actor if entry else None


def _request_parts(found: Request) -> dict[str, Any]:
    police = agreements.agency_name(agreements.partner_of(found.agreement))
    items = [
        Item("Kegiatan", found.activity or "–"),
        *_hours(found, found.starts_at, found.ends_at),
        Item("Tempat", f"{found.place or '–'}, {places.area_name(found.region)}"),
        *([Item("Tujuan", _destination(found))] if found.destination or found.to_region else []),
        *([Item("Peserta", f"nomor urut {found.contestant}")] if found.contestant else []),
        Item("Perkiraan orang", counted(found.people, "orang")),
        Item("Kekuatan yang dimohon", _force(found.officers, found.vehicles)),
        *([Item("Perkiraan kerawanan", ", ".join(_RISKS[risk] for risk in found.risks))] if found.risks else []),
        *(
            [Item("Narahubung", f"{found.contact_name} {found.contact_phone or ''}".strip())]
            if found.contact_name
            else []
        ),
    ]
    return {
        "subject": "Permohonan bantuan pengamanan",
        "addressee": (f"Yth. Kepala {police}", "u.p. Kepala Bagian Operasi", "di tempat"),
        "opening": (
            f"Dasar: {_basis(found)}.",
            "Sehubungan dengan dasar tersebut, kami mohon bantuan pengamanan untuk kegiatan berikut:",
        ),
        "items": tuple(items),
        "closing": (
            f"Sesuai perjanjian, jawaban kami harapkan paling lambat {_until(found)}."
            " Atas perhatian dan kerja sama Saudara, kami ucapkan terima kasih.",
        ),
    }


def _answer_parts(found: Request) -> dict[str, Any]:
    answer = found.answer
    assert answer is not None, "an answer letter is drawn from an answer"
    said = {
        "agreed": "kami menyanggupi permohonan Saudara",
        "adjusted": "kami menawarkan penyesuaian atas permohonan Saudara",
        "partly": "kami menyanggupi sebagian permohonan Saudara",
        "refused": "kami belum dapat memenuhi permohonan Saudara",
    }[answer.decision]
    items = [Item("Permohonan", f"{found.code}, {found.activity or '–'}")]
    if answer.decision != "refused" and answer.starts_at and answer.ends_at:
        items += [
            *_hours(found, answer.starts_at, answer.ends_at),
            Item("Kekuatan", _force(answer.officers, answer.vehicles)),
        ]
    if found.sprin_number:
        items.append(Item("Surat perintah", f"{found.sprin_number}, {found.unit or ''}".strip(", ")))
    return {
        "subject": "Jawaban permohonan bantuan pengamanan",
        "addressee": (f"Yth. Ketua {agreements.agency_name(found.agency)}", "di tempat"),
        "opening": (f"Dasar: {_basis(found)}.", f"Sehubungan dengan dasar tersebut, {said}:"),
        "items": tuple(items),
        "closing": tuple(line for line in (answer.sentence or "", "Demikian untuk menjadi maklum.") if line.strip()),
    }


def _destination(found: Request) -> str:
    area = places.area_name(found.to_region) if found.to_region else ""
    return ", ".join(part for part in (found.destination, area) if part)


def _force(officers: int, vehicles: int) -> str:
    """12 (dua belas) petugas, 3 (tiga) kendaraan."""
    said = counted(officers, "petugas")
    return f"{said}, {counted(vehicles, 'kendaraan')}" if vehicles else said


def _until(found: Request) -> str:
    zone = agreements.zone_of(found.agreement)
    due = rules.answer_due(found, stages.holidays(found.agreement), zone=zone)
    if found.emergency:
        return say_instant(due, zone)
    # Midnight belongs to the day it ends.
    return say_day(day_of(due - timedelta(minutes=1), zone))


def _basis(found: Request) -> str:
    return agreements.basis(found.agreement, agreements.article_for(found.agreement, "security") or 5, 1)


def _hours(found: Request, starts_at: datetime, ends_at: datetime) -> list[Item]:
    zone = agreements.zone_of(found.agreement)
    first, last = day_of(starts_at, zone), day_of(ends_at, zone)
    days = say_day(first) if first == last else f"{say_day(first)} sampai {say_day(last)}"
    hours = f"{say_time(starts_at, zone)} sampai {say_time(ends_at, zone)} {zone}"
    return [Item("Hari, tanggal", days), Item("Pukul", hours)]


def _evidence(found: Request, series: Series) -> str:
    key = found.version if series == "request" or found.answer is None else found.answer.key
    strong = grade(key)
    if strong.word == "witnessed":
        return f"disaksikan {strong.witnessed}/{strong.of}"
    return {"arrived": "sampai", "stamped": "berstempel waktu"}.get(strong.word, "ditandatangani")


def _leaf_of(found: Request, series: Series) -> str:
    key = found.version if series == "request" or found.answer is None else found.answer.key
    entry = Entry.objects.filter(key=key).first()
    return bytes(entry.leaf).hex() if entry else ""
