"""What may be said about the vulnerability of places, and what no reason may be. Pure."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Container, Sequence

from sinergi.features.risk.events import (
    LEVELS,
    ClassesSet,
    ClassesText,
    ClassRow,
    PlacesScored,
    ScoreRow,
    ScoresText,
)
from sinergi.features.risk.instruments import Instrument
from sinergi.kernel import canonical, places
from sinergi.kernel.errors import Refused
from sinergi.sheets.forbidden import identity_number_in

MOST_PLACES = 20_000
LONGEST_REASON = 300
SHORTEST_REASON = 10
FULL = 10_000

# Lawful protest is no disturbance (UU 9/1998), and whom people favour is nobody's business: neither may raise a class.
_PROTEST = re.compile(
    r"\b((ber|peng)?unjuk\s*rasa|pengunjuk|unras|(ber|di|men|pen)?demo(nstra\w*)?|(ber)?demonstra\w*"
    r"|(mem|di|pem)?protes\w*|aksi\s+(damai|massa)|(pe)?mogok(an)?\s+(kerja|makan|massal|buruh))\b",
    re.IGNORECASE,
)
_LEANING = re.compile(
    r"\b(partai|parpol|paslon|caleg|capres|cawapres|calon|pendukung\w*|simpatisan|oposisi|militan|fanatik|(relawan|kubu)\s+(pendukung|lawan|politik)|(dua|kedua|antar|salah\s+satu)\s*kubu"
    r"|basis\s+(massa|suara|dukungan|pemilih)|tim\s*sukses|pilihan\s+politik|afiliasi)\b",
    re.IGNORECASE,
)


def score(*, instrument: Instrument, rows: Sequence[ScoreRow], author_kind: str, author_region: str) -> PlacesScored:
    """The scores as a fact, or Refused with what is wrong."""
    if author_kind != instrument.side:
        raise Refused("Instrumen ini dinilai oleh instansi lain.", code="RAW-02", field="instrument")
    _check_codes([row.place for row in rows], digits=instrument.digits, author_region=author_region)
    if not all(len(row.values) == len(instrument.indicators) for row in rows):
        raise Refused("Jumlah nilai tidak sama dengan jumlah indikator instrumen ini.", code="RAW-06")
    if not all(_is_value(value, instrument) for row in rows for value in row.values):
        raise Refused("Nilai di luar skala instrumen ini.", code="RAW-07")
    if any(all(value is None for value in row.values) for row in rows):
        raise Refused("Isi paling sedikit satu indikator.", code="RAW-08")
    ordered = sorted(rows, key=lambda row: row.place)
    return PlacesScored(
        instrument=instrument.id,
        places=len(ordered),
        indicators=len(instrument.indicators),
        digest=digest_of(ordered),
        text=ScoresText(rows=list(ordered)),
    )


def classify(
    *, rows: Sequence[ClassRow], author_kind: str, author_region: str, set_by: str, known: Container[str]
) -> ClassesSet:
    """The classes as a fact. `known` are the stations in force under the agreement."""
    if author_kind != "police":
        raise Refused("Kelas kerawanan ditetapkan Polri.", code="RAW-11")
    if not set_by.strip():
        raise Refused("Kelas ditetapkan oleh orang yang bernama.", code="RAW-12")
    _check_codes([row.code for row in rows], digits=13, author_region=author_region)
    strange = next((row.code for row in rows if row.code not in known), None)
    if strange is not None:
        raise Refused("TPS %(code)s tidak ada dalam daftar TPS perjanjian ini.", code="RAW-13", words={"code": strange})
    for row in rows:
        refuse_reason(row.reason)
        if row.level not in LEVELS:
            raise Refused("Pilih salah satu dari empat kelas.", code="RAW-14", field="level")
    ordered = sorted(
        (ClassRow(code=row.code, level=row.level, reason=row.reason.strip()) for row in rows), key=lambda row: row.code
    )
    counted = Counter(row.level for row in ordered)
    return ClassesSet(
        **{level: counted[level] for level in LEVELS},
        digest=digest_of(ordered),
        text=ClassesText(set_by=set_by.strip(), rows=ordered),
    )


def refuse_reason(reason: str) -> None:
    """Raise Refused where `reason` is none: too short, or of a kind that may not decide about a place."""
    words = reason.strip()
    if not SHORTEST_REASON <= len(words) <= LONGEST_REASON:
        raise Refused(
            "Tulis alasan kelas ini, %(least)d sampai %(most)d huruf.",
            code="RAW-15",
            field="reason",
            words={"least": SHORTEST_REASON, "most": LONGEST_REASON},
        )
    if found := _PROTEST.search(words):
        raise Refused(
            "Unjuk rasa yang sah bukan alasan kerawanan (“%(found)s”). Tulis kejadian yang melanggar hukum, bila ada.",
            code="RAW-16",
            field="reason",
            words={"found": found[0]},
        )
    if found := _LEANING.search(words):
        raise Refused(
            "Pilihan atau dukungan politik bukan alasan kerawanan (“%(found)s”). Tulis keadaan tempatnya.",
            code="RAW-17",
            field="reason",
            words={"found": found[0]},
        )
    if identity_number_in(words):
        raise Refused("Alasan tidak memuat NIK atau NKK.", code="RAW-18", field="reason")


def total(instrument: Instrument, values: Sequence[int | None]) -> tuple[int | None, int]:
    """The score in hundredths (0 to 10,000; None where nothing that counts is known), and how many values are known.

    Of one instrument alone: nothing here adds up different instruments.
    """
    known = sum(value is not None for value in values)
    weighed = [
        (one.weight, value)
        for one, value in zip(instrument.indicators, values, strict=False)
        if value is not None and one.weight
    ]
    weight = sum(one for one, _ in weighed)
    return (sum(one * value for one, value in weighed) // weight if weight else None), known


def digest_of(rows: Sequence[ScoreRow] | Sequence[ClassRow]) -> str:
    """SHA-256 in hex over the canonical rows, as they stand."""
    return hashlib.sha256(b"sinergi risk\n" + canonical.encode(list(rows))).hexdigest()


def scores_agree(rows: Sequence[ScoreRow], *, stated: PlacesScored, region: str) -> bool:
    """Whether the erasable rows are the ones the header counts, of places in the author's region."""
    codes = [row.place for row in rows]
    return (
        0 < len(rows) == stated.places <= MOST_PLACES
        and codes == sorted(set(codes))
        and all(_is_place(code) and places.lies_in(code, region) for code in codes)
        and all(len(row.values) == stated.indicators for row in rows)
        and all(value is None or 0 <= value <= FULL for row in rows for value in row.values)
        and digest_of(rows) == stated.digest
    )


def classes_agree(rows: Sequence[ClassRow], *, stated: ClassesSet, region: str) -> bool:
    """Whether the erasable rows are the ones the header counts, of stations in the author's region."""
    codes = [row.code for row in rows]
    counted = Counter(row.level for row in rows)
    return (
        0 < len(rows) <= MOST_PLACES
        and codes == sorted(set(codes))
        and all(len(code) == 13 and _is_place(code) and places.lies_in(code, region) for code in codes)
        and all(counted[level] == getattr(stated, level) for level in LEVELS)
        and digest_of(rows) == stated.digest
    )


def _check_codes(codes: Sequence[str], *, digits: int, author_region: str) -> None:
    if not codes:
        raise Refused("Berkas ini belum berisi tempat.", code="RAW-03")
    if len(codes) > MOST_PLACES:
        raise Refused("Paling banyak %(most)d tempat sekali kirim.", code="RAW-03", words={"most": MOST_PLACES})
    if len(set(codes)) != len(codes):
        raise Refused("Ada tempat yang tertulis dua kali.", code="RAW-04")
    if not all(len(code) == digits and _is_place(code) and places.lies_in(code, author_region) for code in codes):
        raise Refused("Ada tempat di luar wilayah kantor ini.", code="RAW-05")


def _is_place(code: str) -> bool:
    return len(code) in (4, 13) and code.isascii() and code.isdigit()


def _is_value(value: int | None, instrument: Instrument) -> bool:
    return value in (None, 0, FULL) if instrument.scale == "yes_no" else value is None or 0 <= value <= FULL
