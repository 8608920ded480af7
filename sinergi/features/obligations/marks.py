"""Which time an obligation is due, by its mark alone, as people say it. What a mark is made of: `due.py`."""

from __future__ import annotations

import re
from datetime import date

from django.utils.dateformat import format as formatted
from django.utils.translation import get_language, gettext

from sinergi.features.stages import public as stages

_PERIOD = re.compile(r"(?P<year>[0-9]{4})(?:-(?:W(?P<week>[0-9]{2})|Q(?P<quarter>[1-4])|(?P<month>[0-9]{2})))?")
_STAGE = re.compile(r"(?P<stage>[A-Za-z0-9_]+)\.(?:starts|ends)[+-][0-9]+")


def said(mark: str) -> str:
    """H-7; pekan 48 tahun 2026; Februari 2024; setelah kampanye. What happened once has a record as its mark."""
    if mark.startswith("H"):
        return mark
    stage = _STAGE.fullmatch(mark)
    if stage:
        return gettext("setelah %(stage)s") % {"stage": stage_name(stage["stage"])}
    try:
        if period := _PERIOD.fullmatch(mark):
            return _period(period)
        return formatted(date.fromisoformat(mark), "l, j F Y")
    except ValueError:
        return gettext("satu kejadian")


def stage_name(code: str) -> str:
    """The stage by name; its code where the calendar does not have it."""
    english = (get_language() or "id").startswith("en")
    for stage in stages.stage_list():
        if stage.code == code:
            return (stage.name_en if english else stage.name).lower()
    return code


def _period(found: re.Match[str]) -> str:
    year = found["year"]
    if found["week"]:
        return gettext("pekan %(week)s tahun %(year)s") % {"week": int(found["week"]), "year": year}
    if found["quarter"]:
        return gettext("triwulan %(quarter)s tahun %(year)s") % {"quarter": found["quarter"], "year": year}
    if found["month"]:
        return formatted(date(int(year), int(found["month"]), 1), "F Y")
    return gettext("tahun %(year)s") % {"year": year}
