"""What a chief reads: sentences for standings, cells and reasons."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sinergi.features.exchange.public import Book, Cell, Outside, Partner, Standing
from sinergi.ledger.histories import RESTORED
from sinergi.sync.models import Carried
from sinergi.web import records
from sinergi.web.templatetags.sinergi import moment, number, since

_COUNTS = (
    gettext_lazy("nol"),
    gettext_lazy("satu"),
    gettext_lazy("dua"),
    gettext_lazy("tiga"),
    gettext_lazy("empat"),
    gettext_lazy("lima"),
    gettext_lazy("enam"),
    gettext_lazy("tujuh"),
    gettext_lazy("delapan"),
    gettext_lazy("sembilan"),
    gettext_lazy("sepuluh"),
)

# Verdicts are written into the store in English; people read the ledger's here, a feature's in `records.register`.
_REASONS = {
    "its id was used before in this log": gettext_lazy("Nomor catatan ini sudah dipakai; yang pertama berlaku."),
    "an identity log holds only keys and offices": gettext_lazy("Buku kunci tidak boleh memuat catatan lain."),
    "keys are named in identity logs": gettext_lazy("Kunci hanya dinyatakan dalam buku kunci instansinya."),
    "its key was revoked for this place of its log": gettext_lazy(
        "Kunci penulisnya dicabut; yang ditandatangani sesudah tempat terakhir yang dipercaya tidak berlaku."
    ),
    "its author saw another history of a partner's log": gettext_lazy(
        "Penulisnya melihat riwayat lain dari buku catatan mitra. Bandingkan sidik jari dengan mitra itu."
    ),
    "the founding facts do not make this agreement's id": gettext_lazy("Isi perjanjian tidak cocok dengan nomornya."),
    "an agreement is founded once, at the start of its founder's log": gettext_lazy(
        "Perjanjian hanya dimasukkan sekali."
    ),
    "the founder is not the first party, or a party is named twice": gettext_lazy(
        "Penulisnya bukan pihak pertama, atau satu pihak disebut dua kali."
    ),
    "an agency is founded once, at the start of its identity log": gettext_lazy("Instansi hanya didirikan sekali."),
    "its agreement was never founded": gettext_lazy("Perjanjiannya belum pernah dimasukkan."),
    "its author is no party to this agreement": gettext_lazy("Penulisnya bukan pihak dalam perjanjian ini."),
    "its author had left the agreement": gettext_lazy("Penulisnya sudah mengakhiri perjanjian ini."),
    "its author had joined already": gettext_lazy("Penulisnya sudah menegaskan perjanjian ini."),
    "the agreement was not in force when this was stated": gettext_lazy(
        "Perjanjian belum berlaku ketika ini dicatat. Catat lagi setelah semua pihak menegaskan."
    ),
    "its author had not seen the agreement opened": gettext_lazy(
        "Penulisnya belum menerima rancangan perjanjian ketika ini dicatat."
    ),
    "it may name a record of a log that is frozen here": gettext_lazy(
        "Mungkin menyebut catatan dari buku yang dibekukan di sini."
    ),
    "its time is beyond the calendar": gettext_lazy("Waktunya di luar kalender."),
    "it names a time beyond the calendar": gettext_lazy("Menyebut waktu di luar kalender."),
    "its facts cannot be counted with": gettext_lazy("Isinya tidak dapat diolah di sini."),
    "it names a record its author had not seen": gettext_lazy("Menyebut catatan yang belum dilihat penulisnya."),
}


class Banner(msgspec.Struct, frozen=True):
    """The sentence at the head of the page: tone good, warn or bad; `lead` in bold, then `rest`, `small` beneath."""

    tone: str
    icon: str
    lead: str
    rest: str
    small: str = ""


class Told(msgspec.Struct, frozen=True):
    """One cell in words. `look` is its class, `shape` its state mark ("" for the author's pencil)."""

    look: str
    shape: str
    title: str
    sub: str


def banner(standing: Standing, at: datetime) -> Banner:
    """What the matrix means, in two sentences."""
    if any(book.frozen == RESTORED for book in standing.frozen):
        return Banner(
            "bad",
            "alert-octagon",
            _("Buku kantor ini tertinggal."),
            _("Mitra memegang catatan kantor ini yang tidak ada di sini, jadi kantor ini belum menandatangani."),
            _("Membaca tetap bisa. Yang harus dilakukan ada di bawah."),
        )
    frozen = standing.frozen
    if frozen:
        names = ", ".join(sorted({book.author_name for book in frozen}))
        return Banner(
            "bad",
            "alert-octagon",
            _("Buku catatan %(names)s dibekukan.") % {"names": names},
            _("Ada dua riwayat yang saling bertentangan, keduanya bertanda tangan. Tidak ada yang dihapus di sini."),
            _("Yang terjadi dan yang harus dilakukan ada di bawah."),
        )
    apart = standing.apart
    if apart:
        told = " ".join(_apart(partner, at) for partner in apart)
        waits = sum(standing.waiting(partner.id) for partner in apart)
        return Banner(
            "warn",
            "wifi-off",
            _("Tidak ada catatan di sini yang hilang."),
            f"{told} {waiting_sentence(waits)}",
            _same_sentence([partner for partner in standing.partners if partner.line == "connected"], standing, at),
        )
    new = [partner for partner in standing.partners if partner.line in ("new", "stranger", "paused")]
    travelling = sum(standing.waiting(partner.id) for partner in standing.partners)
    coming = sum(
        book.cells[standing.own.id].missing
        for shelf in standing.shelves
        for book in shelf.books
        if standing.own.id in book.cells
    )
    if new:
        names = ", ".join(partner.name for partner in new)
        return Banner(
            "warn",
            "plug-connected-x",
            _("Tidak ada catatan di sini yang hilang."),
            _("%(names)s belum tersambung.") % {"names": names} + " " + waiting_sentence(travelling),
        )
    if travelling or coming:
        return Banner(
            "",
            "transfer",
            _("Tidak ada catatan yang hilang."),
            ngettext(
                "%(count)s catatan sedang di jalan dan sampai sendiri.",
                "%(count)s catatan sedang di jalan dan sampai sendiri.",
                travelling + coming,
            )
            % {"count": capfirst(count_words(travelling + coming))},
            _checked(standing, at),
        )
    return Banner(
        "good",
        "circle-check",
        _("Semua catatan sama di setiap pihak."),
        _("Tidak ada yang menunggu dikirim."),
        _checked(standing, at),
    )


def state_sentence(standing: Standing, at: datetime) -> str:
    """The same for the top bar, in a few words."""
    if standing.frozen:
        return _("Buku %(name)s dibekukan") % {"name": standing.frozen[0].author_name}
    apart = standing.apart
    if len(apart) == 1:
        return _("%(name)s terputus %(span)s") % {"name": apart[0].name, "span": since(apart[0].last_contact, at)}
    if apart:
        return _("%(count)s mitra terputus") % {"count": len(apart)}
    never = [partner for partner in standing.partners if partner.line != "connected"]
    if never:
        return _("%(name)s belum tersambung") % {"name": never[0].name}
    travelling = sum(standing.waiting(partner.id) for partner in standing.partners)
    if travelling:
        return _("%(count)s catatan di jalan") % {"count": number(travelling)}
    same = _("Sama di kedua pihak") if len(standing.partners) == 1 else _("Sama di semua pihak")
    return f"{same} · {since(standing.checked_at, at)}"


def cell(told: Cell, line: str, book: Book, at: datetime) -> Told:
    """One cell of the matrix."""
    n = number(told.count)
    kept = _("%(n)s disimpan dan disaksikan") if told.witnessed else _("%(n)s disimpan")
    match told.has:
        case "author":
            last = f"; {_('terakhir %(at)s') % {'at': moment(book.last_at, at)}}" if book.last_at else ""
            return Told("author", "", _("%(n)s catatan") % {"n": n}, _("penulis") + last)
        case "unseen":
            return Told("author", "", _("%(n)s atau lebih") % {"n": n}, _("penulis; tidak terlihat dari sini"))
        case "same":
            return Told("", "done", _("Sama"), kept % {"n": n})
        case "until":
            title = _("Sampai %(at)s") % {"at": moment(told.at, at)} if told.at else _("Belum diketahui")
            return Told("behind", "waiting", title, f"{kept % {'n': n}}; {_('catatan baru belum diketahui')}")
        case "behind" if line == "connected" or line == "self":
            return Told("", "working", _("%(n)s di jalan") % {"n": number(told.missing)}, _("punya %(n)s") % {"n": n})
        case "behind":
            until = f", {_('sampai %(at)s') % {'at': moment(told.at, at)}}" if told.at else ""
            return Told(
                "behind",
                "waiting",
                _("Kurang %(n)s") % {"n": number(told.missing)},
                _("punya %(n)s") % {"n": n} + until,
            )
        case "none":
            return Told("", "scheduled", _("Belum ada"), _("belum ada catatan"))
    return stranger()


def stranger() -> Told:
    """The cell of somebody who is no party."""
    return Told("stranger", "", _("Bukan pihak."), _("Tidak menerima apa pun."))


def line_words(partner: Partner, at: datetime) -> tuple[str, str, str]:
    """(tone, word, when) for the head of a column."""
    if partner.line == "self":
        return "", "", _("kantor ini")
    if partner.line == "connected" and partner.missed:
        return (
            "warn",
            _("tidak menjawab, dicoba lagi"),
            _("bicara %(span)s lalu") % {"span": since(partner.last_contact, at)},
        )
    if partner.line == "connected":
        return "good", _("daring"), _("bicara %(span)s lalu") % {"span": since(partner.last_contact, at)}
    if partner.line == "apart":
        return "bad", _("terputus"), _("bicara terakhir %(at)s") % {"at": moment(partner.last_contact, at)}
    if partner.line == "paused":
        return "warn", _("dijeda"), _("dihentikan oleh administrator")
    return "warn", _("belum tersambung"), _("belum pernah bicara")


def lagging(partner: Partner, count: int) -> str:
    """What follows where a partner has not received facts in the time for which our clock alone is believed."""
    said = ngettext(
        "%(count)s catatan belum sampai di %(name)s lebih dari 24 jam sesudah dicatat: untuk batas waktu, "
        "yang dihitung saat sampainya, bukan jam kantor ini.",
        "%(count)s catatan belum sampai di %(name)s lebih dari 24 jam sesudah dicatat: untuk batas waktu, "
        "yang dihitung saat sampainya, bukan jam kantor ini.",
        count,
    )
    return said % {"count": capfirst(count_words(count)), "name": partner.name}


def outside(one: Outside, at: datetime) -> tuple[str, str, str]:
    """(shape, state, sentence) of an outside witness."""
    if one.latest is None:
        return "waiting", _("belum menyaksikan"), _("Diminta menyaksikan; belum ada tanda tangannya.")
    said = {"whole": number(one.whole), "books": number(one.books), "at": moment(one.latest, at)}
    sentence = _("%(whole)s dari %(books)s buku disaksikan sampai catatan terakhir; terakhir %(at)s.") % said
    if not one.asked:
        return "scheduled", _("tidak diminta lagi"), sentence
    if one.whole < one.books:
        return "working", _("menyusul"), sentence
    return "done", _("disaksikan"), sentence


def reason(verdict: str) -> str:
    """Why a fact is kept as evidence and changes nothing, in plain words."""
    if verdict.startswith("only an agency of kind kpu"):
        return _("Hanya KPU yang boleh menyatakan ini.")
    if verdict.startswith("only an agency of kind police"):
        return _("Hanya Polri yang boleh menyatakan ini.")
    return str(_REASONS.get(verdict) or records.reason(verdict) or _("Isinya tidak sesuai jenis catatannya."))


def waiting_sentence(count: int) -> str:
    """Sembilan catatan menunggu dan terkirim sendiri saat tersambung."""
    if not count:
        return _("Tidak ada catatan yang menunggu dikirim.")
    said = ngettext(
        "%(count)s catatan menunggu dan terkirim sendiri saat tersambung.",
        "%(count)s catatan menunggu dan terkirim sendiri saat tersambung.",
        count,
    )
    return said % {"count": capfirst(count_words(count))}


def carried(partner: Partner, parcel: Carried, at: datetime) -> str:
    """What came or went by a file that people carried by hand, and whether its receipt is back."""
    said = {"n": number(parcel.facts), "name": partner.name, "at": moment(parcel.at, at)}
    if not parcel.outgoing:
        return _("Dari berkas %(name)s, diambil %(at)s: %(n)s catatan baru.") % said
    if parcel.answered_at is None:
        return (
            _("Dibawa dengan berkas untuk %(name)s, ditulis %(at)s: %(n)s catatan. Tanda terimanya belum kembali.")
            % said
        )
    said["at"] = moment(parcel.answered_at, at)
    return _("Dibawa dengan berkas untuk %(name)s: %(n)s catatan. Tanda terimanya kembali %(at)s.") % said


def count_words(count: int) -> str:
    """`sembilan` up to ten, digits beyond."""
    return str(_COUNTS[count]) if count < len(_COUNTS) else number(count)


def _apart(partner: Partner, at: datetime) -> str:
    words: dict[str, Any] = {
        "name": partner.name,
        "at": moment(partner.last_contact, at),
        "span": since(partner.last_contact, at),
    }
    return _("%(name)s terputus sejak %(at)s (%(span)s).") % words


def _same_sentence(partners: list[Partner], standing: Standing, at: datetime) -> str:
    same = [partner for partner in partners if not standing.waiting(partner.id)]
    if not same:
        return ""
    names = ", ".join(partner.name for partner in same)
    ages = [partner.last_contact for partner in same if partner.last_contact]
    span = since(min(ages), at) if ages else ""
    return _("%(names)s dan kantor ini sama persis, diperiksa %(span)s lalu.") % {"names": names, "span": span}


def _checked(standing: Standing, at: datetime) -> str:
    checked = standing.checked_at
    return _("Diperiksa %(span)s lalu.") % {"span": since(checked, at)} if checked else ""


def clock_apart(partner: Partner) -> str:
    """One sentence about a partner whose clock is not ours."""
    hours, minutes = divmod(round(abs(partner.ahead) / 60), 60)
    pattern = (
        _(
            "Jam sistem %(name)s lebih cepat %(hours)d jam %(minutes)d menit daripada jam di sini. "
            "Urutan catatan tidak terpengaruh; periksa jam kedua sistem."
        )
        if partner.ahead > 0
        else _(
            "Jam sistem %(name)s lebih lambat %(hours)d jam %(minutes)d menit daripada jam di sini. "
            "Urutan catatan tidak terpengaruh; periksa jam kedua sistem."
        )
    )
    return pattern % {"name": partner.name, "hours": hours, "minutes": minutes}
