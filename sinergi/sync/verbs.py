"""Verbs for founding a node and meeting partners: init, invite, accept, sync."""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from sinergi.kernel.arguments import Arguments
from sinergi.kernel.caller import caller_path
from sinergi.kernel.errors import Broken, Refused
from sinergi.kernel.instants import now, say_instant
from sinergi.ledger import founding, keys, stamping, store, witnessing
from sinergi.ledger import fsck as checking
from sinergi.ledger.models import Agency, Agreement
from sinergi.ledger.rows import own_zone
from sinergi.ledger.writer import run
from sinergi.sync import addresses, carrying, codes, invitations, objects, service, stamps, waking
from sinergi.sync import repair as repairing
from sinergi.sync.models import Peer


def init(argv: list[str], data: Path) -> int:
    """`sinergi init`: found this node's agency; it starts empty, with one administrator."""
    parser = Arguments(prog="sinergi init", description="Dirikan instansi pada simpul baru yang kosong.")
    parser.add_argument("--code", required=True, help="kode pendek, misalnya kpu-tapsel")
    parser.add_argument("--name", required=True, help="nama resmi lengkap")
    parser.add_argument("--kind", required=True, choices=founding.KINDS)
    parser.add_argument("--region", required=True, help="kode wilayah (1203), atau * untuk beberapa kabupaten")
    parser.add_argument("--url", required=True, help="alamat simpul ini bagi mitra: https://sinergi.kantor.go.id")
    parser.add_argument("--administrator", default="admin", help="nama pengguna administrator pertama")
    asked = parser.parse_args(argv)
    if Agency.objects.filter(is_self=True).exists():
        raise Refused("Simpul ini sudah memiliki instansi.", code="S-001")
    _check_words(asked)
    addresses.read(asked.url)
    at = now()
    own = founding.found_agency(
        keys.folder(), code=asked.code, name=asked.name, kind=asked.kind, region=asked.region, at=at
    )
    invitations.settle(asked.url)
    password = _first_administrator(asked.administrator, at)
    print(f"{own.name}\nsidik jari: {invitations.fingerprint(own.id)}")
    print(f"administrator: {asked.administrator}\nkata sandi pertama: {password}")
    return 0


def invite(argv: list[str], data: Path) -> int:
    """`sinergi invite --for NAME FILE`: write an invitation; print its QR code and our fingerprint."""
    parser = Arguments(prog="sinergi invite", description="Tulis undangan untuk satu mitra.")
    parser.add_argument("--for", dest="recipient", required=True, help="nama atau kode instansi yang diundang")
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--inside", action="store_true", help="mitra berada di jaringan dalam kita")
    parser.add_argument("--quiet", action="store_true", help="tanpa kode QR")
    parser.add_argument("file", help="berkas yang ditulis")
    asked = parser.parse_args(argv)
    made = invitations.invite(asked.recipient, days=asked.days, at=now(), inside=asked.inside)
    _write_new(caller_path(asked.file), made.letter)
    if not asked.quiet:
        print(codes.terminal(made.short))
    print(f"berlaku sampai: {say_instant(made.expires_at, own_zone())}")
    print(f"sidik jari kantor ini: {invitations.fingerprint(store.own_agency().id)}")
    return 0


def accept(argv: list[str], data: Path) -> int:
    """`sinergi accept FILE [--fingerprint …]`: present an invitation. Without the fingerprint nothing is connected."""
    parser = Arguments(
        prog="sinergi accept",
        description="Terima undangan. Tanpa --fingerprint hanya menampilkan kedua sidik jari untuk dicocokkan.",
    )
    parser.add_argument("file", help="berkas undangan, atau berkas berisi teks kode QR-nya")
    parser.add_argument("--fingerprint", default="", help="sidik jari pengundang seperti yang dibacakannya")
    parser.add_argument("--inside", action="store_true", help="pengundang berada di jaringan dalam kita")
    parser.add_argument("--witness", action="store_true", help="pengundang menjadi saksi luar kantor ini")
    asked = parser.parse_args(argv)
    try:
        offer = invitations.read(caller_path(asked.file).read_bytes()[: invitations.LARGEST_LETTER + 1])
    except OSError as error:
        raise Refused(f"Berkas {asked.file} tidak dapat dibaca.", code="S-120") from error
    print(f"pengundang:  {offer.name or offer.url}\n             {invitations.fingerprint(offer.agency)}")
    print(f"kantor ini:  {store.own_agency().name}\n             {invitations.fingerprint(store.own_agency().id)}")
    if not asked.fingerprint:
        raise Refused(
            "Cocokkan kedua sidik jari lewat telepon, lalu ulangi dengan --fingerprint milik pengundang.", code="S-119"
        )
    peer = invitations.accept(offer, at=now(), inside=asked.inside, fingerprint=asked.fingerprint)
    if asked.witness:
        run(lambda: Peer.objects.filter(agency=peer.agency).update(witnesses=True))
    service.wake(peer.agency)
    print("terhubung")
    return 0


def sync(argv: list[str], data: Path) -> int:
    """`sinergi sync once|status|export|import|release`: exchange with partners, or by a file carried by hand."""
    if argv[:1] == ["export"]:
        return _export(argv[1:])
    if argv[:1] == ["import"]:
        return _import(argv[1:])
    if argv[:1] == ["release"]:
        return _release(argv[1:])
    parser = Arguments(
        prog="sinergi sync",
        description="Bertukar dengan mitra, atau tampilkan keadaannya. Tanpa jaringan: sinergi sync export --help, "
        "sinergi sync import --help.",
    )
    parser.add_argument("what", choices=("once", "status", "export", "import", "release"))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    failed = _once() if asked.what == "once" else 0
    report = [_row(peer) for peer in Peer.objects.order_by("agency")]
    held = {agreement: why for agreement in _agreements() if (why := waking.why(agreement))}
    if asked.json:
        print(json.dumps({"partners": report, "unsigned": held}, ensure_ascii=False))
    else:
        for agreement, why in held.items():
            print(f"perjanjian {agreement[:8]} belum ditandatangani di sini: {why}")
        for row in report:
            print(f"{row['name']}: {row['state']}" + (f" ({row['error']})" if row["error"] else ""))
        if not report:
            print("Belum ada mitra. Buat undangan: sinergi invite --for NAMA BERKAS")
    return 1 if failed else 0


def _release(argv: list[str]) -> int:
    parser = Arguments(
        prog="sinergi sync release",
        description="Untuk saksi luar: kembalikan buku kepada penulisnya bila instansi lain lebih dahulu "
        "menandatangani atas namanya. Yang sudah disaksikan dari buku itu dilupakan, jadi bila keduanya bersekongkol, "
        "dua riwayat dapat disaksikan. Tanyakan dahulu kepada kedua instansi lewat telepon, dan catat jawabannya.",
    )
    parser.add_argument("mark", help="penanda buku, sedikitnya 8 huruf pertama, lihat halaman Buku yang disaksikan")
    parser.add_argument("--author", required=True, help="kode instansi penulis buku itu")
    parser.add_argument("--sure", action="store_true", required=True, help="kedua instansi sudah ditanya")
    asked = parser.parse_args(argv)
    taker = witnessing.release(asked.mark.replace(" ", ""), asked.author)
    print(f"buku {asked.mark} milik {asked.author} mulai sekarang; yang ditandatangani {taker} dilupakan")
    return 0


def _export(argv: list[str]) -> int:
    parser = Arguments(
        prog="sinergi sync export",
        description="Tulis catatan yang belum sampai di mitra ke satu berkas terenkripsi, untuk dibawa dengan tangan.",
    )
    parser.add_argument("--to", required=True, help="nama atau kode mitra")
    parser.add_argument("--all", action="store_true", help="semua catatan yang boleh dibacanya, bukan hanya yang baru")
    parser.add_argument("--passphrase-file", type=Path, help="kunci dengan kata sandi, bukan dengan kunci mitra")
    parser.add_argument("file", help="berkas yang ditulis, misalnya di stik USB")
    asked = parser.parse_args(argv)
    partner = carrying.partner_named(asked.to)
    made = carrying.export(
        partner, caller_path(asked.file), at=now(), whole=asked.all, passphrase=_passphrase(asked.passphrase_file)
    )
    print(f"{asked.file}: {made.entries} catatan dan {made.objects} berkas data untuk {partner.name}")
    print("di sana: sinergi sync import BERKAS; bawa pulang tanda terimanya dan masukkan dengan perintah yang sama")
    return 0


def _import(argv: list[str]) -> int:
    parser = Arguments(
        prog="sinergi sync import",
        description="Ambil berkas pertukaran yang dibawa dengan tangan, atau tanda terimanya. Setiap catatan diperiksa "
        "seperti yang datang lewat jaringan.",
    )
    parser.add_argument("--receipt", help="tempat tanda terima ditulis (bawaan: di samping berkas)")
    parser.add_argument("--passphrase-file", type=Path, help="berkas dengan kata sandinya")
    parser.add_argument("file", help="berkas dari mitra")
    asked = parser.parse_args(argv)
    file, password = caller_path(asked.file), _passphrase(asked.passphrase_file)
    taken = carrying.take_in(file, at=now(), passphrase=password)
    brought = taken.outcome
    if taken.answers:
        print(f"tanda terima dari {taken.name}: {brought.cosignatures} tanda tangan baru atas catatan")
    else:
        again = " (berkas ini sudah pernah diambil)" if taken.known else ""
        print(f"dari {taken.name}: {brought.entries} catatan, {brought.bodies} isi{again}")
    if taken.foreign:
        print(f"{taken.foreign} buku catatan bukan untuk kantor ini dan tidak diambil")
    for trouble in brought.troubles:
        print(trouble)
    if not taken.answers:
        receipt = caller_path(asked.receipt) if asked.receipt else file.with_name(f"{file.stem}-tanda-terima.age")
        carrying.answer(taken, receipt, at=now(), passphrase=password)
        print(f"tanda terima: {receipt.name}; bawa kembali kepada {taken.name}")
    return 1 if brought.troubles else 0


def _passphrase(file: Path | None) -> str:
    return [*_lines(file), ""][0]


def _lines(file: Path | None) -> list[str]:
    if file is None:
        return []
    try:
        return [line.strip() for line in caller_path(file).read_text()[:10_000].split("\n")]
    except (OSError, UnicodeError) as error:
        raise Refused(f"Berkas {file} tidak dapat dibaca.", code="S-120") from error


def fsck(argv: list[str], data: Path) -> int:
    """`sinergi fsck [--quick] [--repair] [--json]`: check every stored byte; 0 only where nothing is wrong."""
    parser = Arguments(prog="sinergi fsck", description="Periksa setiap bita yang tersimpan.")
    parser.add_argument("--quick", action="store_true", help="tanpa tanda tangan")
    parser.add_argument("--repair", action="store_true", help="ambil kembali bita yang benar dari mitra")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    found = checking.check(quick=asked.quick and not asked.repair) + _kept_files()
    mended, troubles = 0, []
    if asked.repair and found:
        with repairing.partners() as lines:
            troubles = repairing.repair(lines)
        before, found = len(found), checking.check() + _kept_files()
        mended = max(0, before - len(found))
    if asked.json:
        told = {"findings": msgspec.to_builtins(found), "mended": mended, "troubles": troubles}
        print(json.dumps(told if asked.repair else {"findings": told["findings"]}, ensure_ascii=False))
        return 1 if found else 0
    for trouble in troubles:
        print(trouble)
    for finding in found:
        print(f"{finding.where}: {finding.what}")
    if mended:
        print(f"{mended} hal diperbaiki; setiap bita terbukti dengan tanda tangan dan pohonnya")
    print("semua simpanan utuh" if not found else f"{len(found)} hal tidak benar")
    return 1 if found else 0


def stamp(argv: list[str], data: Path) -> int:
    """`sinergi stamp add|list|remove|now`: the time authorities (RFC 3161) that this node trusts and asks."""
    parser = Arguments(prog="sinergi stamp", description="Otoritas waktu yang memberi stempel waktu pada bukti.")
    what = parser.add_subparsers(dest="what", required=True, parser_class=Arguments)
    adding = what.add_parser(
        "add", prog="sinergi stamp add", description="Percaya satu otoritas waktu; langsung dicoba."
    )
    adding.add_argument("url", help="alamatnya, persis seperti diberikan otoritas itu")
    adding.add_argument("--certificate", type=Path, required=True, help="sertifikat induk yang dipercaya (PEM)")
    adding.add_argument("--name", required=True, help="namanya bagi orang")
    what.add_parser("list", prog="sinergi stamp list", description="Otoritas waktu dan keadaannya.")
    removing = what.add_parser("remove", prog="sinergi stamp remove", description="Tidak ditanyai lagi.")
    removing.add_argument("fingerprint", help="awal sidik jarinya, lihat sinergi stamp list")
    what.add_parser("now", prog="sinergi stamp now", description="Minta stempel waktu sekarang.")
    asked = parser.parse_args(argv)
    at = now()
    if asked.what == "add":
        try:
            pem = caller_path(asked.certificate).read_bytes()
        except OSError as error:
            raise Refused(f"Berkas {asked.certificate} tidak dapat dibaca.", code="S-764") from error
        added = stamps.add(asked.url, pem, asked.name, at)
        print(
            f"{added.name}: {added.fingerprint}\ndicoba dan dapat dipakai; stempel diminta paling lambat sejam sekali"
        )
        return 0
    if asked.what == "remove":
        gone = stamps.remove(asked.fingerprint, at)
        print(f"{gone.name} tidak ditanyai lagi; stempelnya yang ada tetap menjadi bukti")
        return 0
    named, is_good = stamping.asked(), True
    for authority in named:
        if asked.what == "now":
            told = stamps.collect(authority, at)
            is_good = is_good and not told.trouble
            print(
                f"{authority.name}: {told.stamped} titik periksa distempel{'; ' + told.trouble if told.trouble else ''}"
            )
        else:
            heard = say_instant(authority.last_answer, own_zone()) if authority.last_answer else "belum pernah"
            print(f"{authority.fingerprint[:16]}  {authority.name}  {authority.url}  stempel terakhir {heard}")
            if authority.error:
                print(f"  {authority.error}")
    if not named:
        print("tidak ada otoritas waktu; tidak ada yang menunggu karenanya")
    return 0 if is_good else 1


def _kept_files() -> list[checking.Finding]:
    """Scans and sealed objects; no partner brings them back by `--repair`: from a back-up, or delivered again."""
    return [checking.Finding(f"berkas {name}", "isinya bukan yang dicatat") for name in objects.damaged()]


def resume(argv: list[str], data: Path) -> int:
    """`sinergi resume --by NAME --and NAME --reason TEXT`: sign again without a partner's answer; two people vouch."""
    parser = Arguments(
        prog="sinergi resume",
        description="Tandatangani lagi tanpa jawaban mitra. Dua orang menyatakan bahwa simpul ini satu-satunya yang "
        "berjalan dan bukan salinan lama; nama, waktu dan alasannya dicatat.",
    )
    parser.add_argument("--by", required=True, help="nama pengguna orang pertama")
    parser.add_argument(
        "--and", dest="second", required=True, help="nama pengguna orang kedua; satu dari dua adalah administrator"
    )
    parser.add_argument("--reason", required=True, help="alasan, satu kalimat")
    parser.add_argument(
        "--passwords-file", type=Path, help="berkas dengan kata sandi keduanya, satu per baris (bawaan: diketik)"
    )
    # Typed at the terminal before the verb was handed over (resuming); nobody writes a password on a command line.
    parser.add_argument("--passwords", action="append", default=[], help=argparse.SUPPRESS)
    asked = parser.parse_args(argv)
    passwords = asked.passwords or _lines(asked.passwords_file)[:2]
    for username, password in zip((asked.by, asked.second), [*passwords, "", ""], strict=False):
        _prove(username, password)
    waking.resume(asked.by, asked.second, asked.reason, at=now())
    print("simpul ini menandatangani lagi; pernyataan kedua orang itu dicatat")
    for agreement in _agreements():
        if why := waking.why(agreement):
            print(f"perjanjian {agreement[:8]} belum ditandatangani di sini: {why}")
    return 0


def _prove(username: str, password: str) -> None:
    """A name alone is no word of a person: anybody at the machine knows it."""
    from sinergi.access.models import User

    person = User.objects.filter(username=username).first()
    if person is None or not person.check_password(password):
        raise Refused("Kata sandi %(name)s tidak cocok.", code="S-151", words={"name": username[:40]})


def _once() -> int:
    failed = 0
    for agency in Peer.objects.filter(paused=False).order_by("agency").values_list("agency", flat=True):
        try:
            service.once(agency)
        except (Broken, Refused):
            # The partner's row says why; the other partners have their turn.
            failed += 1
    return failed


def _agreements() -> list[str]:
    return list(Agreement.objects.order_by("id").values_list("id", flat=True))


def _row(peer: Peer) -> dict[str, str]:
    agency = Agency.objects.get(id=peer.agency)
    contact = peer.last_contact.astimezone(UTC).isoformat(timespec="seconds") if peer.last_contact else ""
    return {
        "agency": peer.agency,
        "code": agency.code,
        "name": agency.name,
        "url": peer.url,
        "state": peer.state(now()),
        "last_contact": contact,
        "error": peer.error,
    }


def _check_words(asked: argparse.Namespace) -> None:
    if not re.fullmatch("[a-z0-9-]{2,40}", asked.code):
        raise Refused("Kode instansi terdiri atas huruf kecil, angka dan tanda hubung, 2 sampai 40.", code="S-002")
    if not 3 <= len(asked.name.strip()) <= 200:
        raise Refused("Tulis nama resmi instansi, 3 sampai 200 huruf.", code="S-003")
    if asked.region != "*" and not (asked.region.isdecimal() and len(asked.region) in (2, 4, 6, 10)):
        raise Refused("Kode wilayah tidak sah.", code="S-004")


def _first_administrator(username: str, at: datetime) -> str:
    from sinergi.access import accounts

    password = secrets.token_urlsafe(15)
    person = accounts.add(
        username=username, name="Administrator", title="", service_number="", password=password, at=at
    )
    accounts.give_duty(person, "administrator", at=at, starts_at=at, regions=["*"], agreements=["*"])
    return password


def _write_new(path: Path, content: bytes) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except FileExistsError as error:
        raise Refused(f"Berkas {path.name} sudah ada; pilih nama lain.", code="S-104") from error
    except OSError as error:
        raise Refused(f"Berkas {path.name} tidak dapat ditulis: {error.strerror}.", code="S-104") from error
