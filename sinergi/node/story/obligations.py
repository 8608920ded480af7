"""The story's obligations: a list both sides agree on, and dues in every state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import actions, template
from sinergi.features.obligations.events import Past
from sinergi.features.obligations.models import History, Minutes, ObligationList, Statement
from sinergi.features.obligations.public import Board, Line
from sinergi.kernel.actors import Actor
from sinergi.kernel.instants import ZONES
from sinergi.ledger.models import Agency, Agreement

COUNTED_SINCE = timedelta(days=32)
# What the binder holds: what was told, obligation, days before the list counts, days after that it was done, number.
PAST: tuple[tuple[Any, str, int, int | None, str, str], ...] = (
    ("addendum", "", 400, None, "L-05a/PR.07-PKS/{year}", "Memperpanjang jangka waktu"),
    ("kept", "M-01", 213, 0, "L-NOT/11/{year}", "Rakor di Mapolres"),
    ("kept", "M-01", 182, 0, "L-NOT/12/{year}", ""),
    ("missed", "M-01", 151, None, "", "Ketua dan Kapolres berganti bulan itu"),
    ("kept", "M-01", 121, 6, "L-NOT/14/{year}", "Tertunda karena banjir"),
    ("kept", "M-01", 90, 0, "L-NOT/15/{year}", ""),
    ("kept", "D-02", 60, -2, "L-21/PL.02/{year}", "Daftar TPS sementara"),
    ("released", "D-03", 45, 0, "L-B/88/X/{year}", "Belum ada pengiriman logistik"),
    ("kept", "H-01", 75, 0, "L-DH/1/{year}", "Bimtek bersama tahun lalu"),
)

Maker = Callable[..., str]
Person = Callable[[str], Actor]


def propose(now: datetime, *, made: Maker, person: Person) -> None:
    """A commission proposes the template's list."""
    for agreement in Agreement.objects.filter(opened=False).values_list("id", flat=True):
        commission, police = agreements.sides(agreement)
        items, titles = template.items_for(agreements.articles_of(agreement), commission=commission, police=police)
        actions.propose_list(
            id=made(agreement, "obligations"),
            by=person("sekretaris"),
            at=now - timedelta(days=28),
            agreement=agreement,
            items=items,
            titles=titles,
            counts_from=(now - COUNTED_SINCE).astimezone(ZONES["WIB"]).date(),
            remark="Hitungan hari memakai contoh; kita tinjau lagi pada rakor.",
        )


def agree(now: datetime, *, made: Maker, person: Person) -> None:
    """The Kapolres agrees to both lists."""
    for row in ObligationList.objects.order_by("key"):
        actions.answer_list(
            id=made(row.key, "agree"),
            by=person("kapolres"),
            at=now - timedelta(days=27),
            list_key=row.key,
            agrees=True,
        )


def report(now: datetime, *, made: Maker, person: Person) -> None:
    """A commission states the coordination meetings that were held."""
    for agreement in Agreement.objects.filter(opened=False).values_list("id", flat=True):
        for count, line in enumerate(_past(agreement, "M-01", now)[-3:]):
            held = line.occurrence.due_at - timedelta(days=2)
            if count == 1:
                continue
            _state(
                made,
                agreement,
                line,
                "done",
                f"Rakor di aula KPU, notula L-NOT/{count + 1}/{held:%m/%Y}, hadir kedua pihak.",
                by=person("sekretaris"),
                at=min(held, now - timedelta(hours=30)),
            )


def remember(now: datetime, *, made: Maker, person: Person) -> None:
    """A commission tells what happened under the paper before the list counts, as its binder has it."""
    counts_from = (now - COUNTED_SINCE).astimezone(ZONES["WIB"]).date()
    for row in ObligationList.objects.order_by("key"):
        known = {item.code for item in row.items()}
        told: list[tuple[Past, str, str]] = []
        for what, code, days, done, number, remark in PAST:
            on = counts_from - timedelta(days=days)
            entry = Past(told=what, code=code, on=on, done_on=None if done is None else on + timedelta(days=done))
            told += [(entry, number.format(year=on.year), remark)] * (not code or code in known)
        actions.state_history(
            id=made(row.agreement, "history"),
            by=person("sekretaris"),
            at=now - timedelta(days=26),
            agreement=row.agreement,
            list_key=row.key,
            entries=[entry for entry, _number, _remark in told],
            numbers=[number for _entry, number, _remark in told],
            remarks=[remark for _entry, _number, remark in told],
            on=(now - timedelta(days=26)).astimezone(ZONES["WIB"]).date(),
        )


def confirm_history(now: datetime, *, made: Maker, person: Person) -> None:
    """The Kapolres confirms what Tapsel told; what Paluta told still waits."""
    for row in History.objects.order_by("key"):
        if _code(row.agreement) == "kpu-tapsel":
            actions.answer_history(
                id=made(row.key, "history"),
                by=person("kapolres"),
                at=now - timedelta(days=25),
                history=row.key,
                agrees=True,
            )


def minute(now: datetime, *, made: Maker, person: Person) -> None:
    """A commission states the minutes of an evaluation, with a decision for each side."""
    today = now.astimezone(ZONES["WIB"]).date()
    for agreement in Agreement.objects.filter(opened=False).values_list("id", flat=True):
        commission, police = agreements.sides(agreement)
        decisions = [
            ("Kirim ulang kelas kerawanan TPS dengan alasannya", police, 2),
            ("Serahkan denah gudang dan jalur keluar masuk", commission, 4),
        ]
        actions.state_minutes(
            id=made(agreement, "minutes"),
            by=person("sekretaris"),
            at=now - timedelta(hours=30),
            agreement=agreement,
            held_on=today - timedelta(days=2),
            meeting="evaluation",
            words="Anev tahap kampanye di aula KPU. Kewajiban yang terlambat dibahas satu per satu.",
            decisions=[
                actions.Decision(title=title, debtors=[debtor], due_on=today + timedelta(days=days))
                for title, debtor, days in decisions
            ],
            on=today,
        )


def sign(now: datetime, *, made: Maker, person: Person) -> None:
    """The police sign the minutes."""
    for row in Minutes.objects.order_by("key"):
        actions.answer_minutes(
            id=made(row.key, "sign"), by=person("kabagops"), at=now - timedelta(hours=20), minutes=row.key, agrees=True
        )


def answer(now: datetime, *, made: Maker, person: Person) -> None:
    """The police confirm the first meeting, ask to be released from one due, and state a training."""
    for statement in Statement.objects.filter(statement="done").order_by("stated_at", "key"):
        first = Statement.objects.filter(agreement=statement.agreement).order_by("stated_at", "key").first()
        if first is not None and first.key == statement.key:
            actions.answer_statement(
                id=made(statement.key, "confirm"),
                by=person("kabagops"),
                at=statement.stated_at + timedelta(hours=20),
                statement=statement.key,
                agrees=True,
            )
    for place, agreement in enumerate(
        sorted(Agreement.objects.filter(opened=False).values_list("id", flat=True), key=_code)
    ):
        training = _past(agreement, "H-01", now)
        if training:
            words = "Bimtek Pam TPS di Mapolres, 214 peserta, daftar hadir L-DH/3."
            _state(made, agreement, training[-1], "done", words, by=person("kabagops"), at=now - timedelta(days=4))
        meetings = [line for line in _past(agreement, "M-01", now) if line.found.state == "late"]
        if meetings and place == 0:
            words = "Pekan itu seluruh pejabat mengikuti gelar pasukan di Polda."
            _state(made, agreement, meetings[-1], "release", words, by=person("kabagops"), at=now - timedelta(days=3))
        classes = _past(agreement, "D-05", now)
        if classes and place == 1:
            words = "Peta kelas kerawanan menunggu persetujuan Polda; kami minta dibebaskan dari H-30."
            _state(made, agreement, classes[-1], "release", words, by=person("kabagops"), at=now - timedelta(days=2))


def close(now: datetime, *, made: Maker, person: Person) -> None:
    """Tapsel consents to the release; Paluta disputes a meeting that it says was never held."""
    for statement in Statement.objects.filter(statement="release").order_by("key"):
        if _code(statement.agreement) == "kpu-tapsel":
            actions.answer_statement(
                id=made(statement.key, "consent"),
                by=person("sekretaris"),
                at=now - timedelta(days=2),
                statement=statement.key,
                agrees=True,
                words="Disetujui, hanya untuk pekan itu.",
            )
            continue
        late = [line for line in _past(statement.agreement, "M-01", now) if line.found.state == "late"]
        if late:
            words = "Rapat pekan itu tidak jadi karena undangan tidak dijawab."
            _state(made, statement.agreement, late[0], "dispute", words, by=person("ketua"), at=now - timedelta(days=1))


def _past(agreement: str, code: str, now: datetime) -> list[Line]:
    """The dues of one obligation whose day has come, earliest first."""
    return [line for line in Board(agreement, at=now).lines if line.item.code == code and line.occurrence.due_at < now]


def _state(made: Maker, agreement: str, line: Line, statement: Any, words: str, **given: Any) -> None:
    actions.state_about(
        id=made(agreement, line.item.code, line.occurrence.mark, statement),
        agreement=agreement,
        statement=statement,
        code=line.item.code,
        mark=line.occurrence.mark,
        words=words,
        **given,
    )


def _code(agreement: str) -> str:
    """The commission's code of an agreement."""
    commission, _ = agreements.sides(agreement)
    return Agency.objects.get(id=commission).code
