"""What another election calendar, or other holidays, change of the obligations of one agreement."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from django.urls import reverse
from django.utils.translation import gettext

from sinergi.features.obligations.due import hangs
from sinergi.features.obligations.public import Board, Line, boards
from sinergi.features.obligations.views import words
from sinergi.features.obligations.views.board import url_of
from sinergi.features.stages import public as stages


def moved(agreement_ids: list[str], calendar: stages.Calendar, decided_on: date, at: datetime) -> list[stages.Move]:
    """Every due that moves, appears or disappears; what hangs on a stage that is gone blocks the calendar."""
    found = []
    for board in boards(agreement_ids, at=at):
        calendars = stages.calendars_of(board.agreement)
        # Nothing else can change, and most obligations hang on no election day.
        hanging = [item for item in board.items if hangs(item)]
        was = board.lines_by(calendars, hanging)
        will = board.lines_by([*calendars, (decided_on, calendar)], hanging)
        found += _blocked(board, calendars[-1][1], calendar) if calendars else []
        found += _compared(board.agreement, was, will)
    return found


def moved_by_holidays(agreement: str, closures: stages.Closures, at: datetime) -> list[stages.Move]:
    """Every due that other holidays move."""
    board, calendars = Board(agreement, at=at), stages.calendars_of(agreement)
    return _compared(agreement, board.lines, board.lines_by(calendars, board.items, closures))


def _compared(agreement: str, old: list[Line], new: list[Line]) -> list[stages.Move]:
    was, will = _open(old), _open(new)
    found = []
    for key, line in (will | was).items():
        one, other = was.get(key), will.get(key)
        before = one.found.occurrence.last_day if one else None
        after = other.found.occurrence.last_day if other else None
        if before == after:
            continue
        kind: Literal["moves", "new", "gone"] = "moves" if one and other else "new" if other else "gone"
        found.append(
            stages.Move(
                kind=kind,
                agreement=agreement,
                what=f"{line.item.code} {line.title}, {words.mark(line.occurrence)}",
                before=before,
                after=after,
                url=url_of(agreement, one.occurrence) if one else "",
            )
        )
    return found


def _open(lines: list[Line]) -> dict[tuple[str, str], Line]:
    return {
        (line.item.code, line.found.occurrence.mark): line
        for line in lines
        if line.found.state not in ("met", "released")
    }


def _blocked(board: Board, before: stages.Calendar, after: stages.Calendar) -> list[stages.Move]:
    names = {stage.code: stage.name for stage in before.stages}
    gone = names.keys() - {stage.code for stage in after.stages}
    found = []
    for item in board.items:
        for stage in sorted({due.stage for due in item.dues if due.rule == "stage"} & gone):
            pattern = gettext(
                "Kewajiban %(code)s bergantung pada tahapan %(stage)s yang tidak ada dalam kalender baru. "
                "Sepakati dulu daftar kewajiban tanpa tahapan itu."
            )
            found.append(
                stages.Move(
                    kind="gone",
                    agreement=board.agreement,
                    what=f"{item.code} {board.titles[item.code]}",
                    url=reverse("obligations:list", args=[board.agreement]),
                    blocks=pattern % {"code": item.code, "stage": names[stage]},
                )
            )
    return found
