"""`sinergi [--data DIR] VERB`: the command line of one node.

A verb is a function `verb(argv, data) -> int`, named below as "module:function" and imported only when it is asked for.
It prints what was asked, raises Refused with one sentence, and returns 0 only when what was asked is true. Verbs that
write are handed to the running node (handover.py), or run here under the node's lock when none runs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from sinergi.kernel import files
from sinergi.kernel.errors import Broken, Refused


@dataclass(frozen=True)
class Verb:
    """`writes`: whether these arguments change the node. `opens`: whether the node's tables are needed at all.
    `needs_node`: whether there must be a node: a stranger judges evidence on any machine.

    `asks`: what is asked of people at the terminal ("module:function", from the arguments to further ones), before the
    verb is handed to the running node, which has no terminal.
    A verb that says nothing about what it does is not for people and is not listed.
    """

    where: str
    does: str
    writes: Callable[[list[str]], bool] = lambda argv: False
    opens: bool = True
    needs_node: Callable[[list[str]], bool] = lambda argv: True
    asks: str = ""


def always(argv: list[str]) -> bool:
    return True


VERBS = {
    "accept": Verb("sinergi.sync.verbs:accept", "terima berkas undangan mitra", always),
    "backup": Verb("sinergi.node.verbs:backup", "tulis cadangan terenkripsi, juga selagi simpul melayani", opens=False),
    "demo": Verb("sinergi.node.demo:run", "layani simpul demo di mesin ini", opens=False),
    "erasure": Verb("sinergi.features.rights.verbs:erasure", "cari sisa isi yang dihapus di semua berkas", opens=False),
    "evidence": Verb(
        "sinergi.ledger.verbs:evidence", "ekspor atau periksa bukti", needs_node=lambda argv: argv[:1] != ["verify"]
    ),
    "fsck": Verb(
        "sinergi.sync.verbs:fsck",
        "periksa setiap bita yang tersimpan, perbaiki dari mitra",
        lambda argv: "--repair" in argv,
    ),
    "import": Verb("sinergi.features.places.verbs:import_", "ambil wilayah atau batasnya dari berkas", always),
    "init": Verb("sinergi.sync.verbs:init", "buat simpul baru di folder kosong", always),
    "invite": Verb("sinergi.sync.verbs:invite", "tulis undangan untuk mitra", always),
    "keys": Verb(
        "sinergi.ledger.verbs:keys", "tampilkan, ganti, atau cabut kunci kantor ini", lambda argv: argv[:1] != ["list"]
    ),
    "plan": Verb("sinergi.planning.verbs:plan", "susun rencana penjagaan TPS dari tabel", opens=False),
    "rebuild": Verb(
        "sinergi.ledger.verbs:rebuild", "bangun ulang tabel dari buku catatan", lambda argv: "--check" not in argv
    ),
    "rehearse": Verb("sinergi.node.story.stage:rehearse", "", always),
    "restore": Verb("sinergi.node.verbs:restore", "buat folder simpul dari cadangan", opens=False),
    "resume": Verb(
        "sinergi.sync.verbs:resume",
        "tandatangani lagi tanpa jawaban mitra, atas kata dua orang",
        always,
        asks="sinergi.sync.resuming:ask_passwords",
    ),
    "serve": Verb("sinergi.node.verbs:serve", "layani simpul ini", opens=False),
    "stamp": Verb(
        "sinergi.sync.verbs:stamp",
        "percaya dan tanyai otoritas waktu (stempel waktu)",
        lambda argv: argv[:1] != ["list"],
    ),
    "sync": Verb(
        "sinergi.sync.verbs:sync",
        "bertukar dengan mitra, atau sebut keadaannya",
        always,
    ),
    "user": Verb("sinergi.access.verbs:user", "tambah, ubah, atau daftar orang yang boleh masuk", always),
}


def main() -> None:
    """Run one verb; exit 0 only when what was asked is true. Errors are one sentence on standard error."""
    raise SystemExit(run(sys.argv[1:]))


def run(argv: list[str]) -> int:
    """The exit code of one command line."""
    try:
        data, verb, rest = _parse(argv)
        if verb in ("", "help", "--help", "-h"):
            print(_usage())
            return 0
        if verb == "--version":
            from importlib.metadata import version

            print(f"sinergi {version('sinergi')}")
            return 0
        return _dispatch(data, verb, rest)
    except Refused as refused:
        return _say(refused.sentence, refused.code)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read the output has gone (for example `| head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        return _say(_sentence(error), "")


def perform(verb: str, argv: list[str], data: Path) -> int:
    """Run a verb in this process, which owns the node; errors become one sentence and an exit code."""
    from sinergi.node import opening

    try:
        code = _function(verb)(argv, data)
        if verb == "init":
            opening.tell_the_time()
        return code
    except Refused as refused:
        return _say(refused.sentence, refused.code)
    except SystemExit as leaving:
        return _exit_code(leaving)
    except Exception as error:
        return _say(_sentence(error), "")


def _dispatch(data: Path, name: str, argv: list[str]) -> int:
    from sinergi.node import handover, lock, opening

    verb = VERBS.get(name)
    if verb is None:
        raise Refused(f"sinergi tidak mengenal perintah “{name}”; `sinergi help` menyebut semuanya.", code="N-05")
    asks_for_help = any(word in ("-h", "--help") for word in argv)
    if not verb.opens:
        return _call(name, argv, data)
    if asks_for_help or not (verb.needs_node(argv) or data.is_dir()):
        opening.without_node()
        return _call(name, argv, data)
    if name != "init" and not data.is_dir():
        raise Refused(f"Tidak ada simpul di {data}; buat dengan `sinergi --data FOLDER init`.", code="N-06")
    with ExitStack() as stack:
        if verb.asks:
            argv = [*argv, *_named(verb.asks)(argv)]
        if verb.writes(argv):
            code = handover.hand_over(data, name, argv)
            if code is not None:
                return code
            files.make_folder(data)
            stack.enter_context(lock.held(data))
            opening.open_node(data, migrate=True)
        elif data.is_dir():
            opening.open_node(data)
        return _call(name, argv, data)


def _call(name: str, argv: list[str], data: Path) -> int:
    try:
        return _function(name)(argv, data)
    except SystemExit as leaving:
        return _exit_code(leaving)


def _parse(argv: list[str]) -> tuple[Path, str, list[str]]:
    data = os.environ.get("SINERGI_DATA") or "var/node"
    rest = list(argv)
    while rest and (rest[0] == "--data" or rest[0].startswith("--data=")):
        word = rest.pop(0)
        if word == "--data":
            if not rest:
                raise Refused("--data butuh folder simpul.", code="N-07")
            data = rest.pop(0)
        else:
            data = word.removeprefix("--data=")
    verb = rest.pop(0) if rest else ""
    return Path(data).resolve(), verb, rest


def _function(name: str) -> Callable[[list[str], Path], int]:
    found: Callable[[list[str], Path], int] = _named(VERBS[name].where)
    return found


def _named(where: str) -> Any:
    module, _, function = where.partition(":")
    return getattr(import_module(module), function)


def _usage() -> str:
    width = max(map(len, VERBS))
    lines = [f"  {name:<{width}}  {verb.does}" for name, verb in sorted(VERBS.items()) if verb.does]
    return (
        "pemakaian: sinergi [--data FOLDER] PERINTAH ...\n\n"
        + "\n".join(lines)
        + "\n\n`sinergi PERINTAH --help` menjelaskannya."
    )


def _sentence(error: Exception) -> str:
    """One sentence for an error nobody foresaw; SINERGI_DEBUG shows where it came from."""
    if os.environ.get("SINERGI_DEBUG"):
        raise error
    if isinstance(error, Broken):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return f"Gagal di dalam sinergi ({type(error).__name__}); SINERGI_DEBUG=1 menunjukkan di mana."


def _say(sentence: str, code: str) -> int:
    one_line = " ".join(sentence.split())
    print(f"sinergi: {one_line}" + (f" [{code}]" if code else ""), file=sys.stderr)
    return 1


def _exit_code(leaving: SystemExit) -> int:
    """argparse leaves with 2 and its own sentence; a text is said here."""
    if isinstance(leaving.code, int) or leaving.code is None:
        return leaving.code or 0
    return _say(str(leaving.code), "")
