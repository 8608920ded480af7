"""What the offices of the demo exchange under the article on data: asked, refused, granted, delivered. All invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sinergi.access.models import User
from sinergi.features.agreement import public as agreements
from sinergi.features.data import actions, delivering, public
from sinergi.features.data.models import DataAnswer, DataRequest, Dataset
from sinergi.kernel.instants import ZONES
from sinergi.ledger.models import Agency
from sinergi.ledger.store import own_agency
from sinergi.sheets.reading import cells_of

Made = Callable[..., str]
Person = Callable[[str], Any]
LISTED = {"kpu": ("D-01", "D-02", "D-03", "D-04", "LOG-1"), "police": ("D-05", "D-06", "STTP-1")}
# What the police ask the commissions for, and what becomes of it.
ASKED = (
    ("D-02", "Menata pos pengamanan TPS", ("Kode TPS", "Desa/Kelurahan", "Alamat"), "delivered"),
    ("D-03", "Menyusun pengawalan kotak suara", ("Gudang", "Tujuan", "Berangkat", "Kendaraan"), "waiting"),
    ("D-04", "Menyusun jadwal pengamanan kampanye", ("Nomor urut peserta", "Tanggal", "Tempat"), "refused"),
)
STATIONS = [
    ["{region}041001001", "Sibio-bio", "Lapangan desa"],
    ["{region}041001002", "Sibio-bio", "Halaman SD"],
    ["{region}041001003", "Huta Baru", "Balai desa"],
]


def take_in(now: datetime, *, agreement: str, made: Made, person: Person) -> None:
    """An office takes standing exchanges into its catalogue."""
    own = own_agency()
    actions.adopt(
        id=made(own.code, "catalogue", agreement),
        by=person("sekretaris" if own.kind == "kpu" else "kabagops"),
        at=now - timedelta(days=14),
        agreement=agreement,
        codes=LISTED[own.kind],
    )


def ask(now: datetime, *, made: Made, person: Person) -> None:
    """The police take in their catalogue, and ask each commission for what they need."""
    today = now.astimezone(ZONES["WIB"]).date()
    for agreement, agency in Dataset.objects.order_by("agreement").values_list("agreement", "agency").distinct():
        code = Agency.objects.get(id=agency).code
        take_in(now, agreement=agreement, made=made, person=person)
        listed = actions.entries(agreement, agency)
        for number, purpose, columns, _fate in ASKED:
            row = listed[number]
            names = {row.label(field.name): field.name for field in row.columns()}
            actions.ask(
                id=made(code, "data", number),
                by=person("stafops"),
                at=now - timedelta(days=9),
                dataset=row.key,
                fields=[names[label] for label in columns],
                uses_from=today,
                uses_until=today + timedelta(days=40),
                purpose=purpose,
                legal_basis="Pasal data dan informasi Perjanjian Kerja Sama; UU 7/2017.",
            )


def answer(now: datetime, *, made: Made, person: Person) -> None:
    """The commission grants one request and delivers, refuses one, and leaves one for whoever tries the demo."""
    own = own_agency()
    fates = {number: fate for number, _purpose, _columns, fate in ASKED}
    for row in DataRequest.objects.filter(owner=own.id).order_by("key"):
        dataset = Dataset.objects.get(key=row.dataset)
        fate = fates[dataset.code]
        if fate == "waiting":
            continue
        actions.answer(
            id=made(own.code, "data answer", dataset.code),
            by=person("ketua"),
            at=now - timedelta(days=8),
            request=row.key,
            agrees=fate == "delivered",
            fields=row.fields_json if fate == "delivered" else [],
            uses_until=None,
            words="" if fate == "delivered" else "Jadwal dimuat dalam keputusan yang diumumkan; unduh dari sana.",
        )
        if fate == "delivered":
            _deliver(now, dataset, row, made=made, person=person)


def _deliver(now: datetime, dataset: Dataset, asked: DataRequest, *, made: Made, person: Person) -> None:
    own, said = own_agency(), DataAnswer.objects.get(request=asked.key)
    labels = [dataset.label(field.name) for field in dataset.columns() if field.name in asked.fields_json]
    lines = [labels, *([cell.format(region=own.region) for cell in line] for line in STATIONS)]
    delivering.deliver(
        id=made(own.code, "data delivery", dataset.code),
        by=person("sekretaris"),
        at=now - timedelta(days=7),
        row=dataset,
        recipient=asked.agency,
        said=said,
        cells=cells_of("\n".join(",".join(line) for line in lines).encode()),
    )


# What makes two deliveries due: data set, how many days from now it is, how many days ago it was noted, its words.
OCCASIONS = (
    ("D-04", -13, 13, "Pleno penetapan jadwal kampanye terbuka"),
    ("D-03", 7, 6, "Gudang KPU ke seluruh PPK"),
)
# Versions of standing exchanges, each so many days ago; None: what Sinergi knows. {+7}: a day, seven from now.
VERSIONS: dict[str, tuple[tuple[str, int, tuple[str, ...] | None], ...]] = {
    "kpu": (
        ("D-01", 13, None),
        (
            "D-04",
            12,
            (
                "1,pertemuan terbatas,{-5},Gedung serbaguna,Zona 1",
                "2,pertemuan terbatas,{-4},Gedung serbaguna,Zona 1",
                "3,rapat umum,{+3},Lapangan merdeka,Zona 2",
            ),
        ),
        (
            "D-03",
            3,
            (
                "Gudang KPU,PPK Sipirok,Jalan lintas barat,{+7} 08.00,Truk 1,210",
                "Gudang KPU,PPK Batang Toru,Jalan lintas barat,{+7} 09.00,Truk 2,180",
            ),
        ),
        (
            "LOG-1",
            6,
            ("{-6},Gudang KPU,Kotak suara,1200,1200,0,L-BA/01", "{-6},Gudang KPU,Surat suara,90000,45000,0,L-BA/02"),
        ),
        (
            "LOG-1",
            2,
            (
                "{-6},Gudang KPU,Kotak suara,1200,1200,0,L-BA/01",
                "{-6},Gudang KPU,Surat suara,90000,90000,35,L-BA/04",
                "{-2},Gudang KPU,Tinta,2400,2400,0,L-BA/05",
            ),
        ),
    ),
    "police": (
        ("D-05", 6, None),
        (
            "STTP-1",
            4,
            ("L-STTP/01,{-4},Peserta 1,pertemuan terbatas,{-1},Gedung serbaguna,Simpang pasar,Jalan desa,150,12",),
        ),
        (
            "STTP-1",
            1,
            (
                "L-STTP/01,{-4},Peserta 1,pertemuan terbatas,{-1},Gedung serbaguna,Simpang pasar,Jalan desa,250,20",
                "L-STTP/02,{-1},Peserta 3,rapat umum,{+3},Lapangan merdeka,Terminal,Jalan protokol,2000,80",
            ),
        ),
    ),
}


def exchange(now: datetime, *, made: Made, person: Person, user: User) -> None:
    """An office delivers its standing exchanges under each agreement, some of them in a second version."""
    own = own_agency()
    today, staff = now.astimezone(ZONES["WIB"]).date(), person("staf" if own.kind == "kpu" else "stafops")
    for agreement in Dataset.objects.filter(agency=own.id).values_list("agreement", flat=True).distinct():
        listed = actions.entries(agreement, own.id)
        info = agreements.agreement(agreement)
        assert info is not None, "it was entered in an earlier act"
        recipient = info.partners[0]
        for code, far, ago, words in OCCASIONS if own.kind == "kpu" else ():
            actions.state_occasion(
                id=made(own.code, "occasion", code),
                by=staff,
                at=now - timedelta(days=ago),
                dataset=listed[code].key,
                happens_on=today + timedelta(days=far),
                words=words,
            )
        for place, (code, ago, lines) in enumerate(VERSIONS[own.kind]):
            row = listed[code]
            known = public.known(code, agreement, user) if lines is None else None
            if known is None and lines is None:
                continue
            header = ",".join(column.label for column in delivering.columns_for(row, None))
            days = {f"{{{far:+d}}}": str(today + timedelta(days=far)) for far in range(-9, 10)}
            typed = "\n".join([header, *(_dated(line, days) for line in lines or ())])
            delivering.deliver(
                id=made(own.code, "version", agreement, str(place)),
                by=staff,
                at=now - timedelta(days=ago),
                row=row,
                recipient=recipient,
                said=None,
                cells=delivering.cells_of(row, None, known.rows) if known else cells_of(typed.encode()),
            )


def _dated(line: str, days: dict[str, str]) -> str:
    for word, day in days.items():
        line = line.replace(word, day)
    return line
