"""What an office decides about its letters. Each decides inside the writer, from rows read there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sinergi.features.letters import public, rules
from sinergi.features.letters.models import PatternChange, Stationery
from sinergi.features.letters.rules import Numbering
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import day_of
from sinergi.ledger.writer import run


def set_letterhead(**given: Any) -> None:
    """How letters look from now on; those that were issued keep theirs. Keywords are the columns of Stationery."""
    run(lambda: Stationery.objects.update_or_create(pk=_pk(), defaults=given))


def change_pattern(*, by: Actor, at: datetime, series: str, pattern: str, first: int, seen: int) -> None:
    """Number letters to come by another pattern, or from another number. `seen`: the change that the page showed.

    `first` is the number to begin at this year, 0 for the one after the last. Raises Refused.
    """

    def task() -> None:
        if seen != last_change(series):
            raise Refused(
                "Seri ini diubah orang lain sejak halaman dibuka. Muat ulang, baca yang baru, lalu ubah.", code="NOM-07"
            )
        wanted = judge(series, pattern=pattern, first=first, at=at)
        PatternChange.objects.create(
            series=series,
            pattern=wanted.pattern,
            first=wanted.first,
            year=wanted.year,
            changed_at=at,
            actor=by.id,
            office=by.office,
        )

    run(task)


def judge(code: str, *, pattern: str, first: int, at: datetime) -> Numbering:
    """What the series would be numbered by. Raises Refused where that could repeat a number, or changes nothing."""
    known = {one.code: one for one in public.own_series()}
    if code not in known:
        raise Refused("Seri ini tidak dikenal di kantor ini.", code="NOM-08")
    wanted = Numbering(pattern=pattern, first=first, year=day_of(at).year)
    rules.change(
        code,
        wanted,
        now=public.numbering(known[code]),
        others={one.code: (str(one.label), public.numbering(one).pattern) for one in known.values()},
        letters=[letter for one in known.values() for letter in public.written(one)],
        exercise=public.is_exercise(),
        regency=public.regency(),
    )
    return wanted


def last_change(series: str) -> int:
    """The number of the last change of a series; 0 where nobody changed it."""
    return PatternChange.objects.filter(series=series).order_by("-pk").values_list("pk", flat=True).first() or 0


def _pk() -> int:
    return Stationery.objects.values_list("pk", flat=True).first() or 1
