"""Who stands where by name: the rows of a kept plan, when they are on duty, and what a commander may order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast, get_args, get_type_hints

import msgspec

from sinergi.features.guard.events import OfficerOrdered, OrderText
from sinergi.features.guard.rules import posts, rows
from sinergi.kernel.errors import Refused
from sinergi.ledger.events import RecordKey
from sinergi.sheets.forbidden import identity_number_in

# Rules that a commander may go against, in writing. Health is none of them.
BENDING = cast(tuple[str, ...], get_args(get_type_hints(OfficerOrdered)["rule"]))
SHORTEST_REASON, LONGEST_REASON = 10, 300


class DutyHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When posts are guarded and who may: file `duty.json` of a plan. `starts_at` with its offset; hours."""

    starts_at: datetime
    hours: int = 12
    most_hours: int = 12
    rest_hours: int = 8
    oldest: int = 50

    @property
    def shifts(self) -> int:
        """How many follow each other at a post."""
        return -(-self.hours // self.most_hours)

    def of_shift(self, shift: int) -> tuple[datetime, datetime]:
        """From when until when the given shift (from 1) stands."""
        long = timedelta(hours=self.hours) / self.shifts
        return self.starts_at + (shift - 1) * long, self.starts_at + shift * long


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One officer at one post. `shift`: from 1, 0 where a commander ordered it; `metres`: the way there, one way."""

    officer: str
    name: str
    rank: str
    unit: str
    post: str
    shift: int
    starts_at: datetime
    ends_at: datetime
    metres: float
    is_pinned: bool = False
    is_ordered: bool = False


class Ordered(msgspec.Struct, frozen=True, kw_only=True):
    """A commander's order: who, where, against which rule, why, by whom, when."""

    officer: str
    post: str
    rule: str
    reason: str
    ordered_by: str
    ordered_at: datetime


def duty(files: Mapping[str, str]) -> DutyHours | None:
    """The hours of a plan by name; None for one without names."""
    return msgspec.json.decode(files["duty.json"], type=DutyHours) if "duty.json" in files else None


def people(files: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The officers a plan was made from, by code."""
    return {row["code"]: row for row in rows(files, "people.csv")} if "people.csv" in files else {}


def standing(files: Mapping[str, str], orders: Iterable[Ordered] = ()) -> list[Standing]:
    """Who stands where, by post, shift and code; empty for a plan without names."""
    hours = duty(files)
    if hours is None or "officers.csv" not in files:
        return []
    known = people(files)
    found = [
        _standing(
            known.get(row["officer"], {}),
            hours,
            officer=row["officer"],
            unit=row["unit"],
            post=row["post"],
            shift=int(row["shift"]),
            metres=float(row["metres"]),
            is_pinned=bool(known.get(row["officer"], {}).get("pinned_station")),
        )
        for row in rows(files, "officers.csv")
    ]
    for order in orders:
        row = known.get(order.officer, {})
        unit = row.get("unit_code", "")
        found.append(
            _standing(
                row, hours, officer=order.officer, unit=unit, post=order.post, shift=0, metres=0.0, is_ordered=True
            )
        )
    return sorted(found, key=lambda one: (one.post, one.shift, one.officer))


def _standing(row: Mapping[str, str], hours: DutyHours, *, shift: int, **more: Any) -> Standing:
    starts_at, ends_at = hours.of_shift(shift) if shift else (hours.starts_at, hours.of_shift(hours.shifts)[1])
    return Standing(
        name=row.get("name", ""), rank=row.get("rank", ""), shift=shift, starts_at=starts_at, ends_at=ends_at, **more
    )


def order(
    *,
    plan: str,
    files: Mapping[str, str],
    orders: Sequence[Ordered],
    officer: str,
    post: str,
    reason: str,
    ordered_by: str,
    author_kind: str,
    is_last: bool,
) -> OfficerOrdered:
    """A commander's order as a fact, or Refused with what stands against it."""
    if author_kind != "police":
        raise Refused("Rencana penjagaan hanya disimpan Polri.", code="JAG-01")
    if not is_last:
        raise Refused(
            "Rencana itu sudah digantikan versi lain. Buka versi terbarunya, lalu ubah dari sana.", code="JAG-06"
        )
    if not ordered_by.strip():
        raise Refused("Perintah ini diberikan oleh komandan yang bernama.", code="JAG-10")
    if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        raise Refused(
            "Tulis alasannya, %(least)d sampai %(most)d huruf.",
            code="JAG-11",
            field="reason",
            words={"least": SHORTEST_REASON, "most": LONGEST_REASON},
        )
    if identity_number_in(reason):
        raise Refused("Alasan tidak memuat NIK atau NKK.", code="JAG-12", field="reason")
    here = next((one for one in posts(files) if one.code == post), None)
    if officer not in people(files) or here is None:
        raise Refused("Personel atau posko itu tidak ada dalam rencana ini.", code="JAG-13")
    if any(one.officer == officer for one in standing(files, orders)):
        raise Refused(
            "Personel ini sudah bertugas dalam rencana. Untuk memindahkannya, pakai Tetapkan di posko lain.",
            code="JAG-14",
        )
    if sum(one.post == post for one in orders) >= here.missing:
        raise Refused("Posko itu tidak kekurangan personel.", code="JAG-15")
    rule = barring(files, officer, here.stations)
    if rule == "fit":
        raise Refused("Personel yang tercatat tidak dapat bertugas tidak dapat diperintahkan berjaga.", code="JAG-16")
    if rule not in BENDING:
        raise Refused(
            "Tidak ada batas yang menghalanginya di posko itu. Pakai Tetapkan di posko lain agar rencananya dihitung.",
            code="JAG-17",
        )
    return OfficerOrdered(
        plan=RecordKey(plan),
        rule=rule,  # type: ignore[arg-type]
        text=OrderText(officer=officer, post=post, reason=reason.strip(), ordered_by=ordered_by.strip()),
    )


def barring(files: Mapping[str, str], officer: str, guarded: Sequence[str]) -> str:
    """The first rule by which this officer may not stand at a post of these stations; empty where none does."""
    hours, row = duty(files), people(files).get(officer)
    if hours is None or row is None:
        return ""
    rested, worked = row.get("rested_hours", ""), int(row["hours_worked"])
    shut = (
        {(one["unit_code"], one["station_code"]) for one in rows(files, "closed.csv")} if "closed.csv" in files else ()
    )
    for rule, broken in (
        ("fit", row["fit"] != "ya"),
        ("age", int(row["age"]) > hours.oldest),
        ("rest", rested != "" and int(rested) < hours.rest_hours),
        ("hours", worked + hours.hours / hours.shifts > hours.most_hours),
        ("home", any(code[:10] == row["home_village_code"] for code in guarded)),
        ("closed", any((row["unit_code"], code) in shut for code in guarded)),
    ):
        if broken:
            return rule
    return ""
