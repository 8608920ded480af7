"""What the offices of the demo exchange under the article on data: asked, refused, granted, delivered. All invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sinergi.features.data import actions, delivering
from sinergi.features.data.models import DataAnswer, DataRequest, Dataset
from sinergi.kernel.instants import ZONES
from sinergi.ledger.models import Agency
from sinergi.ledger.store import own_agency
from sinergi.sheets.reading import cells_of

Made = Callable[..., str]
Person = Callable[[str], Any]
LISTED = {"kpu": ("D-02", "D-03", "D-04"), "police": ("D-05", "D-06")}
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
