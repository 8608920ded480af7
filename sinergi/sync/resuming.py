"""The passwords of the two people who vouch for a node (`sinergi resume`), asked where they stand.

No Django here: it is asked in the process at the terminal, which only hands the verb to the running node.
"""

from __future__ import annotations

import getpass
import sys

from sinergi.kernel.errors import Refused


def ask_passwords(argv: list[str]) -> list[str]:
    """Arguments with both passwords; nothing where a file was named for them, or where help is asked for.

    Raises Refused without a terminal.
    """
    if any(word.startswith("--passwords") or word in ("-h", "--help") for word in argv):
        return []
    if not sys.stdin.isatty():
        raise Refused("Kata sandi kedua orang harus diketik; tanpa terminal sebut --passwords-file.", code="S-152")
    return [f"--passwords={getpass.getpass(f'Kata sandi orang {who}: ')}" for who in ("pertama", "kedua")]
