"""What happens to an agreement in force: extension, suspension, resumption, end, and the steps of a dispute. Pure.

Articles 16 and 17 of the template: the working group has seven days, then the leaders of the parties seven, then the
offices above them; an extension is proposed at least thirty days before the last day.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection
from datetime import date, timedelta
from typing import Literal, Protocol

from sinergi.features.agreement.events import (
    ChangeKind,
    ChangeProposed,
    DisputeMoved,
    DisputeRaised,
    MatterAnswered,
    SettlementProposed,
)
from sinergi.features.agreement.rules import EARLIEST_SIGNING, LATEST_END, AgreedChange, Standing
from sinergi.features.agreement.rules.negotiation import said
from sinergi.kernel.errors import Refused
from sinergi.ledger.events import RecordKey

Step = Literal["working_group", "leaders", "above"]
STEPS: tuple[Step, ...] = ("working_group", "leaders", "above")

# What is stated while an agreement is suspended too: what concerns the agreement itself, what the law fixes without the
# parties (election days, holidays), and that a yes to data was taken back or data destroyed, which nobody may put off.
# Every other kind waits.
GOES_ON = ("agreement.", "negotiation.", "stages.", "data.destroyed", "data.grant_withdrawn", "erasure.")

STEP_DAYS = 7
NOTICE = timedelta(days=30)


def change_flaw(change: ChangeProposed) -> str:
    """The field whose days no such change can have, or nothing. Depends on the fact alone."""
    if not EARLIEST_SIGNING <= change.from_on <= LATEST_END:
        return "from_on"
    if change.change != "extension":
        return "" if change.ends_on is None else "ends_on"
    return "" if change.ends_on is not None and change.from_on <= change.ends_on <= LATEST_END else "ends_on"


def may_move(since: date, on: date) -> bool:
    """Whether a dispute may leave a step that it reached on the day `since`."""
    return since + timedelta(days=STEP_DAYS) <= on <= LATEST_END


def term_end(starts_on: date, *, years: int) -> date:
    """The last day of a term of whole years: the day before the anniversary, which of 29 February is 1 March."""
    year = starts_on.year + years
    if (starts_on.month, starts_on.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28)
    return starts_on.replace(year=year) - timedelta(days=1)


class Matter(Protocol):
    """What a rule needs to know of a change or a settlement that waits for an answer."""

    key: str
    agency: str


def propose_change(
    *,
    change: ChangeKind,
    from_on: date,
    ends_on: date | None,
    reason: str,
    standing: Standing,
    last_day: date,
    held: Collection[AgreedChange],
    open_changes: int,
    today: date,
) -> ChangeProposed:
    """Propose to extend, suspend, resume or end an agreement; Refused with the field that is wrong.

    `held`: the changes agreed to so far, in order; `open_changes`: how many proposals wait for an answer.
    """
    refuse_unless_running(standing)
    if open_changes:
        raise Refused("Masih ada usul yang belum dijawab. Selesaikan itu dahulu.", code="PKS-91", field="change")
    suspended = standing == "suspended"
    if change == "resumption" and not suspended:
        raise Refused("Perjanjian ini tidak sedang ditangguhkan.", code="PKS-92", field="change")
    if change == "suspension" and suspended:
        raise Refused("Perjanjian ini sudah ditangguhkan.", code="PKS-92", field="change")
    if change == "extension":
        if ends_on is None or not last_day < ends_on <= LATEST_END:
            raise Refused(
                "Hari terakhir yang baru harus sesudah yang sekarang, paling lambat tahun 2099.",
                code="PKS-93",
                field="ends_on",
            )
        if today + NOTICE > last_day:
            raise Refused(
                "Perpanjangan diusulkan paling lambat 30 hari sebelum berakhir. Buatlah adendum.", code="PKS-94"
            )
        from_on = last_day + timedelta(days=1)
    elif not today <= from_on <= last_day:
        raise Refused(
            "Hari mulainya harus sejak hari ini dan di dalam jangka waktu perjanjian.", code="PKS-95", field="from_on"
        )
    return ChangeProposed(
        change=change,
        from_on=from_on,
        ends_on=ends_on if change == "extension" else None,
        after=RecordKey([one.key for one in held][-1]) if held else None,
        text=said(reason, "Tulis alasannya."),
    )


def answer(
    matter: Matter, *, agency: str, answered: Collection[str], is_open: bool, agrees: bool, words: str
) -> MatterAnswered:
    """Agree to a change or a settlement of another party, or refuse it with a reason."""
    if matter.agency == agency:
        raise Refused("Usul sendiri dijawab pihak lain.", code="PKS-71")
    if agency in answered:
        raise Refused("Usul ini sudah dijawab kantor Anda.", code="PKS-96")
    if not is_open:
        raise Refused("Usul ini tidak lagi berlaku: yang lain sudah disepakati lebih dahulu.", code="PKS-97")
    text = said(words, "Tulis alasannya.") if words.strip() or not agrees else None
    return MatterAnswered(about=RecordKey(matter.key), agrees=agrees, text=text)


def raise_dispute(*, article: int, articles: int, words: str, standing: Standing, today: date) -> DisputeRaised:
    """Bring a disagreement before the working group, today."""
    refuse_unless_running(standing)
    if not 1 <= article <= articles:
        raise Refused("Pasal itu tidak ada dalam naskah ini.", code="PKS-70", field="article")
    text = said(words, "Tulis apa yang diperselisihkan.")
    return DisputeRaised(article=article, raised_on=today, text=text)


def move_dispute(*, at_step: str, step: Step, since: date, is_settled: bool, today: date) -> DisputeMoved:
    """Take a dispute one step up; `at_step` is the record by which it reached `step` on the day `since`."""
    if is_settled:
        raise Refused("Perselisihan ini sudah selesai.", code="PKS-98")
    if step == STEPS[-1]:
        raise Refused("Perselisihan ini sudah di tingkat terakhir.", code="PKS-99")
    if not may_move(since, today):
        raise Refused(
            "Tingkat ini diberi 7 hari; perselisihan dapat naik mulai %(day)s.",
            code="PKS-100",
            words={"day": f"{since + timedelta(days=STEP_DAYS):%d/%m/%Y}"},
        )
    return DisputeMoved(after=RecordKey(at_step), moved_on=today)


def settle(*, dispute: str, words: str, is_settled: bool, today: date) -> SettlementProposed:
    """Write down how a dispute ends; the other parties agree to it."""
    if is_settled:
        raise Refused("Perselisihan ini sudah selesai.", code="PKS-98")
    return SettlementProposed(
        dispute=RecordKey(dispute), settled_on=today, text=said(words, "Tulis bagaimana perselisihan ini selesai.")
    )


def refuse_unless_running(standing: Standing) -> None:
    """Refuse what needs an agreement that was signed and is not over."""
    if standing in ("draft", "waiting"):
        raise Refused("Perjanjian ini belum berlaku.", code="PKS-90")
    if standing in ("over", "ended"):
        raise Refused("Perjanjian ini sudah berakhir.", code="PKS-34")
