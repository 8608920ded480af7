"""The planner's reasons in words for a chief: its codes and numbers become sentences with names of units and places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sinergi.web.templatetags.sinergi import number

# A price in millimetres from here on is no way any more: somebody lacks, is lent, or a woman lacks (docs/planning.md).
NO_WAY_MM = 1_000_000_000

RULES = {
    "unit": _("satuannya tidak ada di daftar satuan"),
    "fit": _("tercatat tidak dapat bertugas"),
    "age": _("melewati batas umur"),
    "rest": _("istirahatnya belum cukup"),
    "hours": _("jam tugasnya akan melewati batas"),
    "home": _("posko itu menjaga desanya sendiri"),
    "closed": _("jalan dari satuannya ke posko itu tertutup"),
}
SENTENCES = {
    "barred": _("Tidak diikutkan: {rule}."),
    "barred_many": _("{count} personel tidak diikutkan: {rule}."),
    "idle": _("Siaga: semua posko yang boleh dijaganya sudah terisi, atau satuannya menyimpannya sebagai cadangan."),
    "pinned": _("Ditetapkan dengan tangan di {station}: {reason}."),
    "lent": _("BKO: {regency} memerlukan {needed} personel, satuannya sendiri hanya dapat mengirim {able}."),
    "from": _("Ia dari {unit}, {metres} dari posko."),
    "nearest": _("Tidak ada satuan setempat yang lebih dekat."),
    "reserve": _("{unit} lebih dekat ({metres}), tetapi sisanya cadangan ({reserve} orang)."),
    "rules": _(
        "{unit} lebih dekat ({metres}), tetapi tidak seorang pun dari {count} personelnya boleh berjaga di sini."
    ),
    "needed": _(
        "{unit} lebih dekat ({metres}), tetapi personelnya lebih diperlukan di posko lain: menukarnya menambah paling "
        "sedikit {more_m}."
    ),
    "level": _("{unit} lebih dekat ({metres}); memakai personelnya di sini sama baiknya."),
    "here": _("Ia memang di sana."),
    "rule": _("Ia tidak boleh berjaga di sana: {rule}."),
    "refused": "{sentence}",
    "equal": _("Sama baiknya: ia dapat ditetapkan di sana tanpa menambah apa pun."),
    "enough": _("Tidak ada kekurangan."),
    "need": _(
        "Diperlukan {needed} personel. Tercatat {listed} nama, {reserve} di antaranya cadangan; yang boleh dan dapat "
        "pergi {able}."
    ),
    "short": _("Jadi kurang {missing}; tidak ada rencana yang kurangnya di bawah {least}."),
    "home": _("{count} di antaranya bukan karena jumlah: yang tersisa tidak boleh berjaga di posko yang kurang."),
    "where": _("Kelas {class}: kurang {missing}."),
}


def sentences(
    reasons: Sequence[Mapping[str, Any]],
    *,
    units: Mapping[str, str],
    places: Mapping[str, str],
    levels: Mapping[str, str],
) -> list[str]:
    """Each reason as a sentence; names for the codes of units, stations, regencies and classes."""
    found = []
    for reason in reasons:
        code, words = reason["code"], dict(reason["words"])
        if code == "dearer":
            found.append(_dearer(words))
            continue
        if code == "barred" and "count" in words:
            code = "barred_many"
        if code == "needed" and float(words["more_m"]) < 50:
            code = "level"
        for name, known in (("unit", units), ("station", places), ("regency", places), ("class", levels)):
            if name in words:
                words[name] = known.get(words[name], words[name])
        if "rule" in words:
            words["rule"] = RULES[words["rule"]]
        for name in ("metres", "more_m"):
            if name in words:
                words[name] = kilometres(float(words[name]))
        found.append(str(SENTENCES[code]).format(**words))
    return found


def kilometres(metres: float) -> str:
    """12,3 km; or what it means where it is no way any more."""
    if metres * 1000 >= NO_WAY_MM:
        return gettext("satu personel yang kurang atau BKO")
    return f"{number(metres / 1000, 1)} km"


def _dearer(words: Mapping[str, Any]) -> str:
    parts = [
        pattern.format(n=abs(words[name]))
        for name, pattern in (
            ("missing", gettext("kekurangan bertambah {n}")),
            ("women", gettext("polwan kurang bertambah {n}")),
            ("lent", gettext("BKO bertambah {n}")),
        )
        if words[name] > 0
    ]
    if words["metres"] > 50:
        parts.append(gettext("jarak bertambah {km}").format(km=kilometres(words["metres"])))
    said = ", ".join(parts) or gettext("rencananya sedikit lebih buruk")
    moved = gettext("{n} orang lain ikut berpindah").format(n=words["moved"])
    return gettext("Bisa, tetapi {said}; {moved}.").format(said=said, moved=moved)
