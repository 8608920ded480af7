"""What an order made of a draft would say, and what the papers of a signed one share. Reads; nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from sinergi.features.agreement import public as agreements
from sinergi.features.letters import public as letters
from sinergi.features.orders import papers, plans, rules
from sinergi.features.orders.events import (
    OrderText,
)
from sinergi.features.orders.models import Duty, DutyLetter, DutyOrder, OrderDraft
from sinergi.features.orders.public import SERIES
from sinergi.features.people import public as people
from sinergi.features.places import public as places
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import say_instant
from sinergi.kernel.words import spaced
from sinergi.ledger.models import Agency
from sinergi.ledger.rows import own_zone


class Assembled(msgspec.Struct, frozen=True, kw_only=True):
    """What an order made of a draft now would say."""

    text: OrderText
    digest: str
    standing: list[rules.Standing]
    new: int


def assemble(draft: OrderDraft, *, at: datetime) -> Assembled:
    """What the order would say. Raises Refused with the first thing that is missing."""
    guarded = plans.guarded(draft.plan)
    standing = standing_of(draft.replaces)
    number = letters.next_number(SERIES["duty"], at=at, exercise=letters.is_exercise())
    codes = {row.post[:6] for row in guarded} | {row.post[:10] for row in guarded}
    text = rules.assemble(
        guarded,
        people={one.code: one for one in people.officers()},
        units={one.code: one.name for one in people.units()},
        commanders=draft.commanders,
        places=places.area_names(codes),
        standing=standing,
        first=(number.year, number.number),
        words={
            "activity": draft.activity,
            "operation": draft.operation,
            "basis": draft.basis.splitlines(),
            "tasks": draft.tasks.splitlines(),
            "situation": draft.situation,
            "phone": draft.phone,
        },
    )
    rules.refuse_words(text)
    _refuse_elsewhere(text, replaces=draft.replaces)
    return Assembled(text=text, digest=rules.digest_of(text), standing=standing, new=rules.new_letters(text, standing))


def standing_of(order: str) -> list[rules.Standing]:
    """The duties of an order whose letters are good."""
    if not order:
        return []
    known = {code: (year, number) for code, year, number in letters_held(order)}
    return [
        rules.Standing(
            letter=known[duty.letter],
            officer=duty.officer,
            post=duty.post,
            stations=tuple(duty.stations),
            starts_at=duty.starts_at,
            ends_at=duty.ends_at,
            commander=duty.commander,
        )
        for duty in Duty.objects.filter(order=order)
        if duty.letter in known
    ]


def roster_rows(order: DutyOrder, agreement: str) -> list[Any]:
    """What the commission of that agreement is told: its own regency, least data."""
    region = region_of(agreement)
    return rules.roster(Duty.objects.filter(order=order.key), region=region) if region else []


def region_of(agreement: str) -> str:
    """The regency of the commission; empty where it is not known."""
    partner = Agency.objects.filter(id=agreements.partner_of(agreement)).first()
    return partner.region[:4] if partner is not None and partner.kind == "kpu" and partner.region.isdigit() else ""


def duties_of(order: DutyOrder) -> list[Duty]:
    """Its annex by name, in its order. Raises Refused where the words were erased."""
    if not order.is_readable:
        raise Refused("Isi surat perintah ini sudah dihapus.", code="SPR-27")
    return list(Duty.objects.filter(order=order.key).order_by("place"))


def issue_of(order: DutyOrder) -> papers.Issue:
    """What the papers of a signed order share."""
    assert order.words is not None, "its words are here"
    before = DutyOrder.objects.filter(key=order.replaces).values_list("sprin_written", flat=True).first()
    how = "dengan kunci sandi" if order.is_own_key else "dengan faktor kedua"
    signature = letters.signature(Actor(id=order.actor, office=order.office, acting=order.acting))
    return papers.Issue(
        **_shared(order.words, activity=order.activity or "", at=order.issued_at),
        signature=msgspec.structs.replace(
            signature, electronic=(f"Ditandatangani secara elektronik {how}", say_instant(order.issued_at, own_zone()))
        ),
        sprin=order.sprin_written,
        renpam=order.renpam_written,
        fingerprint=spaced(order.digest[:20]),
        written={
            code: written
            for code, written in DutyLetter.objects.filter(held_by=order.key).values_list("code", "written")
        }
        | dict(DutyLetter.objects.filter(order=order.key).values_list("code", "written")),
        replaces=before or "",
        exercise=order.in_exercise,
    )


def issue_of_draft(draft: OrderDraft, made: Assembled, *, at: datetime) -> tuple[papers.Issue, list[Duty]]:
    """The same of an order that nobody has signed: KONSEP on every page, no number."""
    before = DutyOrder.objects.filter(key=draft.replaces).values_list("sprin_written", flat=True).first()
    words = {name: getattr(made.text, name) for name in ("operation", "basis", "tasks", "situation", "phone")}
    old = {
        code: written
        for code, written in DutyLetter.objects.filter(held_by=draft.replaces).values_list("code", "written")
    }
    codes = {(year, number): code for code, year, number in letters_held(draft.replaces)} if draft.replaces else {}
    issue = papers.Issue(
        **_shared(words, activity=made.text.activity, at=at),
        signature=letters.signature(),
        sprin="KONSEP",
        renpam="KONSEP",
        fingerprint=spaced(made.digest[:20]),
        written=old,
        replaces=before or "",
        exercise=letters.is_exercise(),
        draft=True,
    )
    return issue, Duty.of(made.text, order="", codes=codes)


def _shared(words: Mapping[str, Any], *, activity: str, at: datetime) -> dict[str, Any]:
    return {
        "letterhead": letters.letterhead(),
        "place": letters.dateline(at).rsplit(", ", 1)[0],
        "at": at,
        "zone": own_zone(),
        "copies": letters.copies(),
        "activity": activity,
        "operation": words["operation"],
        "basis": tuple(words["basis"]),
        "tasks": tuple(words["tasks"]),
        "situation": words["situation"],
        "phone": words["phone"],
    }


def challenge(draft: OrderDraft, *, digest: str, by: Actor) -> bytes:
    """What the official's device signs."""
    return rules.challenge(digest=digest, official=by.id, office=by.office, acting=by.acting, plan=draft.plan)


def letters_held(order: str) -> list[tuple[str, int, int]]:
    return list(DutyLetter.objects.filter(held_by=order, ended_at=None).values_list("code", "year", "number"))


def letters_made(order: str) -> list[tuple[str, int, int]]:
    return list(DutyLetter.objects.filter(order=order).values_list("code", "year", "number"))


def _refuse_elsewhere(text: OrderText, *, replaces: str) -> None:
    """Nobody is sent to two places by two orders in force."""
    others = {row.key: row.sprin_written for row in DutyOrder.objects.exclude(key=replaces) if row.state == "in_force"}
    held: dict[str, list[Duty]] = {}
    for duty in Duty.objects.filter(order__in=others):
        held.setdefault(duty.officer, []).append(duty)
    for row in text.rows:
        for duty in held.get(row.officer, ()):
            if duty.starts_at < row.ends_at and row.starts_at < duty.ends_at:
                raise Refused(
                    "%(name)s sudah ditugaskan pada waktu itu dengan %(order)s. Ganti atau cabut surat perintah itu.",
                    code="SPR-17",
                    words={"name": row.name, "order": others[duty.order]},
                )
