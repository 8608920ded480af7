"""What Sinergi never stores, in one place for its page; `sinergi/sheets/forbidden.py` refuses tables that carry it.

Sources: UU 27/2022 (PDP) articles 4 and 20, UU 7/2017, PKPU 4/2025, STR/404/VI/OPS.1.3/2018, design decision 10.
"""

from __future__ import annotations

import msgspec
from django.utils.translation import gettext_lazy as _


class Never(msgspec.Struct, frozen=True):
    """Something that is never stored, why, and what happens to whoever tries."""

    what: object
    why: object
    instead: object


NEVER = (
    Never(
        _("Pemilih dengan nama, NIK, atau NKK"),
        _("Data pribadi pemilih tetap di KPU; kerja sama ini tidak memerlukannya."),
        _("Berkas dengan kolom itu ditolak seluruhnya, juga tulisan yang memuatnya; yang bertukar hanya jumlah."),
    ),
    Never(
        _("Perolehan suara"),
        _("Polri tidak mencatat hasil; hasil adalah urusan KPU (STR/404/VI/OPS.1.3/2018)."),
        _("Tidak ada isian untuknya; kolom suara dalam tabel dan angka suara dalam tulisan ditolak."),
    ),
    Never(
        _("Pilihan atau kecenderungan politik seseorang"),
        _("Orang tidak dinilai; tempat yang dinilai."),
        _("Tidak ada isian untuknya; kolom partai dalam tabel dan partai seseorang dalam tulisan ditolak."),
    ),
    Never(
        _("Nama peserta unjuk rasa"),
        _("Unjuk rasa yang sah bukan gangguan; kerumunan dihitung, tidak dinamai."),
        _("Hanya perkiraan jumlah orang."),
    ),
    Never(
        _("Bahan intelijen: kirsus, Renops, cadangan, lampiran intelijen"),
        _("Milik Polri dan tidak pernah masuk buku catatan bersama."),
        _("Tidak ada jenis catatan untuknya; tulisan yang menyebutnya ditolak di buku perjanjian."),
    ),
    Never(
        _("Kata sandi dan kunci rahasia dalam bentuk terbaca"),
        _("Tidak diperlukan siapa pun, juga pengelola."),
        _("Kata sandi hanya sebagai sidik Argon2; kunci sandi tetap di perangkat pemiliknya."),
    ),
)
