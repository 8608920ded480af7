"""Duty letters: how many in a second of processor time, and whether memory stays where it was.

`script/bench orders [letters]` draws that many (2,000 unless told) as a node does: one child process, one file each,
hash noted. The bar is that of issue 5: 20 letters in a second, constant memory.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bench import probes
from sinergi.documents import Check, Item, Letterhead, Order, Part, Signature
from sinergi.documents.batch import Work, drawn

ROOT = Path(__file__).resolve().parents[1]
BAR = 20.0
PAPER = Order(
    letterhead=Letterhead(agency=("KEPOLISIAN NEGARA REPUBLIK INDONESIA", "DAERAH CONTOH", "RESOR CONTOH")),
    title="SURAT TUGAS",
    number="",
    place="Contoh",
    day="5 Februari 2024",
    grounds=(
        Part(label="Pertimbangan", lines=("bahwa dalam rangka pengamanan TPS, perlu menugaskan personel.",)),
        Part(label="Dasar", lines=("Undang-Undang Nomor 2 Tahun 2002;", "Surat Perintah Nomor Sprin/1/II/2024.")),
    ),
    command="DITUGASKAN",
    closing="Selesai.",
    signature=Signature(
        office="Kepala Kepolisian Resor Contoh",
        name="Nama Contoh",
        rank="AKBP NRP 00000001",
        electronic=("Ditandatangani secara elektronik dengan kunci sandi", "Senin, 5 Februari 2024 pukul 10.20 WIB"),
    ),
    exercise=True,
    issued_at=datetime(2024, 2, 5, 3, 20, tzinfo=UTC),
)


def main() -> None:
    """Measure, print, write bench/results/orders.json."""
    letters = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    machines = [probes.machine()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, letters)
        code = f"from sinergi.documents.batch import draw; draw({name!r})"
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        child = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
        memory = watch(child, folder, letters)
        wall = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert child.returncode == 0 and len(drawn(folder)) == letters
        size = sum(file.stat().st_size for file in folder.glob("*.pdf"))
    machines.append(probes.machine())
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = {
        "letters": letters,
        "cpu_s": round(cpu, 2),
        "wall_s": round(wall, 2),
        "per_cpu_second": round(letters / cpu, 1),
        "per_wall_second": round(letters / wall, 1),
        "mb_after_a_tenth": memory[0],
        "mb_at_the_end": memory[1],
        "bytes_each": size // letters,
        "bar_per_second": BAR,
    }
    ratios = [("letters per second of processor time / 20", "per_cpu_second", "bar_per_second")]
    ratios += [("memory at the end / after a tenth", "mb_at_the_end", "mb_after_a_tenth")]
    probes.tell("orders", [found], ratios, machines=machines)


def write(folder: Path, letters: int) -> None:
    """The list of papers, as an order writes it."""
    with open(folder / "work.jsonl", "wb") as file:
        for number in range(1, letters + 1):
            code = f"{number:026d}"
            paper = msgspec.structs.replace(
                PAPER,
                number=f"Sgas/{number}/II/OPS.1.3./2024",
                orders=(
                    Part(label="Kepada", items=(Item("Nama", f"Petugas {number}"), Item("Pangkat/NRP", "Bripka / 1"))),
                    Part(label="Untuk", lines=(f"menjaga TPS {number};", "melapor kepada padal;", "bersikap netral.")),
                ),
                check=Check(url=f"https://polres.example/cek/{code}/", address="polres.example/cek/", code=code),
            )
            file.write(msgspec.json.encode(Work(code, paper)) + b"\n")


def watch(child: subprocess.Popen[bytes], folder: Path, letters: int) -> tuple[float, float]:
    """Resident megabytes of the child after a tenth of the letters, and the last seen."""
    early = last = 0.0
    page = os.sysconf("SC_PAGE_SIZE")
    while child.poll() is None:
        try:
            held = int(Path(f"/proc/{child.pid}/statm").read_text().split()[1]) * page / 1e6
        except (OSError, IndexError):
            held = last
        last = held or last
        if not early and len(drawn(folder)) >= letters // 10:
            early = last
        time.sleep(0.5)
    return round(early, 1), round(last, 1)


if __name__ == "__main__":
    main()
