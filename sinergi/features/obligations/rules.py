"""When a list of obligations may be proposed and agreed to, and who may state and answer what. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

from sinergi.features.obligations.events import (
    EvaluationIssued,
    ListText,
    Meeting,
    MinutesAnswered,
    MinutesStated,
    MinutesText,
    ObligationAnswered,
    ObligationsProposed,
    ObligationStated,
    Statement,
    Words,
)
from sinergi.kernel import succession
from sinergi.kernel.errors import Refused
from sinergi.kernel.obligation import FARTHEST_DAY, LONGEST_TITLE, Item, item_flaw, items_flaw
from sinergi.kernel.words import line, paragraphs
from sinergi.ledger.events import RecordKey

LONGEST_WORDS = 2_000
LONGEST_MINUTES = 8_000
LONGEST_MARK = 40
MOST_DECISIONS = 12
DECISION = re.compile(r"T-[0-9]{2}")
# The articles under which the parties meet, and the duty that signed minutes show (domain: M-01, M-02).
MEETINGS: dict[Meeting, tuple[int, str]] = {"coordination": (12, "M-01"), "evaluation": (13, "M-02")}
PERIOD = re.compile(r"tahun-[0-9]{4}|tahap-[a-z0-9_-]{1,40}")
LARGEST_NUMBER, LONGEST_WRITTEN = 999_999, 80
_HASH = re.compile(r"[0-9a-f]{64}")
_MARK = re.compile(r"[A-Za-z0-9_.:+-]{1,40}")


class ObligationList(Protocol):
    """What a rule needs to know of a list of obligations."""

    key: str
    agency: str
    replaces: str

    @property
    def agreed_ids(self) -> list[str]: ...

    @property
    def returned_ids(self) -> list[str]: ...


class Holding(Protocol):
    """A list that holds, or held: agreed on by itself or signed with a text."""

    @property
    def began(self) -> date:
        """The first day on which it, or one before it, counted."""

    def since(self, code: str) -> date:
        """The day from which this obligation counts."""

    def items(self) -> list[Item]:
        """Its obligations."""


def counting(items: Sequence[Item], counts_from: date, before: Holding | None) -> dict[str, date]:
    """Since when each obligation of a list counts that was signed while `before` held, by code.

    One that binds the same parties with the same dues goes on as it was; one that is new or changed begins.
    """
    known = {} if before is None else {item.code: item for item in before.items()}
    return {
        item.code: before.since(item.code)
        if before is not None and _binds(item) == _binds(known.get(item.code))
        else counts_from
        for item in items
    }


def _binds(item: Item | None) -> object:
    return None if item is None else (set(item.debtors), set(item.creditors), item.dues)


class Stated(Protocol):
    """What a rule needs to know of a statement about one due."""

    key: str
    agency: str
    statement: str

    @property
    def answered_ids(self) -> list[str]: ...


def propose(
    *,
    items: Sequence[Item],
    titles: dict[str, str],
    remark: str,
    counts_from: date,
    parties: Iterable[str],
    term: tuple[date, date],
    replaces: str = "",
) -> ObligationsProposed:
    """The proposed list, or Refused with the sentence for what is wrong. `term`: the agreement's first and last day."""
    if not term[0] <= counts_from <= term[1]:
        raise Refused("Hari mulai dihitung harus di dalam jangka waktu perjanjian.", code="KWJ-01", field="counts_from")
    proposed = ObligationsProposed(
        items=list(items),
        counts_from=counts_from,
        replaces=RecordKey(replaces) if replaces else None,
        text=ListText(titles={code: line(title) for code, title in titles.items()}, remark=paragraphs(remark)),
    )
    if not items:
        raise Refused("Pilih sedikitnya satu kewajiban.", code="KWJ-02", field="items")
    for item in items:
        wrong = item_flaw(item, set(parties))
        if wrong:
            raise Refused(wrong, code="KWJ-03", field=item.code)
        if not 0 < len(line(titles.get(item.code, ""))) <= LONGEST_TITLE:
            raise Refused("Setiap kewajiban butuh nama, paling panjang 160 huruf.", code="KWJ-04", field=item.code)
    if list_flaw(proposed, set(parties)):
        raise Refused("Kode kewajiban tidak boleh kembar.", code="KWJ-05", field="items")
    if len(remark) > LONGEST_WORDS:
        raise Refused("Catatan paling panjang 2.000 huruf.", code="KWJ-06", field="remark")
    return proposed


def list_flaw(proposed: ObligationsProposed, parties: set[str]) -> str:
    """What no honest form gives, or nothing. Depends on the fact and the agreement's parties alone."""
    return items_flaw(proposed.items, parties) if proposed.items else "it holds nothing"


def in_force(
    lists: Iterable[ObligationList], parties: Iterable[str], *, start: str = ""
) -> tuple[list[str], list[str]]:
    """The keys of the lists that came to hold after `start`, in order, and of those that lost to the last of them.

    Only lists that every party stands behind; which of them follows which: `sinergi.kernel.succession`. `start`: the
    text last signed with obligations; only lists made from those hold, and they themselves where none was.
    """
    everybody = set(parties)
    agreed = [(one.key, one.replaces) for one in lists if everybody <= {one.agency, *one.agreed_ids}]
    return succession.holding(agreed, start=start)


def answer_list(
    found: ObligationList, *, agency: str, holding: str, agrees: bool, words: str = ""
) -> ObligationAnswered:
    """Agree to another party's list, or send it back with a reason."""
    if found.agency == agency:
        raise Refused("Usul sendiri dijawab pihak lain.", code="KWJ-11")
    if agency in found.agreed_ids or agency in found.returned_ids:
        raise Refused("Usul ini sudah Anda jawab.", code="KWJ-12")
    if agrees and found.replaces != holding:
        raise Refused(
            "Usul ini dibuat dari daftar yang tidak berlaku lagi. Minta usul baru dari daftar yang berlaku.",
            code="KWJ-13",
        )
    return _answer(found.key, agrees, words, "Tulis apa yang perlu diperbaiki.")


def state(
    item: Item | None,
    *,
    list_key: str,
    agency: str,
    statement: Statement,
    mark: str,
    known_marks: Iterable[str],
    words: str,
) -> ObligationStated:
    """State that one due was done, ask to be released from it, or dispute it."""
    if item is None or mark not in set(known_marks):
        raise Refused("Kewajiban atau tenggat ini tidak ada dalam daftar yang berlaku.", code="KWJ-21")
    if statement == "dispute" and agency not in item.creditors:
        raise Refused("Hanya pihak yang berhak yang dapat menyengketakan.", code="KWJ-22")
    if statement != "dispute" and agency not in item.debtors:
        raise Refused("Hanya pihak yang wajib yang dapat menyatakan ini.", code="KWJ-23")
    said = paragraphs(words)
    if not said:
        asked = "Tulis apa yang dikerjakan dan di mana buktinya." if statement == "done" else "Tulis alasannya."
        raise Refused(asked, code="KWJ-24", field="words")
    if len(said) > LONGEST_WORDS:
        raise Refused("Paling panjang 2.000 huruf.", code="KWJ-25", field="words")
    return ObligationStated(
        of_list=RecordKey(list_key), statement=statement, code=item.code, mark=mark, text=Words(words=said)
    )


def answer_statement(
    found: Stated, item: Item | None, *, agency: str, agrees: bool, words: str = ""
) -> ObligationAnswered:
    """Confirm or refuse what the debtor stated; the one who disputes takes the dispute back."""
    if item is None:
        raise Refused("Kewajiban atau tenggat ini tidak ada dalam daftar yang berlaku.", code="KWJ-21")
    if agency in found.answered_ids:
        raise Refused("Pernyataan ini sudah Anda jawab.", code="KWJ-31")
    if found.statement == "dispute":
        if agency != found.agency or agrees:
            raise Refused("Sengketa ditarik oleh pihak yang mengajukannya.", code="KWJ-32")
        return _answer(found.key, agrees, words, "Tulis bagaimana sengketa ini selesai.")
    if agency == found.agency or agency not in {*item.creditors, *item.debtors}:
        raise Refused("Pernyataan ini dijawab pihak yang berhak.", code="KWJ-33")
    return _answer(found.key, agrees, words, "Tulis alasannya.")


def state_minutes(
    *,
    held_on: date,
    meeting: Meeting,
    decisions: Sequence[Item],
    titles: dict[str, str],
    words: str,
    parties: Iterable[str],
    on: date,
) -> MinutesStated:
    """The minutes of a meeting, told on the day `on`, or Refused with the sentence for what is wrong."""
    said = paragraphs(words)
    if held_on > on:
        raise Refused("Rapat ini belum berlangsung.", code="KWJ-41", field="held_on")
    if not said or len(said) > LONGEST_MINUTES:
        raise Refused("Tulis isi rapat, paling panjang 8.000 huruf.", code="KWJ-42", field="words")
    called = {code: line(title) for code, title in titles.items()}
    if any(not 0 < len(called.get(item.code, "")) <= LONGEST_TITLE for item in decisions):
        raise Refused("Setiap keputusan butuh nama, paling panjang 160 huruf.", code="KWJ-43", field="words")
    stated = MinutesStated(
        held_on=held_on, meeting=meeting, decisions=list(decisions), text=MinutesText(words=said, titles=called)
    )
    wrong = minutes_flaw(stated, set(parties))
    if wrong:
        raise Refused(wrong, code="KWJ-44", field="words")
    return stated


def minutes_flaw(stated: MinutesStated, parties: set[str]) -> str:
    """The sentence for impossible minutes, or nothing."""
    codes = [item.code for item in stated.decisions]
    if len(codes) > MOST_DECISIONS or len(set(codes)) != len(codes):
        return "Satu notula memuat paling banyak 12 keputusan, masing-masing dengan kode sendiri."
    for item in stated.decisions:
        days = [due.on for due in item.dues if due.rule == "once" and due.on is not None]
        if not DECISION.fullmatch(item.code) or len(days) != len(item.dues) or item.article not in (12, 13):
            return "Tindak lanjut butuh satu hari jatuh tempo."
        if any(not 0 <= (day - stated.held_on).days <= FARTHEST_DAY for day in days):
            return "Tindak lanjut jatuh tempo pada atau sesudah hari rapat."
        if wrong := item_flaw(item, parties):
            return wrong
    return ""


def answer_minutes(
    key: str, *, author: str, answered: Iterable[str], agency: str, agrees: bool, is_taken: bool, words: str = ""
) -> MinutesAnswered:
    """Sign another party's minutes, or send them back with a reason. `is_taken`: a decision's code holds already."""
    if author == agency:
        raise Refused("Notula sendiri ditandatangani pihak lain.", code="KWJ-45")
    if agency in set(answered):
        raise Refused("Notula ini sudah Anda jawab.", code="KWJ-46")
    if agrees and is_taken:
        raise Refused("Nomor tindak lanjut ini sudah dipakai notula lain. Minta notula baru.", code="KWJ-47")
    said = paragraphs(words)
    if not agrees and not said:
        raise Refused("Tulis apa yang perlu diperbaiki.", code="KWJ-34", field="words")
    if len(said) > LONGEST_WORDS:
        raise Refused("Paling panjang 2.000 huruf.", code="KWJ-25", field="words")
    return MinutesAnswered(minutes=RecordKey(key), agrees=agrees, text=Words(words=said) if said else None)


def may_sign_minutes(
    *, agency: str, returned: Iterable[str], sealed: Iterable[str], is_taken: bool, is_whole: bool
) -> None:
    """Refused where an official of `agency` cannot sign the minutes with their own key.

    `returned` and `sealed`: agencies that sent them back, and whose official signed; `is_whole`: the words are here.
    """
    if agency in set(sealed):
        raise Refused("Notula ini sudah ditandatangani pejabat kantor Anda.", code="KWJ-51")
    if agency in set(returned):
        raise Refused("Kantor ini sudah mengembalikan notula itu. Minta notula baru.", code="KWJ-52")
    if is_taken:
        raise Refused("Nomor tindak lanjut ini sudah dipakai notula lain. Minta notula baru.", code="KWJ-47")
    if not is_whole:
        raise Refused(
            "Isi notula belum sampai atau sudah dihapus; yang tidak terbaca tidak ditandatangani.", code="KWJ-53"
        )


def is_mark(mark: str) -> bool:
    """Whether `mark` could name a due."""
    return _MARK.fullmatch(mark) is not None


def _answer(about: str, agrees: bool, words: str, missing: str) -> ObligationAnswered:
    said = paragraphs(words)
    if not agrees and not said:
        raise Refused(missing, code="KWJ-34", field="words")
    if len(said) > LONGEST_WORDS:
        raise Refused("Paling panjang 2.000 huruf.", code="KWJ-25", field="words")
    return ObligationAnswered(about=RecordKey(about), agrees=agrees, text=Words(words=said) if said else None)


def evaluation_flaw(event: EvaluationIssued) -> bool:
    """Whether this can be no report that was issued."""
    return not (
        PERIOD.fullmatch(event.period)
        and 0 < event.number <= LARGEST_NUMBER
        and 2000 <= event.year <= 2100
        and 0 < len(event.written) <= LONGEST_WRITTEN
        and line(event.written) == event.written
        and _HASH.fullmatch(event.pdf_hash)
        and _HASH.fullmatch(event.docx_hash)
    )
