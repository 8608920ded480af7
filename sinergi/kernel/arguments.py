"""What stands behind a verb of the command line: parsed, with help and refusals in the language of the console."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from sinergi.kernel.errors import Refused

# What argparse says is English; these are the sentences it has for people.
_INDONESIAN = (
    (r"the following arguments are required: (.+)", r"\1 belum diisi"),
    (r"one of the arguments (.+) is required", r"salah satu dari \1 harus diisi"),
    (r"unrecognized arguments: (.+)", r"\1 tidak dikenal"),
    (r"argument (.+): invalid choice: (.+) \(choose from (.+)\)", r"\1: \2 tidak dikenal; yang ada: \3"),
    (r"argument (.+): invalid \S+ value: (.+)", r"\1: \2 bukan bilangan"),
    (r"argument (.+): not allowed with argument (.+)", r"\1 tidak dapat bersama \2"),
    (r"argument (.+): expected .*argument.*", r"\1 butuh isi"),
    (r"ambiguous option: (\S+) could match (.+)", r"\1 dapat berarti \2; tulis lengkap"),
    (r"argument (.+): (.+)", r"\1: \2"),
)


class _Help(argparse.HelpFormatter):
    def add_usage(
        self, usage: str | None, actions: Iterable[argparse.Action], groups: Iterable[Any], prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, "pemakaian: " if prefix is None else prefix)


class Arguments(argparse.ArgumentParser):
    """A parser that raises Refused with one sentence in place of ending the program."""

    def __init__(self, **given: Any) -> None:
        super().__init__(add_help=False, formatter_class=_Help, **given)
        self._positionals.title, self._optionals.title = "isian", "pilihan"
        self.add_argument("-h", "--help", action="help", help="tampilkan bantuan ini")

    def error(self, message: str) -> NoReturn:
        """Refused, naming what is wrong and where help is."""
        for there, here in _INDONESIAN:
            message, changed = re.subn(f"^{there}$", here, message)
            if changed:
                break
        raise Refused(
            "Perintah '%(verb)s' tidak terbaca: %(reason)s. Lihat '%(verb)s --help'.",
            code="N-16",
            words={"verb": self.prog, "reason": message},
        )
