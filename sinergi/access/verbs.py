"""`sinergi user …`: people of this node, at the command line."""

from __future__ import annotations

import argparse
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from django.utils.translation import gettext

from sinergi.access import accounts
from sinergi.access.models import EVERYTHING, Duty, User
from sinergi.access.roles import ROLES
from sinergi.kernel.errors import Refused
from sinergi.kernel.instants import end_of_day, now, to_text


class _Arguments(argparse.ArgumentParser):
    """Says what is wrong in one sentence instead of ending the program itself."""

    def error(self, message: str) -> NoReturn:
        sentence = gettext("Perintah 'sinergi user' tidak terbaca: %(reason)s. Lihat 'sinergi user --help'.")
        raise Refused(sentence % {"reason": message}, code="A-50")


def user(argv: list[str], data: Path) -> int:
    """Do what `sinergi user` was asked; 0 if it was done. Raises Refused with one sentence otherwise."""
    try:
        told = _parser().parse_args(argv)
    except SystemExit as end:  # --help has been printed
        return int(end.code or 0)
    told.verb(told, now())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Arguments(prog="sinergi user", description="People of this agency and what they may do.")
    verbs = parser.add_subparsers(required=True, metavar="add|list|suspend|restore|password|factors|recover|token|duty")

    add = verbs.add_parser("add", help="add a person and print a first password")
    add.add_argument("username")
    add.add_argument("--name", required=True)
    add.add_argument("--title", default="")
    add.add_argument("--number", default="", help="NRP (8 digits) or NIP (18 digits)")
    add.add_argument("--role", choices=list(ROLES), help="give this duty at once")
    add.set_defaults(verb=_add)

    listed = verbs.add_parser("list", help="list people and their present duties")
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(verb=_list)

    for name, verb, words in (
        ("suspend", accounts.suspend, "shut a person out at once"),
        ("restore", accounts.restore, "let a suspended person in again"),
    ):
        one = verbs.add_parser(name, help=words)
        one.add_argument("username")
        one.set_defaults(verb=lambda told, at, verb=verb: verb(_named(told.username), at=at))

    password = verbs.add_parser("password", help="print a fresh password; the person must change it")
    password.add_argument("username")
    password.set_defaults(verb=_password)

    lost = verbs.add_parser("factors", help="take away the second factors of a person who lost theirs")
    lost.add_argument("username")
    lost.set_defaults(verb=lambda told, at: accounts.reset_factors(_named(told.username), at=at))

    recover = verbs.add_parser("recover", help="let the last administrator in again: prints a fresh password")
    recover.add_argument("username")
    recover.set_defaults(verb=lambda told, at: print(accounts.recover(_named(told.username), at=at)))

    token = verbs.add_parser("token", help="print a token for a program")
    token.add_argument("username")
    token.add_argument("--label", required=True)
    token.add_argument("--days", type=int, default=90)
    token.set_defaults(verb=_token)

    duty = verbs.add_parser("duty", help="give an office for a time, or end it")
    duty.add_argument("username")
    duty.add_argument("role", choices=list(ROLES))
    duty.add_argument("--region", action="append", help="region code; may be repeated; default: all")
    duty.add_argument("--agreement", action="append", help="agreement id; may be repeated; default: all")
    duty.add_argument("--last-day", type=_day, help="last day, YYYY-MM-DD")
    duty.add_argument("--acting-for", help="Plh: user name of whose office is held")
    duty.add_argument("--end", action="store_true", help="end the present duty in this role")
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
        mark = "suspended" if person["suspended"] else duties or "no duty"
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
        raise argparse.ArgumentTypeError("a day is written YYYY-MM-DD") from None
