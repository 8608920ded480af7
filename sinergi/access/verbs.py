"""`sinergi user …`: people of this node, at the command line."""

from __future__ import annotations

import argparse
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from sinergi.access import accounts
from sinergi.access.models import EVERYTHING, Duty, User
from sinergi.access.roles import ROLES
from sinergi.kernel.arguments import Arguments
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import end_of_day, now, to_text


def user(argv: list[str], data: Path) -> int:
    """Do what `sinergi user` was asked; 0 if it was done. Raises Refused with one sentence otherwise."""
    try:
        told = _parser().parse_args(argv)
    except SystemExit as end:  # --help has been printed
        return int(end.code or 0)
    told.verb(told, now())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Arguments(prog="sinergi user", description="Orang di instansi ini dan kewenangannya.")
    verbs = parser.add_subparsers(required=True, metavar="add|list|suspend|restore|password|factors|recover|token|duty")

    add = verbs.add_parser("add", help="tambah orang dan tampilkan kata sandi pertamanya")
    add.add_argument("username")
    add.add_argument("--name", required=True)
    add.add_argument("--title", default="")
    add.add_argument("--number", default="", help="NRP (8 angka) atau NIP (18 angka)")
    add.add_argument("--role", choices=list(ROLES), help="langsung beri penugasan ini")
    add.set_defaults(verb=_add)

    listed = verbs.add_parser("list", help="daftar orang dan penugasannya sekarang")
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(verb=_list)

    for name, verb, words in (
        ("suspend", accounts.suspend, "tangguhkan seseorang seketika"),
        ("restore", accounts.restore, "pulihkan orang yang ditangguhkan"),
    ):
        one = verbs.add_parser(name, help=words)
        one.add_argument("username")
        one.set_defaults(verb=lambda told, at, verb=verb: verb(_named(told.username), at=at))

    password = verbs.add_parser("password", help="tampilkan kata sandi baru; harus diganti pemiliknya")
    password.add_argument("username")
    password.set_defaults(verb=_password)

    lost = verbs.add_parser("factors", help="cabut faktor kedua orang yang kehilangan perangkatnya")
    lost.add_argument("username")
    lost.set_defaults(verb=lambda told, at: accounts.reset_factors(_named(told.username), at=at))

    recover = verbs.add_parser("recover", help="buka pintu bagi administrator terakhir: tampilkan kata sandi baru")
    recover.add_argument("username")
    recover.set_defaults(verb=lambda told, at: print(accounts.recover(_named(told.username), at=at)))

    token = verbs.add_parser("token", help="tampilkan token untuk sebuah program")
    token.add_argument("username")
    token.add_argument("--label", required=True)
    token.add_argument("--days", type=int, default=90)
    token.set_defaults(verb=_token)

    duty = verbs.add_parser("duty", help="beri jabatan untuk suatu masa, atau akhiri")
    duty.add_argument("username")
    duty.add_argument("role", choices=list(ROLES))
    duty.add_argument("--region", action="append", help="kode wilayah; boleh diulang; bawaan: semua")
    duty.add_argument("--agreement", action="append", help="id perjanjian; boleh diulang; bawaan: semua")
    duty.add_argument("--last-day", type=_day, help="hari terakhir, YYYY-MM-DD")
    duty.add_argument("--acting-for", help="Plh: nama pengguna yang jabatannya dipegang")
    duty.add_argument("--end", action="store_true", help="akhiri penugasan ini sekarang")
    duty.set_defaults(verb=_duty)
    return parser


def _add(told: argparse.Namespace, at: datetime) -> None:
    if told.role and told.role not in accounts.roles_here():
        raise Refused(gettext("Instansi ini tidak memiliki jabatan itu."), code="A-21")
    person = accounts.add(username=told.username, name=told.name, title=told.title, service_number=told.number, at=at)
    if told.role:
        accounts.give_duty(person, told.role, at=at)
    print(accounts.set_password(person, at=at))


def _list(told: argparse.Namespace, at: datetime) -> None:
    people = [_row(person, at) for person in User.objects.order_by("username")]
    if told.json:
        print(json.dumps({"users": people}, ensure_ascii=False, indent=2))
        return
    for person in people:
        duties = ", ".join(("Plh " if duty["acting"] else "") + ROLES[duty["role"]].label for duty in person["duties"])
        mark = "ditangguhkan" if person["suspended"] else duties or "tanpa penugasan"
        print(f"{person['username']}\t{person['name']}\t{mark}")


def _row(person: User, at: datetime) -> dict[str, Any]:
    return {
        "username": person.username,
        "name": person.get_full_name(),
        "actor": person.actor_id,
        "suspended": person.is_suspended,
        "demo": person.is_demo,
        "duties": [
            {
                "role": duty.role,
                "acting": duty.is_acting,
                "regions": duty.regions,
                "agreements": duty.agreements,
                "ends_at": to_text(duty.ends_at) if duty.ends_at else None,
            }
            for duty in person.duties_at(at)
        ],
    }


def _password(told: argparse.Namespace, at: datetime) -> None:
    print(accounts.set_password(_named(told.username), at=at))


def _token(told: argparse.Namespace, at: datetime) -> None:
    person = _named(told.username)
    if not 1 <= told.days <= 366:
        raise Refused(gettext("Token berlaku paling lama 366 hari."), code="A-41")
    print(accounts.new_token(person, label=told.label, at=at, expires_at=at + timedelta(days=told.days)))


def _duty(told: argparse.Namespace, at: datetime) -> None:
    person = _named(told.username)
    if told.end:
        held = [duty for duty in Duty.objects.at(at).filter(user=person, role=told.role).order_by("pk")]
        if not held:
            raise Refused(
                gettext("%(name)s tidak memegang jabatan itu sekarang.") % {"name": person.username}, code="A-28"
            )
        for duty in held:
            accounts.end_duty(duty, at=at)
        return
    accounts.give_duty(
        person,
        told.role,
        at=at,
        ends_at=end_of_day(told.last_day) if told.last_day else None,
        regions=told.region or [EVERYTHING],
        agreements=told.agreement or [EVERYTHING],
        acting_for=_named(told.acting_for) if told.acting_for else None,
    )


def _named(username: str) -> User:
    person = User.objects.named(username)
    if person is None:
        raise Refused(gettext("Tidak ada pengguna bernama %(name)s.") % {"name": username}, code="A-15")
    return person


def _day(text: str) -> Any:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise argparse.ArgumentTypeError("tulis hari sebagai YYYY-MM-DD") from None
