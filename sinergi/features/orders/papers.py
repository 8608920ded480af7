"""What orders say on paper: the order with its annex by name, the security plan, one letter for each officer.

Letters are Indonesian whatever the screen speaks. Pure but for the office's letterhead, which the caller brings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from sinergi.documents import Annex, Chapter, Check, Column, Item, Letterhead, Order, Part, Signature
from sinergi.documents.numbers import counted
from sinergi.features.orders.models import Duty
from sinergi.kernel.instants import day_of, say_date, say_day, say_instant, say_time

BASIS = (
    "Undang-Undang Nomor 2 Tahun 2002 tentang Kepolisian Negara Republik Indonesia;",
    "Undang-Undang Nomor 7 Tahun 2017 tentang Pemilihan Umum;",
    "Peraturan Kapolri Nomor 1 Tahun 2019 tentang Sistem, Manajemen, dan Standar Keberhasilan Operasional Kepolisian "
    "Negara Republik Indonesia;",
)
TASKS = (
    "berada di luar TPS; memasuki TPS hanya atas permintaan Ketua KPPS;",
    "bersikap netral, tidak mencatat dan tidak menyampaikan hasil penghitungan suara;",
    "mengikuti pergeseran kotak suara dari TPS ke PPS dan PPK sampai diserahterimakan;",
    "melaporkan keadaan dan setiap kejadian kepada padal atau posko;",
    "melaksanakan perintah ini dengan saksama dan penuh rasa tanggung jawab.",
)


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """What all papers of one order share. `written`: numbers of the letters by code; `replaces`: the order before;
    `zone`: in which its days and hours are told."""

    letterhead: Letterhead
    place: str
    at: datetime
    signature: Signature
    copies: tuple[str, ...]
    sprin: str
    renpam: str
    activity: str
    operation: str
    basis: tuple[str, ...]
    tasks: tuple[str, ...]
    situation: str
    phone: str
    fingerprint: str
    written: Mapping[str, str]
    zone: str = "WIB"
    replaces: str = ""
    exercise: bool = False
    draft: bool = False

    def paper(self, *, title: str, number: str, **parts: object) -> Order:
        """One paper of this order."""
        return Order(
            letterhead=self.letterhead,
            title=title,
            number=number,
            place=self.place,
            day=say_date(day_of(self.at, self.zone)),
            signature=self.signature,
            issued_at=self.at,
            fingerprint=self.fingerprint,
            exercise=self.exercise,
            draft=self.draft,
            **parts,  # type: ignore[arg-type]
        )


def duty_order(issue: Issue, duties: Sequence[Duty], *, check: Check | None) -> Order:
    """Surat perintah, with every officer by name in its annex."""
    tasks = (
        "melaksanakan tugas pada pos dan waktu sebagaimana tercantum dalam lampiran surat perintah ini;",
        *issue.tasks,
    )
    if issue.replaces:
        tasks = (*tasks[:-1], f"dengan surat perintah ini, {issue.replaces} dinyatakan tidak berlaku;", tasks[-1])
    officers = len({duty.officer for duty in duties})
    to = f"{counted(officers, 'personel')} yang nama, pangkat, dan NRP-nya tercantum dalam lampiran surat perintah ini."
    return issue.paper(
        title="SURAT PERINTAH",
        number=issue.sprin,
        grounds=_grounds(issue, f"bahwa dalam rangka {issue.activity}, perlu memerintahkan personel yang ditunjuk."),
        command="DIPERINTAHKAN",
        orders=(Part(label="Kepada", lines=(to,)), Part(label="Untuk", lines=tasks)),
        closing="Selesai.",
        copies=issue.copies,
        annexes=(_names(issue, duties),),
        annex_head=(
            f"LAMPIRAN SURAT PERINTAH {_office(issue)}",
            f"NOMOR : {issue.sprin}",
            f"TANGGAL : {say_date(day_of(issue.at, issue.zone)).upper()}",
        ),
        check=check,
    )


def duty_letter(issue: Issue, duty: Duty, *, check: Check | None) -> Order:
    """Surat tugas of one officer: where, when, under whom, whom to call."""
    zone = issue.zone
    is_one_day = day_of(duty.starts_at, zone) == day_of(duty.ends_at, zone)
    until = f"{say_time(duty.ends_at, zone)} {zone}" if is_one_day else say_instant(duty.ends_at, zone)
    lines = (
        f"mengamankan {_stations(duty)} dari pos {duty.post_place}, Kecamatan {duty.district_name};",
        f"bertugas mulai {say_instant(duty.starts_at, zone)} sampai {until};",
        f"di bawah kendali padal {duty.commander_rank} {duty.commander_name}, telepon {duty.commander_phone}; "
        f"telepon posko {issue.phone};",
        *issue.tasks,
    )
    if duty.over:
        lines = (*lines[:2], f"tugas ini melebihi batas jam tugas dengan keputusan komandan: {duty.over};", *lines[2:])
    # The law and the order itself; the whole basis stands in the order.
    basis = (*issue.basis[:2], f"Surat Perintah {_office(issue).title()} Nomor {issue.sprin} tanggal {_on(issue)}.")
    return issue.paper(
        title="SURAT TUGAS",
        number=issue.written.get(duty.letter, "–"),
        grounds=(
            Part(label="Pertimbangan", lines=(f"bahwa dalam rangka {issue.activity}, perlu menugaskan personel.",)),
            Part(label="Dasar", lines=basis),
        ),
        command="DITUGASKAN",
        orders=(
            Part(
                label="Kepada",
                items=(
                    Item("Nama", duty.name),
                    Item("Pangkat/NRP", f"{duty.rank} / {duty.officer}"),
                    Item("Kesatuan", duty.unit),
                ),
            ),
            Part(label="Untuk", lines=lines),
        ),
        closing="Selesai.",
        check=check,
        evidence=f"Lampiran dari {issue.sprin}.",
    )


def security_plan(issue: Issue, duties: Sequence[Duty]) -> Order:
    """Rencana pengamanan: situation, task, conduct, command; strength by district in its annex."""
    first, last = min(duty.starts_at for duty in duties), max(duty.ends_at for duty in duties)
    stations = {station for duty in duties for station in duty.stations}
    posts = {duty.post for duty in duties}
    officers = {duty.officer for duty in duties}
    span = f"{say_instant(first, issue.zone)} sampai {say_instant(last, issue.zone)}"
    chapters = (
        Chapter(
            title="Pendahuluan",
            points=(
                Part(
                    label="Umum",
                    lines=(
                        f"Rencana pengamanan ini mengatur {issue.activity} oleh personel yang diperintahkan dengan "
                        f"{issue.sprin}.",
                    ),
                ),
                Part(label="Dasar", lines=issue.basis),
                Part(
                    label="Maksud dan tujuan",
                    lines=(
                        "Menjadi pedoman setiap personel agar pemungutan dan penghitungan suara berlangsung aman, "
                        "tertib, dan lancar tanpa Polri mencampuri penyelenggaraannya.",
                    ),
                ),
                Part(label="Ruang lingkup", lines=(f"Pengamanan {len(stations)} TPS dari {len(posts)} pos, {span}.",)),
            ),
        ),
        Chapter(title="Situasi", points=(Part(label="Perkiraan situasi", lines=_paragraphs(issue.situation)),)),
        Chapter(
            title="Tugas pokok",
            points=(
                Part(
                    label="Tugas",
                    lines=(
                        f"{_office(issue).title()} melaksanakan {issue.activity} dengan "
                        f"{counted(len(officers), 'personel')}, {span}.",
                    ),
                ),
            ),
        ),
        Chapter(
            title="Pelaksanaan",
            points=(
                Part(
                    label="Kekuatan",
                    items=(
                        Item("Personel", counted(len(officers), "orang")),
                        Item("Pos", counted(len(posts), "pos")),
                        Item("TPS", counted(len(stations), "TPS")),
                        Item("Kecamatan", counted(len({duty.district for duty in duties}), "kecamatan")),
                    ),
                ),
                Part(label="Uraian tugas", lines=issue.tasks),
                Part(
                    label="Jam tugas",
                    lines=(
                        "Tidak seorang pun bertugas melebihi batas jam tugas tanpa keputusan komandan yang beralasan. "
                        f"Keputusan demikian pada rencana ini: {len({duty.officer for duty in duties if duty.over})} "
                        "personel.",
                    ),
                ),
            ),
        ),
        Chapter(
            title="Komando dan pengendalian",
            points=(
                Part(
                    label="Rantai komando",
                    lines=("Kapolres selaku Kaopsres, Kabag Ops selaku Karendalopsres, padal di setiap kecamatan.",),
                ),
                Part(
                    label="Hubungan", lines=(f"Telepon posko {issue.phone}; telepon padal tercantum dalam lampiran.",)
                ),
            ),
        ),
        Chapter(
            title="Penutup",
            points=(Part(label="Perubahan", lines=("Perubahan hanya berlaku dengan surat perintah yang baru.",)),),
        ),
    )
    return issue.paper(
        title="RENCANA PENGAMANAN",
        number=issue.renpam,
        about=tuple(line for line in (issue.activity.upper(), issue.operation.upper()) if line),
        classification="Rahasia",
        chapters=chapters,
        annexes=(_districts(duties),),
        annex_head=(
            f"LAMPIRAN RENCANA PENGAMANAN {_office(issue)}",
            f"NOMOR : {issue.renpam}",
            f"TANGGAL : {say_date(day_of(issue.at, issue.zone)).upper()}",
        ),
    )


def intelligence_annex(issue: Issue, words: str) -> Order:
    """Lampiran intelijen: a paper of its own, so that whoever gets the plan need not get it."""
    points = (Part(label="Perkiraan intelijen", lines=_paragraphs(words)),)
    return issue.paper(
        title="LAMPIRAN INTELIJEN",
        number=issue.renpam,
        about=(f"RENCANA PENGAMANAN {issue.activity.upper()}",),
        classification="Rahasia",
        chapters=(Chapter(title="Lampiran intelijen", points=points),),
    )


def _grounds(issue: Issue, why: str) -> tuple[Part, ...]:
    operation = (f"Rencana Operasi {issue.operation}.",) if issue.operation else ()
    return (Part(label="Pertimbangan", lines=(why,)), Part(label="Dasar", lines=(*issue.basis, *operation)))


def _names(issue: Issue, duties: Sequence[Duty]) -> Annex:
    return Annex(
        title="Daftar nama personel pengamanan TPS",
        is_landscape=True,
        columns=(
            Column("No.", 3, is_number=True),
            Column("Nama", 9),
            Column("Pangkat/NRP", 8),
            Column("Kesatuan", 8),
            Column("Pos", 8),
            Column("TPS", 8),
            Column("Waktu tugas", 11),
            Column("Padal", 9),
            Column("Surat tugas", 12),
        ),
        rows=tuple(
            (
                str(place),
                duty.name,
                f"{duty.rank} / {duty.officer}",
                duty.unit,
                duty.post_place,
                ", ".join(code[10:] for code in duty.stations),
                _span(duty, issue.zone) + (" *" if duty.over else ""),
                f"{duty.commander_rank} {duty.commander_name}",
                issue.written.get(duty.letter, "–"),
            )
            for place, duty in enumerate(duties, 1)
        ),
    )


def _districts(duties: Sequence[Duty]) -> Annex:
    held: dict[str, list[Duty]] = defaultdict(list)
    for duty in duties:
        held[duty.district].append(duty)
    return Annex(
        title="Kekuatan dan padal setiap kecamatan",
        is_landscape=True,
        columns=(
            Column("No.", 2, is_number=True),
            Column("Kecamatan", 7),
            Column("Padal", 9),
            Column("Telepon", 6),
            Column("Pos", 3, is_number=True),
            Column("TPS", 3, is_number=True),
            Column("Personel", 4, is_number=True),
        ),
        rows=tuple(
            (
                str(place),
                here[0].district_name,
                f"{here[0].commander_rank} {here[0].commander_name}",
                here[0].commander_phone,
                str(len({duty.post for duty in here})),
                str(len({station for duty in here for station in duty.stations})),
                str(len({duty.officer for duty in here})),
            )
            for place, (_, here) in enumerate(sorted(held.items()), 1)
        ),
    )


def _span(duty: Duty, zone: str) -> str:
    """6 Desember 2026, 05.00 s.d. 17.00 WIB."""
    first, last = day_of(duty.starts_at, zone), day_of(duty.ends_at, zone)
    until = say_time(duty.ends_at, zone)
    until = until if first == last else f"{say_date(last)}, {until}"
    return f"{say_date(first)}, {say_time(duty.starts_at, zone)} s.d. {until} {zone}"


def _office(issue: Issue) -> str:
    """KAPOLRES TAPANULI SELATAN, from the last line of the letterhead."""
    return "KAPOLRES " + issue.letterhead.agency[-1].upper().removeprefix("RESOR ")


def _on(issue: Issue) -> str:
    return say_date(day_of(issue.at, issue.zone))


def _paragraphs(words: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in words.splitlines() if part.strip()) or ("Nihil.",)


def _stations(duty: Duty) -> str:
    return "TPS " + ", ".join(code[10:] for code in duty.stations)


def short(at: datetime, zone: str) -> str:
    """Minggu, 6 Desember 2026 05.00."""
    return f"{say_day(day_of(at, zone))} {say_time(at, zone)}"
