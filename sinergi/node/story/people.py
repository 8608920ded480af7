"""The agencies of the demo and the people who sign in there. All invented."""

from __future__ import annotations

from typing import Any

import msgspec

PASSWORD = "pita-hitam-putih"  # noqa: S105  demo logins work from this machine only


class Person(msgspec.Struct, frozen=True):
    """One login of the demo. `acting`: holds the office for somebody else (Plh)."""

    username: str
    name: str
    role: str
    title: str = ""
    service_number: str = ""
    regions: tuple[str, ...] = ("*",)
    acting: bool = False


class Office(msgspec.Struct, frozen=True):
    """One agency of the demo."""

    code: str
    name: str
    kind: str
    region: str
    regencies: tuple[str, ...]
    stationery: dict[str, Any]
    people: tuple[Person, ...]


_COPIES_KPU = ["Ketua KPU Provinsi Sumatera Utara", "Ketua Bawaslu Kabupaten"]
_STAFF = (
    Person("admin", "Administrator", "administrator"),
    Person("auditor", "Auditor", "auditor"),
    Person("bawaslu", "Pengamat Bawaslu", "observer"),
)

OFFICES: dict[str, Office] = {
    office.code: office
    for office in (
        Office(
            "kpu-tapsel",
            "KPU Kabupaten Tapanuli Selatan",
            "kpu",
            "1203",
            ("1203",),
            {
                "head": ["KOMISI PEMILIHAN UMUM", "KABUPATEN TAPANULI SELATAN"],
                "address": "Alamat kantor (data latihan). Telepon 0000-000000",
                "city": "Sipirok",
                "office": "Ketua",
                "signer": "Marlina Pohan",
                "copies": _COPIES_KPU,
            },
            (
                Person("ketua", "Marlina Pohan", "chair"),
                Person("sekretaris", "Arman Nasution", "secretary", service_number="198001012005011001"),
                Person("staf", "Yuni Harahap", "kpu_staff"),
                Person("ppk-sipirok", "Togar Siregar", "district_committee", regions=("120304",)),
                *_STAFF,
            ),
        ),
        Office(
            "kpu-paluta",
            "KPU Kabupaten Padang Lawas Utara",
            "kpu",
            "1220",
            ("1220",),
            {
                "head": ["KOMISI PEMILIHAN UMUM", "KABUPATEN PADANG LAWAS UTARA"],
                "address": "Alamat kantor (data latihan). Telepon 0000-000000",
                "city": "Gunung Tua",
                "office": "Ketua",
                "signer": "Zulfikar Rambe",
                "copies": _COPIES_KPU,
            },
            (
                Person("ketua", "Zulfikar Rambe", "chair"),
                Person("sekretaris", "Nurhayati Daulay", "secretary", service_number="198202022006042002"),
                Person("staf", "Riko Hasibuan", "kpu_staff"),
                *_STAFF,
            ),
        ),
        Office(
            "polres-tapsel",
            "Polres Tapanuli Selatan",
            "police",
            "*",
            ("1203", "1220"),
            {
                "head": [
                    "KEPOLISIAN NEGARA REPUBLIK INDONESIA",
                    "DAERAH SUMATERA UTARA",
                    "RESOR TAPANULI SELATAN",
                ],
                "address": "Alamat kantor (data latihan). Telepon 0000-000000",
                "city": "Padangsidimpuan",
                "office": "Kepala Kepolisian Resor Tapanuli Selatan",
                "signer": "Bagas Wirawan",
                "rank": "AKBP NRP 80010101",
                "copies": ["Kapolda Sumatera Utara"],
            },
            (
                Person("kapolres", "Bagas Wirawan", "resort_chief", "AKBP", "80010101"),
                Person("wakapolres", "Dimas Prakoso", "deputy_chief", "Kompol", "82020202"),
                Person("kabagops", "Hendra Lubis", "operations_head", "Kompol", "81030303"),
                Person("stafops", "Sari Ginting", "operations_staff", "Aipda", "88040404"),
                Person("polsek-sipirok", "Rudi Tampubolon", "police_sector", "AKP", "84050505", ("120304",)),
                *_STAFF,
            ),
        ),
        Office(
            "bawaslu-tapsel",
            "Bawaslu Kabupaten Tapanuli Selatan",
            "supervisor",
            "1203",
            ("1203",),
            {
                "head": ["BADAN PENGAWAS PEMILIHAN UMUM", "KABUPATEN TAPANULI SELATAN"],
                "address": "Alamat kantor (data latihan). Telepon 0000-000000",
                "city": "Sipirok",
                "office": "Ketua",
                "signer": "Rahmat Siregar",
                "copies": [],
            },
            (
                Person("admin", "Administrator", "administrator"),
                Person("auditor", "Auditor", "auditor"),
                Person("pengawas", "Lenni Hutapea", "observer"),
            ),
        ),
    )
}
PARTIES = tuple(code for code, office in OFFICES.items() if office.kind != "supervisor")
"""Those served unless others are named; a supervisor is party to nothing and joins as an outside witness."""
