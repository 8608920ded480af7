"""What may stand in the catalogue, and what may be exchanged. Pure: day and agency are passed in."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from sinergi.features.data.events import Classification, DatasetListed, DatasetText, Field, FieldClass, Refresh
from sinergi.features.data.rules.contents import CLEARANCE
from sinergi.kernel.errors import Refused
from sinergi.kernel.words import line, paragraphs
from sinergi.sheets.columns import header_key
from sinergi.sheets.forbidden import forbidden_header, identity_number_in

LONGEST = 200
LONGEST_WORDS = 1_000
LONGEST_LABEL = 60
MOST_FIELDS = 40
LONGEST_RETENTION = 3_650
_CODE = re.compile(r"[A-Z]{1,6}-[0-9]{1,3}")
_OBLIGATION = re.compile(r"[A-Z]{1,2}-[0-9]{2}")
_NAME = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """A field as somebody typed it."""

    label: str
    cls: FieldClass
    people: bool = False


def listing(
    *,
    code: str,
    title: str,
    purpose: str,
    legal_basis: str,
    cls: Classification,
    refresh: Refresh,
    retention_days: int,
    fields: Sequence[Typed],
    consequence_test: str = "",
    obligation: str = "",
    article: int | None = None,
) -> DatasetListed:
    """The entry, or Refused with the form field that is wrong."""
    code, test = code.strip().upper(), line(consequence_test)[:LONGEST]
    if not _CODE.fullmatch(code):
        raise Refused("Tulis kode seperti D-02: huruf, garis, angka.", code="DAT-01", field="code")
    title, purpose, legal_basis = (
        words_of(title, "title", LONGEST),
        words_of(purpose, "purpose", LONGEST_WORDS),
        words_of(legal_basis, "legal_basis", LONGEST_WORDS),
    )
    if cls == "dikecualikan" and not test:
        # KPU regulation 4/2025: a regency office cites the test of KPU RI or the province, it makes none itself.
        raise Refused(
            "Informasi dikecualikan perlu nomor uji konsekuensi KPU RI atau provinsi.",
            code="DAT-03",
            field="consequence_test",
        )
    if cls != "dikecualikan" and test:
        raise Refused(
            "Nomor uji konsekuensi hanya untuk informasi dikecualikan.", code="DAT-04", field="consequence_test"
        )
    if not 0 < retention_days <= LONGEST_RETENTION:
        raise Refused("Masa simpan antara 1 hari dan 10 tahun.", code="DAT-05", field="retention_days")
    found, labels = _fields(fields)
    if any("skck" in name for name in [code.lower(), *labels]) and not labels.keys() <= CLEARANCE.keys():
        raise Refused(
            "Tentang SKCK hanya nomor dan keadaannya (sah atau tidak sah) yang dikirim.", code="DAT-16", field="fields"
        )
    event = DatasetListed(
        code=code,
        cls=cls,
        refresh=refresh,
        retention_days=retention_days,
        fields=found,
        article=article,
        consequence_test=test,
        obligation=obligation,
        text=DatasetText(title=title, purpose=purpose, legal_basis=legal_basis, labels=labels),
    )
    if listing_flaw(event):
        raise Refused("Isi kumpulan data ini tidak mungkin. Periksa kembali.", code="DAT-11")
    return event


def listing_flaw(event: DatasetListed) -> bool:
    """Whether this cannot stand in a catalogue. From the fact alone, so every node agrees."""
    names = [field.name for field in event.fields]
    holds = (
        _CODE.fullmatch(event.code)
        and (not event.obligation or _OBLIGATION.fullmatch(event.obligation))
        and 0 < event.retention_days <= LONGEST_RETENTION
        and (event.cls == "dikecualikan") == bool(event.consequence_test)
        and len(event.consequence_test) <= LONGEST
        and event.consequence_test == line(event.consequence_test)
        and (event.article is None or 0 < event.article <= 1_000)
        and 0 < len(names) <= MOST_FIELDS
        and len(set(names)) == len(names)
        and all(_NAME.fullmatch(name) and len(name) <= LONGEST_LABEL and not forbidden_header(name) for name in names)
        and (set(names) <= CLEARANCE.keys() or not any("skck" in name for name in [event.code.lower(), *names]))
    )
    return not holds


def words_of(words: str, field: str, longest: int) -> str:
    """Free words as they are stated: needed, not too long, and without anybody's identity number. Raises Refused."""
    told = paragraphs(words)
    if not told:
        raise Refused("Bagian ini perlu diisi.", code="DAT-02", field=field)
    if len(told) > longest:
        raise Refused("Paling panjang %(longest)d huruf.", code="DAT-02", field=field, words={"longest": longest})
    if identity_number_in(told):
        raise Refused("Ada 16 angka seperti NIK. Hapus angka itu.", code="DAT-06", field=field)
    return told


def tidy(words: str, longest: int) -> str:
    """What a partner sent, as a page can show it."""
    return paragraphs(words)[:longest]


def _fields(typed: Sequence[Typed]) -> tuple[list[Field], dict[str, str]]:
    fields, labels = [], {}
    for one in typed:
        label = line(one.label)[:LONGEST_LABEL]
        if not label:
            continue
        if why := forbidden_header(label):
            raise Refused(
                "Kolom “%(label)s” (%(why)s) tidak boleh masuk Sinergi.",
                code="DAT-07",
                field="fields",
                words={"label": label, "why": why},
            )
        name = header_key(label)
        if not name or identity_number_in(label):
            raise Refused("Nama kolom memakai huruf dan angka biasa.", code="DAT-08", field="fields")
        if name in labels:
            raise Refused("Kolom “%(label)s” disebut dua kali.", code="DAT-09", field="fields", words={"label": label})
        fields.append(Field(name=name, cls=one.cls, people=one.people))
        labels[name] = label
    if not 0 < len(fields) <= MOST_FIELDS:
        raise Refused("Sebut 1 sampai 40 kolom.", code="DAT-10", field="fields")
    return fields, labels
