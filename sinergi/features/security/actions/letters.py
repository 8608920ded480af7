"""Drawing up formal letters: the words of a request or an answer in the official layout, then stating the letter."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sinergi.access.models import User
from sinergi.documents import Check, Item, Letter, Letterhead, Signature, letter_docx, letter_pdf
from sinergi.documents.numbers import counted, series_number
from sinergi.features.agreement import public as agreements
from sinergi.features.places import public as places
from sinergi.features.security import rules
from sinergi.features.security.actions.steps import issue_letter, letter_key, next_letter_number
from sinergi.features.security.events import Series
from sinergi.features.security.models import Request, Stationery
from sinergi.features.stages import public as stages
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import ZONES, say_date, say_day, say_instant, say_time
from sinergi.ledger import envelope
from sinergi.ledger.grades import grade
from sinergi.ledger.models import Entry
from sinergi.ledger.store import own_agency
from sinergi.ledger.writer import Receipt

ATTEMPTS = 5

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
    """Draw the letter up and state it.

    The number is taken inside the write lock, the files are drawn outside it: where somebody else took the number
    meanwhile, the letter is drawn again with the next one.
    """
    about = found.version
    if series == "request" and found.withdrawn_at is not None:
        # A letter that asks for what is no longer asked would send people out.
        raise Refused("Permohonan ini sudah ditarik; surat permohonannya tidak diterbitkan lagi.", code="PAM-97")
    if series == "answer":
        if found.answer is None:
            raise Refused("Surat jawaban terbit setelah permohonan dijawab.", code="PAM-92")
        about = found.answer.key
    for _attempt in range(ATTEMPTS):
        letter, number, year = draw_up(found, series=series, at=at, id=id, check_page=check_page)
        try:
            return issue_letter(
                id=id,
                by=by,
                at=at,
                request=found.key,
                about=about,
                series=series,
                number=number,
                year=year,
                written=letter.number,
                pdf=letter_pdf(letter),
                docx=letter_docx(letter),
            )
        except Refused as refusal:
            if refusal.code != "NUMBER-TAKEN":
                raise
    raise Refused("Banyak surat terbit bersamaan. Coba sekali lagi.", code="PAM-94")


def draw_up(found: Request, *, series: Series, at: datetime, id: str, check_page: str) -> tuple[Letter, int, int]:
    """The letter with the next free number; number and year apart. `check_page`: address of the check page."""
    own, paper = own_agency(), Stationery.objects.first() or Stationery()
    day = at.astimezone(ZONES["WIB"]).date()
    signature = _signature(found, series, paper)
    number = next_letter_number(found.agreement, series, day.year)
    pattern = paper.request_pattern if series == "request" else paper.answer_pattern
    written = series_number(pattern, number=number, day=day, regency=own.region[:4], exercise=found.exercise)
    key = letter_key(found.agreement, id)
    shown = check_page.removeprefix("https://").removeprefix("http://")
    parts = _request_parts(found) if series == "request" else _answer_parts(found)
    letter = Letter(
        letterhead=Letterhead(agency=tuple(paper.head) or (own.name.upper(),), address=paper.address),
        number=written,
        dateline=f"{paper.city or own.name}, {say_date(day)}",
        signature=signature,
        issued_at=at,
        classification="Terbatas" if found.is_restricted else "Biasa",
        urgency="Segera" if found.emergency else "",
        copies=tuple(paper.copies),
        check=Check(url=f"{check_page}{key}/", address=shown, code=key),
        evidence=f"Dibuat dari catatan {found.code}. Bukti saat dicetak: {_evidence(found, series)}.",
        fingerprint=groups(_leaf_of(found, series)),
        exercise=found.exercise,
        **parts,
    )
    return letter, number, day.year


def _signature(found: Request, series: Series, paper: Stationery) -> Signature:
    """Who signs: the head of the office, or the Plh who gave the answer, by name."""
    office = paper.office or "Pimpinan"
    if series == "answer" and found.answer is not None and found.answer.acting:
        entry = Entry.objects.filter(key=found.answer.key).first()
        actor = envelope.parse(bytes(entry.data)).header.actor if entry else None
        person = User.objects.filter(actor_id=actor.id).first() if actor else None
        if person is not None:
            rank = " ".join(part for part in (person.title, person.service_number) if part)
            return Signature(acting="Plh.", office=office, name=person.name, rank=rank)
    if not paper.signer.strip():
        raise Refused("Nama penanda tangan belum ada. Isi dahulu halaman Kop surat.", code="PAM-95")
    return Signature(office=office, name=paper.signer, rank=paper.rank)


def _request_parts(found: Request) -> dict[str, Any]:
    police = agreements.agency_name(agreements.partner_of(found.agreement))
    items = [
        Item("Kegiatan", found.activity or "–"),
        Item("Hari, tanggal", _days(found.starts_at, found.ends_at)),
        Item("Pukul", f"{say_time(found.starts_at)} sampai {say_time(found.ends_at)} WIB"),
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
            Item("Hari, tanggal", _days(answer.starts_at, answer.ends_at)),
            Item("Pukul", f"{say_time(answer.starts_at)} sampai {say_time(answer.ends_at)} WIB"),
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
    due = rules.answer_due(found, stages.holidays(found.agreement))
    if found.emergency:
        return say_instant(due)
    # Midnight belongs to the day it ends.
    return say_day((due - timedelta(minutes=1)).astimezone(ZONES["WIB"]).date())


def _basis(found: Request) -> str:
    return agreements.basis(found.agreement, agreements.article_for(found.agreement, "security") or 5, 1)


def _days(starts_at: datetime, ends_at: datetime) -> str:
    first, last = starts_at.astimezone(ZONES["WIB"]).date(), ends_at.astimezone(ZONES["WIB"]).date()
    return say_day(first) if first == last else f"{say_day(first)} sampai {say_day(last)}"


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


def groups(fingerprint: str) -> str:
    """Five groups of four, enough to compare by eye."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, min(20, len(fingerprint)), 4))
