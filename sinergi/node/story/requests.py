"""The requests of the demo: two agreements, every state. Days count from today, hours are WIB."""

from __future__ import annotations

from typing import Literal

import msgspec

Fate = Literal[
    "asked",
    "late",
    "proposed",
    "offered",
    "declined",
    "agreed",
    "spoken",
    "assigned",
    "completed",
    "confirmed",
    "differs",
    "refused",
    "withdrawn",
    "crossed",
    "corrected",
]


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """One request: what is asked, `asked` days ago, for an activity `day` days from now, and what became of it.

    `village` is where it is, `to` where an escort arrives.
    """

    name: str
    fate: Fate
    asked: float
    day: int
    hour: int
    hours: int
    service: str
    activity: str
    place: str
    village: str
    people: int
    officers: int
    vehicles: int = 0
    risks: tuple[str, ...] = ()
    destination: str = ""
    to: str = ""
    note: str = ""
    emergency: bool = False
    contestant: int = 0
    offered: int = 0
    sentence: str = ""
    unit: str = ""
    letter: bool = False


TAPSEL = (
    Story(name="gudang", fate="confirmed", asked=24, day=-12, hour=8, hours=10, service="static_guard",
          activity="Jaga gudang logistik saat surat suara datang", place="Gudang Pargarutan", village="1203031098",
          people=60, officers=6, vehicles=1, risks=("crowd",), sentence="Siap melaksanakan.",
          unit="Satuan Samapta Regu 4", letter=True),
    Story(name="sortir", fate="differs", asked=20, day=-8, hour=8, hours=9, service="event",
          activity="Sortir dan lipat surat suara", place="Gudang Pargarutan", village="1203031098", people=120,
          officers=4, sentence="Siap melaksanakan.", unit="Satuan Samapta Regu 7"),
    Story(name="debat", fate="completed", asked=12, day=-2, hour=19, hours=4, service="event",
          activity="Rapat pleno terbuka rekapitulasi daftar pemilih", place="Aula kantor KPU", village="1203041001",
          people=150, officers=10, vehicles=2, risks=("crowd", "night"), sentence="Siap melaksanakan.",
          unit="Satuan Samapta Regu 2", letter=True),
    Story(name="sipirok", fate="assigned", asked=5, day=4, hour=5, hours=8, service="escort",
          activity="Kawal logistik ke PPK Sipirok", place="Gudang Pargarutan", village="1203031098", people=40,
          officers=12, vehicles=3, risks=("road",), destination="Kantor PPK Sipirok", to="1203041001", offered=8,
          note="Jembatan satu jalur. Mohon pengaturan lalu lintas.",
          sentence="Sanggup mengawal dengan 8 petugas; 4 petugas lalu lintas menunggu di jembatan.",
          unit="Satuan Samapta Regu 12 dan Satlantas", letter=True),
    Story(name="arse", fate="offered", asked=1, day=5, hour=6, hours=7, service="escort",
          activity="Kawal logistik ke PPK Arse", place="Gudang Pargarutan", village="1203031098", people=30,
          officers=10, vehicles=3, risks=("road", "no_signal"), destination="Kantor PPK Arse", to="1203141039",
          offered=6, letter=True,
          sentence="Kendaraan kawal terpakai ke Sipirok. Kami tawarkan 6 petugas dan 2 kendaraan."),
    Story(name="saipar", fate="declined", asked=4, day=5, hour=6, hours=9, service="escort",
          activity="Kawal logistik ke PPK Saipar Dolok Hole", place="Gudang Pargarutan", village="1203031098",
          people=30, officers=10, vehicles=3, risks=("road", "weather"), destination="Kantor PPK Saipar Dolok Hole",
          offered=4, sentence="Kami tawarkan 4 petugas."),
    Story(name="toru", fate="agreed", asked=2, day=6, hour=7, hours=6, service="escort",
          activity="Kawal logistik ke PPK Batang Toru", place="Gudang Pargarutan", village="1203031098", people=35,
          officers=8, vehicles=2, destination="Kantor PPK Batang Toru", sentence="Siap melaksanakan.", letter=True),
    Story(name="kantor", fate="proposed", asked=0.4, day=8, hour=18, hours=24, service="office",
          activity="Jaga kantor KPU menjelang pemungutan suara", place="Kantor KPU", village="1203041001", people=25,
          officers=6, vehicles=1, risks=("night",), sentence="Siap menjaga bergantian tiap 8 jam."),
    Story(name="marancar", fate="asked", asked=0.2, day=6, hour=5, hours=9, service="escort",
          activity="Kawal logistik ke PPK Marancar", place="Gudang Pargarutan", village="1203031098", people=30,
          officers=8, vehicles=2, risks=("road",), destination="Kantor PPK Marancar", to="1203202015"),
    Story(name="paslon", fate="late", contestant=1, asked=5, day=2, hour=13, hours=5, service="candidate",
          activity="Pengamanan kunjungan pasangan calon", place="Lapangan Sipirok", village="1203041001", people=800,
          officers=30, vehicles=4, risks=("crowd", "dispute")),
    Story(name="kirab", fate="refused", asked=9, day=-1, hour=7, hours=5, service="event",
          activity="Jalan sehat sosialisasi pemilih", place="Alun-alun Batang Toru", village="1203021002", people=400,
          officers=40, sentence="Bersamaan dengan apel pergeseran pasukan; mohon hari lain."),
    Story(name="bimtek", fate="crossed", asked=1.5, day=3, hour=9, hours=6, service="event",
          activity="Bimbingan teknis KPPS", place="Gedung serbaguna Sipirok", village="1203041001", people=200,
          officers=4, sentence="Siap melaksanakan."),
)  # fmt: skip

PALUTA = (
    Story(name="gunung-tua", fate="confirmed", asked=18, day=-9, hour=9, hours=5, service="escort",
          activity="Kawal surat suara dari percetakan", place="Batas kabupaten", village="1220092001", people=15,
          officers=6, vehicles=2, risks=("road",), destination="Gudang Gunung Tua", sentence="Siap melaksanakan.",
          unit="Satlantas Unit Patroli", letter=True),
    Story(name="pbolak", fate="spoken", asked=0.1, day=0, hour=7, hours=12, service="static_guard",
          activity="Tambah jaga gudang PPK Padang Bolak", place="Gudang PPK Padang Bolak", village="1220041001",
          people=80, officers=8, vehicles=1, risks=("crowd",), emergency=True,
          sentence="Perintah lisan Kapolres: delapan petugas dari cadangan."),
    Story(name="simangambat", fate="assigned", asked=6, day=3, hour=4, hours=12, service="escort",
          activity="Kawal logistik ke PPK Simangambat", place="Gudang Gunung Tua", village="1220041001", people=40,
          officers=10, vehicles=3, risks=("road", "no_signal"), destination="Kantor PPK Simangambat",
          sentence="Siap melaksanakan.", unit="Satuan Samapta Regu 9", letter=True),
    Story(name="dolok", fate="corrected", asked=1, day=5, hour=5, hours=10, service="escort",
          activity="Kawal logistik ke PPK Dolok", place="Gudang Gunung Tua", village="1220041001", people=30,
          officers=8, vehicles=2, risks=("road", "weather"), destination="Kantor PPK Dolok"),
    Story(name="portibi", fate="agreed", asked=2, day=6, hour=7, hours=5, service="escort",
          activity="Kawal logistik ke PPK Portibi", place="Gudang Gunung Tua", village="1220041001", people=25,
          officers=6, vehicles=1, destination="Kantor PPK Portibi", to="1220062014", sentence="Siap melaksanakan."),
    Story(name="halongonan", fate="offered", asked=1, day=4, hour=6, hours=6, service="escort",
          activity="Kawal logistik ke PPK Halongonan", place="Gudang Gunung Tua", village="1220041001", people=25,
          officers=8, vehicles=2, destination="Kantor PPK Halongonan", to="1220032001", offered=5,
          sentence="Kami tawarkan 5 petugas dan 1 kendaraan."),
    Story(name="kampanye", fate="withdrawn", contestant=2, asked=7, day=1, hour=14, hours=4, service="event",
          activity="Rapat umum terakhir", place="Lapangan Gunung Tua", village="1220041001", people=1500, officers=60,
          vehicles=6, risks=("crowd", "dispute")),
    Story(name="batang-onang", fate="asked", asked=0.3, day=5, hour=6, hours=6, service="escort",
          activity="Kawal logistik ke PPK Batang Onang", place="Gudang Gunung Tua", village="1220041001", people=20,
          officers=6, vehicles=1, destination="Kantor PPK Batang Onang"),
    Story(name="kotak", fate="proposed", asked=0.5, day=2, hour=10, hours=4, service="box_opening",
          activity="Buka kotak untuk periksa perlengkapan", place="Gudang Gunung Tua", village="1220041001", people=30,
          officers=4, sentence="Siap melaksanakan."),
)  # fmt: skip

STORIES = {"kpu-tapsel": TAPSEL, "kpu-paluta": PALUTA}
