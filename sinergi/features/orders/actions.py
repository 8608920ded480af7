"""What people can do about orders. Each decides inside the writer, from rows read there."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from sinergi.documents.batch import Work
from sinergi.features.agreement import public as agreements
from sinergi.features.letters import public as letters
from sinergi.features.orders import drawing, making, papers, plans, rules
from sinergi.features.orders.events import (
    IntelligenceAnnexed,
    IntelligenceText,
    LettersDrawn,
    OrderIssued,
    OrderRevoked,
    RosterStated,
    RosterText,
    RosterWithdrawn,
    WordsText,
)
from sinergi.features.orders.models import DrawnFile, Duty, DutyOrder, OrderDraft, Roster
from sinergi.features.orders.public import SERIES
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import now
from sinergi.kernel.words import line, paragraphs
from sinergi.ledger.events import RecordKey
from sinergi.ledger.store import own_agency
from sinergi.ledger.writer import Receipt, Writing, command, run

OBLIGATION = "D-06"
WORDS = ("activity", "operation", "basis", "tasks", "situation", "intelligence", "phone")


def begin_draft(*, by: Actor, at: datetime, plan: str, replaces: str = "") -> OrderDraft:
    """A draft of an order from that plan, with the usual words, or those of the order that it replaces."""
    if own_agency().kind != "police":
        raise Refused("Surat perintah hanya diterbitkan Polri.", code="SPR-01")
    if plans.info(plan) is None:
        raise Refused("Rencana ini tidak ada di kantor ini.", code="SPR-18", field="plan")
    before = DutyOrder.objects.filter(key=replaces).first() if replaces else None
    if replaces and (before is None or before.state != "in_force"):
        raise Refused("Surat perintah yang diganti tidak berlaku lagi.", code="SPR-19", field="replaces")
    said: dict[str, Any] = {
        "activity": "pengamanan TPS pada pemungutan dan penghitungan suara Pemilu",
        "basis": "\n".join(papers.BASIS),
        "tasks": "\n".join(papers.TASKS),
        "commanders": plans.usual_commanders(plan),
    }
    if before is not None and before.words is not None:
        said["activity"] = before.activity
        said |= {name: before.words[name] for name in ("operation", "situation", "phone")}
        said |= {name: "\n".join(before.words[name]) for name in ("basis", "tasks")}
        held = Duty.objects.filter(order=before.key).values_list("district", "commander").distinct()
        said["commanders"] = said["commanders"] | dict(held)
    return run(
        lambda: OrderDraft.objects.create(
            id=uuid.uuid4(), plan=plan, replaces=replaces, made_by=by.id, changed_at=at, **said
        )
    )


def change_draft(*, at: datetime, draft: uuid.UUID, words: Mapping[str, str], commanders: Mapping[str, str]) -> None:
    """Keep what was typed; a draft that was laid before the Kapolres is taken back by that."""

    def task() -> None:
        found = open_draft(draft)
        for name in WORDS:
            if name not in words:
                continue
            clean = paragraphs if name in ("basis", "tasks", "situation", "intelligence") else line
            setattr(found, name, clean(words[name]))
        found.commanders = {code: line(officer) for code, officer in commanders.items() if officer.strip()}
        found.changed_at, found.laid_at, found.returned_words = at, None, ""
        found.save()

    run(task)


def lay_draft(*, at: datetime, draft: uuid.UUID) -> None:
    """Lay the draft before the Kapolres; refused now where it could not be signed."""

    def task() -> None:
        found = open_draft(draft)
        making.assemble(found, at=at)
        found.laid_at, found.returned_words = at, ""
        found.save()

    run(task)


def return_draft(*, draft: uuid.UUID, words: str) -> None:
    """The Kapolres sends it back with a remark."""

    def task() -> None:
        found = open_draft(draft)
        if not words.strip():
            raise Refused("Tulis apa yang perlu diperbaiki.", code="SPR-21", field="words")
        found.laid_at, found.returned_words = None, line(words)[:500]
        found.save()

    run(task)


def drop_draft(*, draft: uuid.UUID) -> None:
    """Throw a draft away."""
    run(lambda: open_draft(draft).delete())


def open_draft(draft: uuid.UUID) -> OrderDraft:
    """The draft, if nobody has signed it. Raises Refused."""
    found = OrderDraft.objects.filter(id=draft, issued="").first()
    if found is None:
        raise Refused("Konsep ini sudah ditandatangani atau dibuang.", code="SPR-22")
    return found


@command
def issue_order(log: Writing, /, *, draft: str, digest: str, **signature: str) -> Receipt:
    """The Kapolres or Plh signs the order that was read (`digest`), and its letters get their numbers.

    `signature`: public, host, authenticator, client and signature of the official's own key, or nothing.
    """
    by, own = log.by, own_agency()
    assert by is not None, "an order has a person behind it"
    rules.may_sign(office=by.office, kind=own.kind)
    found = open_draft(uuid.UUID(draft))
    made = making.assemble(found, at=log.at)
    if made.digest != digest:
        raise Refused(
            "Surat perintah ini berubah sejak halaman dibuka. Muat ulang, baca yang baru, lalu tandatangani.",
            code="SPR-16",
        )
    if signature:
        over = making.challenge(found, digest=digest, by=by)
        if agreements.assertion_flaw(over, **signature):
            raise Refused("Tanda tangan perangkat tidak cocok dengan surat ini. Ulangi dari awal.", code="SPR-23")
    exercise = letters.is_exercise()
    sprin, renpam = (
        letters.next_block(SERIES[code], at=log.at, exercise=exercise, count=1) for code in ("sprin", "renpam")
    )
    block = letters.next_block(SERIES["duty"], at=log.at, exercise=exercise, count=made.new)
    rows = made.text.rows
    receipt = log.append(
        "",
        OrderIssued(
            plan=RecordKey(found.plan),
            year=block.first.year,
            sprin=sprin.first.number,
            sprin_written=sprin.first.written,
            renpam=renpam.first.number,
            renpam_written=renpam.first.written,
            first=block.first.number,
            letters=made.new,
            pattern=block.pattern,
            region=block.regency,
            exercise=exercise,
            starts_at=min(row.starts_at for row in rows),
            ends_at=max(row.ends_at for row in rows),
            posts=len(made.text.posts),
            stations=len({station for post in made.text.posts for station in post.stations}),
            officers=len({row.officer for row in rows}),
            over=len({row.officer for row in rows if row.over}),
            digest=digest,
            replaces=RecordKey(found.replaces) if found.replaces else None,
            kept=rules.kept_ranges(made.text, made.standing),
            text=made.text,
            **signature,
        ),
        cls="rahasia",
    )
    if found.intelligence:
        annex = IntelligenceAnnexed(order=RecordKey(receipt.key), text=IntelligenceText(words=found.intelligence))
        log.append("", annex, cls="rahasia")
    OrderDraft.objects.filter(pk=found.pk).update(issued=receipt.key, intelligence="")
    return receipt


@command
def revoke_order(log: Writing, *, order: str, words: str) -> Receipt:
    """The Kapolres or Plh takes an order back, with all its letters and what commissions were told."""
    assert log.by is not None, "a revocation has a person behind it"
    rules.may_sign(office=log.by.office, kind=own_agency().kind)
    found = _order(order)
    if found.state != "in_force":
        raise Refused("Surat perintah ini sudah diganti atau dicabut.", code="SPR-24")
    if not words.strip():
        raise Refused("Tulis alasan pencabutan.", code="SPR-25", field="words")
    receipt = log.append(
        "", OrderRevoked(order=RecordKey(order), text=WordsText(words=line(words)[:500])), cls="rahasia"
    )
    for agreement, roster in rosters_of(found.sprin_written).items():
        if roster.withdrawn_at is None and agreements.in_force(agreement):
            log.append(agreement, RosterWithdrawn(roster=RecordKey(roster.key)), obligation="", cls="terbatas")
    return receipt


@command
def tell_roster(log: Writing, *, order: str, agreement: str) -> Receipt:
    """Tell the commission of an agreement who guards its stations, by that order (D-06)."""
    found = _order(order)
    if found.state != "in_force":
        raise Refused("Surat perintah ini sudah diganti atau dicabut.", code="SPR-24")
    agreements.require(agreement, scope="data")
    rows = making.roster_rows(found, agreement)
    if not rows:
        raise Refused("Tidak ada TPS kabupaten itu dalam surat perintah ini.", code="SPR-26")
    text = RosterText(rows=rows)
    region = making.region_of(agreement)
    named = {
        duty.officer for duty in Duty.objects.filter(order=order) if any(s.startswith(region) for s in duty.stations)
    }
    stated = RosterStated(
        order=found.sprin_written,
        stations=len({row.station for row in rows}),
        officers=len(named),
        digest=rules.digest_of(text),
        text=text,
    )
    return log.append(agreement, stated, obligation=OBLIGATION, cls="terbatas")


def rosters_of(written: str) -> dict[str, Roster]:
    """What each commission was told by the order with that number, by agreement; the last one counts."""
    return {row.agreement: row for row in Roster.objects.filter(order=written, agency=own_agency().id).order_by("seq")}


def draw_letters(order: DutyOrder, *, by: Actor, check_page: str) -> None:
    """Draw every file of the order beside the pages; goes on where it was cut off. Raises Refused."""
    issue = making.issue_of(order)
    duties = making.duties_of(order)

    def work() -> Any:
        check = letters.check(check_page, order.key)
        yield Work(order.key, papers.duty_order(issue, duties, check=check))
        yield Work("renpam", papers.security_plan(issue, duties))
        for duty in duties:
            # A letter that goes on from the order before lies with that one.
            if duty.letter in issue.written and duty.letter in fresh:
                yield Work(duty.letter, papers.duty_letter(issue, duty, check=letters.check(check_page, duty.letter)))

    fresh = {code for code, _, _ in making.letters_made(order.key)}
    drawing.start(order.key, work(), finished=lambda: _finished(order.key, by))


def _finished(order: str, by: Actor) -> None:
    try:
        note_drawn(id=new_event_id(now()), by=by, at=now(), order=order)
    finally:
        connection.close()


@command
def note_drawn(log: Writing, *, order: str) -> Receipt:
    """Note the hash of every file, and state the hash of their list."""
    found = drawing.hashes(order)
    DrawnFile.objects.filter(order=order).delete()
    DrawnFile.objects.bulk_create(
        [DrawnFile(code=code, order=order, pdf_hash=hash) for code, hash in sorted(found.items()) if code != "renpam"],
        batch_size=500,
    )
    listed = "".join(f"{hash} {code}\n" for code, hash in sorted(found.items()))
    digest = hashlib.sha256(listed.encode()).hexdigest()
    return log.append("", LettersDrawn(order=RecordKey(order), files=len(found), digest=digest), cls="rahasia")


def _order(key: str) -> DutyOrder:
    found = DutyOrder.objects.filter(key=key).first()
    if found is None:
        raise Refused("Surat perintah ini tidak ada di kantor ini.", code="SPR-28")
    return found
