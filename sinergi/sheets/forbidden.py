"""What no table may carry into Sinergi: voters by name, identity numbers, parties, candidates, votes.

The schema has no field for them; a file that carries them is refused as a whole, naming the column, so that
nobody learns to send such files. The same for words people type, and for counts of so few that they could be
recognised.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sinergi.sheets.columns import Cell, header_key, text_of

# Words of election material that contain a forbidden word and are harmless.
_HARMLESS = (
    "pemungutan_suara",
    "surat_suara",
    "kotak_suara",
    "bilik_suara",
    "penghitungan_suara",
)

_FORBIDDEN_WORDS = {
    "nik": "NIK",
    "nkk": "NKK",
    "ktp": "KTP",
    "kk": "kartu keluarga",
    "partai": "partai",
    "parpol": "partai",
    "party": "partai",
    "suara": "perolehan suara",
    "vote": "perolehan suara",
    "votes": "perolehan suara",
    "paslon": "calon",
    "caleg": "calon",
    "calon": "calon",
    "capres": "calon",
    "candidate": "calon",
    "candidates": "calon",
    "agama": "agama",
    "religion": "agama",
}

_FORBIDDEN_PHRASES = {
    "nama_pemilih": "nama pemilih",
    "pemilih_nama": "nama pemilih",
    "voter_name": "nama pemilih",
    "name_of_voter": "nama pemilih",
    "nama_kepala_keluarga": "nama pemilih",
    "kartu_keluarga": "kartu keluarga",
    "nomor_induk_kependudukan": "NIK",
    "no_induk": "NIK",
    "tempat_lahir": "kelahiran",
    "tanggal_lahir": "kelahiran",
    "tgl_lahir": "kelahiran",
    "birth": "kelahiran",
    "status_kawin": "status kawin",
}

# Fewer people than this could be recognised (design, decision 10).
FEW = 5

# Sixteen digits in a row are the form of NIK and NKK; no code of Sinergi has that length.
_SIXTEEN = re.compile(r"(?<![0-9.,])[0-9]{16}(?![0-9])(?![.,][0-9])")
_SEPARATED = re.compile(r"[0-9](?:[ .-]?[0-9]){15}")
# The same inside a sentence, with nothing that would make it longer: NIP of officials has eighteen.
_IN_WORDS = re.compile(r"(?<![0-9])(?<![0-9][ .-])[0-9](?:[ .-]?[0-9]){15}(?![ .-]?[0-9])")


def forbidden_header(header: str) -> str | None:
    """What makes this header forbidden, as a word for people, or None."""
    key = header_key(header)
    for phrase, why in _FORBIDDEN_PHRASES.items():
        if re.search(rf"(?:^|_){phrase}(?:_|$)", key):
            return why
    for harmless in _HARMLESS:
        key = key.replace(harmless, "")
    return next((_FORBIDDEN_WORDS[word] for word in key.split("_") if word in _FORBIDDEN_WORDS), None)


def holds_identity_number(cell: Cell) -> bool:
    """Whether the cell holds a number of sixteen digits, also one written in groups."""
    if isinstance(cell, float) and not cell.is_integer():
        return False
    text = text_of(cell)
    if len(text) < 16:
        return False
    if _SIXTEEN.search(text):
        return True
    compact = _SEPARATED.fullmatch(text.strip("'\" "))
    return compact is not None and not re.fullmatch(r"[0-9]{1,3}\.[0-9]+", text)


def identity_number_in(words: str) -> bool:
    """Whether the words hold a number like NIK or NKK: sixteen digits, also in groups, whose seventh to twelfth are a
    day of birth or of issue (women's days count from 41)."""
    for found in _IN_WORDS.finditer(words):
        digits = re.sub(r"[^0-9]", "", found[0])
        day, month = int(digits[6:8]), int(digits[8:10])
        if (1 <= day <= 31 or 41 <= day <= 71) and 1 <= month <= 12:
            return True
    return False


def column_with_identity_number(rows: Iterable[tuple[int, list[Cell]]]) -> tuple[int, int] | None:
    """Row number and column position of the first identity number, or None."""
    for number, cells in rows:
        for position, cell in enumerate(cells):
            if (not isinstance(cell, str) or len(cell) >= 16) and holds_identity_number(cell):
                return number, position
    return None


# Words that tell what nobody may write here. They are matched, not understood: whoever wants to can write around them,
# so the name of who wrote stands beside every fact.
_CONTESTANT = r"(?:paslon|pasangan calon|nomor urut|no\.? ?urut|calon|caleg)"
_VOTES = r"[0-9][0-9.,]*\s*(?:suara|%|persen)(?!\s*(?:surat|kotak))"
_SAID: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "perolehan suara",
        re.compile(
            rf"{_CONTESTANT}[^.;\n]{{0,40}}?\b{_VOTES}"
            r"|\b(?:menang|unggul|memperoleh|meraih|mendapat)\b[^.;\n]{0,30}?\b[0-9][0-9.,]*\s*suara\b"
            rf"|\b(?:perolehan|hasil) suara\b[^.;\n]{{0,40}}?\b[0-9]{{2,}}",
            re.IGNORECASE,
        ),
    ),
    (
        "nama pemilih",
        re.compile(r"\bpemilih\s+(?:yang\s+)?(?:bernama|atas nama|a\.n\.)\s+\w", re.IGNORECASE),
    ),
    (
        "partai seseorang",
        re.compile(
            r"\b[A-Z][\w']+\s+(?:adalah|merupakan|ialah)\s+(?:seorang\s+)?(?i:kader|anggota|pengurus|simpatisan|pendukung)"
            r"\s+(?i:partai|parpol|dpc|dpw)\b"
            r"|\b(?i:kader|anggota|pengurus|simpatisan)\s+(?i:partai|parpol)\b[^.;\n]{0,30}?"
            r"(?i:bernama|atas nama|a\.n\.)\s+\w"
        ),
    ),
)
# What the police know from intelligence, and what they hold back, never enters an agreement's log.
_INTELLIGENCE = re.compile(
    r"\b(?:kirsus|renops|lapinsus|infosus|perkiraan khusus"
    r"|(?:perkiraan|laporan|lampiran|produk|bahan|informasi) intelijen|(?:kekuatan|personel|pasukan) cadangan)\b",
    re.IGNORECASE,
)


def forbidden_words(words: str) -> str | None:
    """What these words tell that nobody may write, as a word for people, or None."""
    if identity_number_in(words):
        return "NIK"
    return next((why for why, pattern in _SAID if pattern.search(words)), None)


def intelligence_in(words: str) -> bool:
    """Whether these words bring what the police keep to themselves."""
    return _INTELLIGENCE.search(words) is not None
