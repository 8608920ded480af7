"""What `sinergi plan` says about a plan by name, in Indonesian sentences."""

from __future__ import annotations

from sinergi.planning.explain import Reason
from sinergi.planning.model import OfficerPlan, Officers, Sites
from sinergi.planning.officers import RULES
from sinergi.planning.reaction import CoverPlan
from sinergi.planning.replanning import Replanned
from sinergi.planning.units import LENT_MM


def say_reaction(sites: Sites, plan: CoverPlan, reach_m: float) -> None:
    """Where reaction forces stand and how much of the weight they reach."""
    named = ", ".join(sorted(sites.code[i] for i in plan.sites))
    print(f"Pasukan reaksi cepat di {named}.")
    proven = "terbukti paling banyak" if plan.weight == plan.bound else f"paling banyak {plan.bound}, terbukti"
    stations = int(plan.covered.sum())
    print(f"Menjangkau {stations} TPS dalam {reach_m / 1000:g} km, bobot {plan.weight} ({proven}).")
    if plan.alone:
        print(f"{plan.alone} TPS tidak terjangkau dari calon tempat mana pun.")


def say_names(officers: Officers, plan: OfficerPlan) -> None:
    """Who may not stand guard and why, women that lack, and what pins cost."""
    for rule, words in RULES.items():
        count = sum(1 for broken in plan.barred.values() if broken == rule)
        if count:
            print(f"{count} personel tidak diikutkan: {words}.")
    if plan.women_missing.any():
        print(f"KURANG {int(plan.women_missing.sum())} polwan yang diminta pola.")
    if plan.duty.shifts > 1:
        print(f"{plan.duty.shifts} giliran, masing-masing {plan.duty.shift_hours:g} jam.")
    for pin, price in zip(plan.pins, plan.pin_mm, strict=True):
        if price is not None:
            print(f"Penetapan {officers.code[pin.officer]} di TPS {pin.station} ({pin.reason}): {_price(price)}.")
    if plan.pins and plan.pins_mm is not None:
        print(f"Semua penetapan dengan tangan: {_price(plan.pins_mm)}.")


def say_choices(choices: list[Replanned], officers: Officers, chosen: int) -> None:
    """The ways to plan anew, from fewest changes to fewest metres."""
    print("Pilihan susun ulang (perubahan, jarak semua personel, kurang):")
    for number, one in enumerate(choices, start=1):
        mark = "  ← ditulis" if number == min(chosen, len(choices)) else ""
        short = int(one.plan.units.missing.sum())
        print(f"{number}. {one.changes:g} perubahan, {one.metres / 1000:.1f} km, kurang {short}{mark}")
    one = choices[min(chosen, len(choices)) - 1]
    some = ", ".join(officers.code[i] for i in one.moved[:10])
    if some:
        print(f"Yang berpindah: {some}{' …' if len(one.moved) > 10 else ''}")


def in_words(reason: Reason) -> str:
    """A reason as an Indonesian sentence."""
    words = dict(reason.words)
    if "rule" in words:
        words["rule"] = RULES[str(words["rule"])]
    for name in ("metres", "more_m"):
        if name in words:
            words[name] = f"{float(words[name]) / 1000:.1f} km"
    return SENTENCES["barred_many" if "count" in words and reason.code == "barred" else reason.code].format(**words)


SENTENCES = {
    "barred": "Tidak diikutkan: {rule}.",
    "barred_many": "{count} tidak diikutkan: {rule}.",
    "idle": "Ia siaga: semua posko yang boleh dijaganya sudah terisi, atau satuannya menyimpannya sebagai cadangan.",
    "pinned": "Ditetapkan dengan tangan di TPS {station}: {reason}.",
    "lent": "BKO: kabupaten {regency} membutuhkan {needed} personel, satuannya sendiri hanya dapat mengirim {able}.",
    "from": "Ia dari satuan {unit}, {metres} dari posko.",
    "nearest": "Tidak ada satuan kabupaten itu yang lebih dekat.",
    "reserve": "Satuan {unit} lebih dekat ({metres}), tetapi selebihnya cadangan ({reserve}).",
    "rules": "Satuan {unit} lebih dekat ({metres}), tetapi tidak seorang pun dari {count} personelnya boleh "
    "berjaga di sini.",
    "needed": "Satuan {unit} lebih dekat ({metres}), tetapi personelnya lebih diperlukan di posko lain: menukarnya "
    "menambah paling sedikit {more_m}.",
    "here": "Ia memang di sana.",
    "rule": "Ia tidak boleh berjaga di sana: {rule}.",
    "refused": "{sentence}",
    "equal": "Sama baiknya: ia dapat ditetapkan di sana tanpa menambah apa pun.",
    "dearer": "Bisa, tetapi rencananya menjadi lebih buruk: kurang {missing:+d}, polwan kurang {women:+d}, "
    "BKO {lent:+d}, jarak bertambah {metres}; {moved} orang lain ikut berpindah.",
    "enough": "Tidak ada kekurangan.",
    "need": "Dibutuhkan {needed}; ada {listed} nama, cadangan {reserve}; yang boleh dan dapat pergi {able}.",
    "short": "Kurang {missing}; paling sedikit yang mungkin {least}.",
    "home": "{count} di antaranya bukan karena jumlah: yang tersisa tidak boleh berjaga di posko yang kurang.",
    "where": "Kelas {class}: kurang {missing}.",
}


def _price(mm: int) -> str:
    """What a pin costs, in words."""
    if mm < LENT_MM // 2:
        return f"{mm / 1e6:.1f} km lebih jauh"
    return "menambah kekurangan, BKO, atau polwan yang tidak ada"
