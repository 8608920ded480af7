"""What is asked of the capacitated p-median: read, put into whole units, and whether the demands can be packed."""

from __future__ import annotations

import math
import operator
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sinergi.kernel.errors import Refused
from sinergi.planning.compiled import compiled
from sinergi.planning.model import Floats, Integers

MOST_POINTS = 10_000
# So large that sums of so many still are numbers.
LARGEST = 1e303
# Room for rounding where demands have no common unit.
SLACK = 1e-9


class Instance(NamedTuple):
    """What was asked, checked. `need` and `room` are whole multiples of one unit of demand where `whole` says so."""

    coordinates: Floats
    demand: Floats
    capacity: Floats
    need: Floats
    room: Floats
    whole: bool
    medians: int


def read(coordinates: npt.ArrayLike, demand: npt.ArrayLike, capacity: npt.ArrayLike, medians: int) -> Instance:
    """The input as arrays. Raises Refused where it has no meaning or where it is plain that nothing can fit."""
    at = _numbers(coordinates, "coordinates")
    if at.size == 0:
        raise Refused("Belum ada satu titik pun.", code="MED-1", field="coordinates")
    if at.ndim != 2 or at.shape[1] != 2:
        raise Refused("Koordinat harus berupa pasangan x dan y untuk tiap titik.", code="MED-2", field="coordinates")
    n = len(at)
    if n > MOST_POINTS:
        raise Refused(
            "Ada %(points)d titik; paling banyak %(most)d sekaligus. Bagi menurut wilayah.",
            code="MED-3",
            field="coordinates",
            words={"points": n, "most": MOST_POINTS},
        )
    if np.abs(at).max() > 1e150:
        raise Refused("Koordinat terlalu besar untuk dihitung.", code="MED-2", field="coordinates")
    needs, rooms = _numbers(demand, "demand"), _numbers(capacity, "capacity")
    if rooms.ndim == 0:
        rooms = np.full(n, float(rooms))
    for given, field in ((needs, "demand"), (rooms, "capacity")):
        if given.shape != (n,):
            raise Refused(
                "Kebutuhan dan kapasitas harus satu bilangan untuk tiap titik; titiknya %(points)d.",
                code="MED-5",
                field=field,
                words={"points": n},
            )
        if given.min() < 0:
            raise Refused(
                "Titik nomor %(point)d: kebutuhan dan kapasitas tidak boleh kurang dari 0.",
                code="MED-6",
                field=field,
                words={"point": int(given.argmin())},
            )
        if given.max() > LARGEST:
            raise Refused(
                "Titik nomor %(point)d: kebutuhan dan kapasitas paling besar %(most)s.",
                code="MED-6",
                field=field,
                words={"point": int(given.argmax()), "most": f"{LARGEST:g}"},
            )
    count = whole_number(medians, "medians", least=1)
    if count > n:
        raise Refused(
            "Diminta %(medians)d pusat, padahal titiknya hanya %(points)d.",
            code="MED-7",
            field="medians",
            words={"medians": count, "points": n},
        )
    largest = np.sort(rooms)[::-1][:count]
    slack = 1.0 + SLACK
    if needs.max() > largest[0] * slack:
        raise Refused(
            "Tidak mungkin: titik nomor %(point)d butuh %(need)s, lebih dari kapasitas terbesar (%(room)s).",
            code="MED-INFEASIBLE",
            field="demand",
            words={"point": int(needs.argmax()), "need": f"{needs.max():.15g}", "room": f"{largest[0]:.15g}"},
        )
    need, room, whole = _units(needs, rooms)
    most = math.fsum(np.sort(room)[::-1][:count])
    if math.fsum(need) > (most if whole else most * slack):
        raise Refused(
            "Tidak mungkin: seluruh kebutuhan %(need)s, padahal %(medians)d pusat terbesar menampung paling banyak "
            "%(room)s.",
            code="MED-INFEASIBLE",
            field="medians",
            words={
                "need": f"{math.fsum(needs):.15g}",
                "medians": count,
                "room": f"{math.fsum(largest):.15g}",
            },
        )
    return Instance(at, needs, rooms, need, room, whole, count)


def _numbers(given: npt.ArrayLike, field: str) -> Floats:
    """An own array of finite numbers."""
    try:
        if np.iscomplexobj(given):
            raise TypeError("complex numbers")
        taken = np.array(given, dtype=np.float64, order="C")
    except (TypeError, ValueError, OverflowError) as problem:
        raise Refused("Isi harus bilangan, sama banyak untuk tiap titik.", code="MED-4", field=field) from problem
    if not np.isfinite(taken).all():
        raise Refused("Ada isi yang kosong atau bukan bilangan biasa.", code="MED-4", field=field)
    return taken


def whole_number(given: Any, field: str, *, least: int) -> int:
    """A whole number, at least `least`."""
    try:
        number = operator.index(given)
    except TypeError as problem:
        raise Refused("Banyaknya harus bilangan bulat.", code="MED-7", field=field) from problem
    if isinstance(given, bool) or number < least:
        raise Refused("Banyaknya paling sedikit %(least)d.", code="MED-7", field=field, words={"least": least})
    return number


def _units(demand: Floats, capacity: Floats) -> tuple[Floats, Floats, bool]:
    """Demand and capacity as multiples of one unit, so that sums are exact: 0.1 + 0.2 fits into 0.3, nothing else does.

    A number means the shortest decimal that names it. Where no common unit keeps the sum below 2**50, they stay as
    they are and loads are added up in float64.
    """
    # More room than everybody needs is no more use, and may be astronomically large.
    capped = np.minimum(capacity, math.fsum(demand) * 2 + 1)
    decimals = [Decimal(repr(float(number))) for number in demand]
    places = max(0, *(-int(number.normalize().as_tuple().exponent) for number in decimals))
    units = [int(number.scaleb(places)) for number in decimals]
    step = math.gcd(*units) or 1
    if sum(units) // step >= 2**50:
        return demand, capped, False
    most = 2 * sum(units) // step + 1
    rooms = [min(most, int(Decimal(repr(float(number))).scaleb(places)) // step) for number in capped]
    return np.array([unit // step for unit in units], np.float64), np.array(rooms, np.float64), True


@compiled
def pack(need: Floats, room: Floats, bins: Integers, branches: int) -> int:
    """Put items (largest first) into `room`; 1 when `bins` says how, 0 when there is no way, -1 when not decided.

    Depth first, first fit; of bins with the same room left only the first is tried, and bins too full for the smallest
    item count as lost.
    """
    n, p = need.shape[0], room.shape[0]
    left = room.copy()
    rest = np.zeros(n + 1)
    for i in range(n - 1, -1, -1):
        rest[i] = rest[i + 1] + need[i]
    bins[:] = -1
    i = 0
    while i >= 0:
        if i == n:
            return 1
        branches -= 1
        if branches < 0:
            return -1
        b = bins[i]
        if b >= 0:
            left[b] += need[i]
        usable = 0.0
        for c in range(p):
            if left[c] >= need[n - 1]:
                usable += left[c]
        following = -1
        if usable >= rest[i]:
            for c in range(b + 1, p):
                if left[c] < need[i]:
                    continue
                seen = False
                for e in range(c):
                    seen = seen or left[e] == left[c]
                if not seen:
                    following = c
                    break
        bins[i] = following
        if following < 0:
            i -= 1
        else:
            left[following] -= need[i]
            i += 1
    return 0


def fits(demand: Floats, capacity: float) -> bool:
    """Whether demands fit, as decimals."""
    return sum((Decimal(repr(float(one))) for one in demand), Decimal(0)) <= Decimal(repr(float(capacity)))
