"""The evaluation report (laporan Anev, article 13) of one agreement over one period, as a letter ready to print."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec
from django.utils.translation import override

from sinergi.documents import Annex, Check, Column, Item, Letter, Signature, letter_pdf, page_count
from sinergi.features.agreement import public as agreements
from sinergi.features.letters import public as letters
from sinergi.features.obligations import standing
from sinergi.features.obligations.due import last_day
from sinergi.features.obligations.marks import stage_name
from sinergi.features.obligations.public import Board, Line, shape
from sinergi.features.obligations.views import words
from sinergi.features.stages import public as stages
from sinergi.kernel.instants import say_day, say_instant
from sinergi.ledger.rows import own_zone

# What fits on the one page beside shares of every article.
MOST_NAMED = 6


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """What a report covers: a year or a stage, both days inclusive; `code` names it in an address."""

    code: str
    name: str
    starts_on: date
    ends_on: date

    def of(self, lines: Iterable[Line]) -> list[Line]:
        """The dues whose last day lies in it."""
        return [line for line in lines if self.starts_on <= line.occurrence.last_day <= self.ends_on]


def periods(board: Board) -> list[Period]:
    """Every year and every stage in which something was due up to now, years first."""
    past = [line.occurrence.last_day for line in board.lines if line.occurrence.due_at <= board.at]
    years = sorted({day.year for day in past})
    found = [
        Period(code=f"tahun-{year}", name=str(year), starts_on=date(year, 1, 1), ends_on=date(year, 12, 31))
        for year in years
    ]
    calendar = stages.calendar_of(board.agreement)
    for stage in calendar.stages if calendar is not None else ():
        starts_on = stage.starts_on or stage.ends_on
        if not stage.is_reserve and any(starts_on <= day <= stage.ends_on for day in past):
            name = stage_name(stage.code)
            found.append(Period(code=f"tahap-{stage.code}", name=name, starts_on=starts_on, ends_on=stage.ends_on))
    return found


class Issuing(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a report one that is issued: its number, who signs it, where it is checked."""

    number: str
    signature: Signature
    check: Check


def _said(period: Period) -> str:
    return f"tahun {period.name}" if period.code.startswith("tahun-") else f"tahapan {period.name}"


def report(
    board: Board,
    info: agreements.AgreementInfo,
    period: Period,
    *,
    is_long: bool,
    issuing: Issuing | None = None,
    most_named: int = MOST_NAMED,
) -> Letter:
    """The report in Indonesian, on one page; with `is_long` every due follows in annexes. A draft without `issuing`."""
    with override("id"):
        lines = period.of(board.lines)
        whole = standing.tally((line.found for line in lines), at=board.at)
        missing = [line for line in lines if line.found.state == "late"]
        return Letter(
            letterhead=letters.letterhead(),
            number=issuing.number if issuing else "." * 24,
            subject=f"Laporan analisa dan evaluasi pelaksanaan perjanjian, {_said(period)}",
            dateline=letters.dateline(board.at),
            addressee=("Yth. Para Pihak:", *(agreements.agency_name(party) for party in board.parties)),
            opening=(
                f"Dasar: {info.title}, Nomor {' dan '.join(info.numbers)}.",
                f"Sampai {say_instant(board.at, own_zone())}, {_share(whole)}.",
            ),
            items=(*_by_party(board, lines), *_by_article(board, lines)),
            closing=(
                *_follow_up(missing, most_named),
                "Angka berasal dari catatan bertanda tangan para pihak. Yang dibebaskan dan yang disengketakan tidak "
                "dihitung; yang dikerjakan sesudah tenggat dihitung menyusul.",
            ),
            signature=issuing.signature if issuing else _draft_signature(),
            issued_at=board.at,
            attachments="1 (satu) berkas" if is_long else "",
            annexes=_annexes(lines) if is_long else (),
            # One page is for the parties; who else gets a copy gets it with the whole.
            copies=letters.copies() if is_long else (),
            check=issuing.check if issuing else None,
            exercise=info.exercise,
            draft=issuing is None,
        )


def drawn(
    board: Board,
    info: agreements.AgreementInfo,
    period: Period,
    *,
    is_long: bool,
    issuing: Issuing | None = None,
) -> tuple[Letter, bytes]:
    """The report and its PDF. The short one names as many dues that wait for somebody as its one page holds."""
    most = MOST_NAMED
    while True:
        letter = report(board, info, period, is_long=is_long, issuing=issuing, most_named=most)
        pdf = letter_pdf(letter)
        if is_long or most == 0 or page_count(pdf) == 1:
            return letter, pdf
        most -= 1


def _draft_signature() -> Signature:
    return letters.signature() if letters.has_signer() else Signature(office="Pimpinan", name="." * 36)


def _by_party(board: Board, lines: list[Line]) -> list[Item]:
    return [
        Item(agreements.short_name(party), _share(_tally(board, [one for one in lines if party in one.item.debtors])))
        for party in board.parties
    ]


def _by_article(board: Board, lines: list[Line]) -> list[Item]:
    return [
        Item(f"Pasal {number}", _share(_tally(board, [one for one in lines if one.item.article == number])))
        for number in sorted({line.item.article for line in lines})
    ]


def _tally(board: Board, lines: list[Line]) -> standing.Tally:
    return standing.tally((line.found for line in lines), at=board.at)


def _share(found: standing.Tally) -> str:
    if not found.due:
        return "belum ada kewajiban yang jatuh tempo"
    rest = [f"{found.afterwards} menyusul"] * bool(found.afterwards) + [f"{found.missing} belum"] * bool(found.missing)
    tail = f", {', '.join(rest)}" if rest else ""
    return f"{found.on_time} dari {found.due} kewajiban tepat waktu ({found.percent}%){tail}"


def _follow_up(missing: list[Line], most: int) -> list[str]:
    if not missing:
        return ["Tidak ada kewajiban yang terlewat tanpa dipenuhi dalam masa ini."]
    named = [
        f"{line.item.code} {line.title} ({_which(line)}), {words.parties(line.item)}, tenggat "
        f"{say_day(line.occurrence.last_day)}"
        for line in missing[:most]
    ]
    more = len(missing) - len(named)
    rest = [f"dan {more} lainnya" if named else f"{more} kewajiban yang terlewat, dirinci dalam laporan lengkap"]
    return [f"Perlu tindak lanjut: {'; '.join(named + rest * bool(more))}."]


def _annexes(lines: list[Line]) -> tuple[Annex, ...]:
    columns = (
        Column("Kode", 2),
        Column("Kewajiban", 8),
        Column("Wajib", 5),
        Column("Kali ini", 4),
        Column("Tenggat", 4),
        Column("Keadaan", 4),
        Column("Dikerjakan", 4),
    )
    rows = tuple(
        (
            line.item.code,
            line.title,
            words.parties(line.item),
            _which(line),
            f"{line.occurrence.last_day:%d-%m-%Y}",
            shape(line.found)[1],
            "–" if line.found.done_at is None else f"{last_day(line.found.done_at, line.occurrence.zone):%d-%m-%Y}",
        )
        for line in lines
    )
    return (Annex(title="Seluruh tenggat dalam masa ini", columns=columns, rows=rows, is_landscape=True),)


def _which(line: Line) -> str:
    # What happened is told in free words elsewhere; here its number is enough.
    return words.mark(line.occurrence).split(" ")[0] if line.occurrence.record else words.mark(line.occurrence)
