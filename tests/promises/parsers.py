"""The fuzzing process of one parser: `python -m tests.promises.parsers TARGET [option of libFuzzer…] CORPUS…`.

Coverage leads atheris from good samples into the parser. Any exception but the parser's own refusal ends the process
with the input that caused it. Signatures are taken to hold, so that what stands behind them is reached as well.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[2]
Target = Callable[[bytes], object]


def envelope() -> Target:
    from sinergi.ledger import envelope

    def read(data: bytes) -> None:
        with contextlib.suppress(envelope.BadEnvelope):
            entry = envelope.parse(data)
            envelope.verify(entry, {line.kid: b"k" * 32 for line in entry.signatures})

    return read


def bundle() -> Target:
    from sinergi.ledger import bundle as bundles
    from sinergi.ledger import checkpoint, envelope, merkle

    def read(data: bytes) -> None:
        with contextlib.suppress(bundles.BadBundle, envelope.BadEnvelope, checkpoint.BadNote):
            found = bundles.decode(data)
            try:
                agency = envelope.parse(found.entries[0].encode()).header.agency if found.entries else "a" * 64
            except UnicodeError:
                agency = "a" * 64
            nothing = bundles.Known(
                log=found.log,
                agency=agency,
                frontier=merkle.Frontier(),
                head=envelope.NOTHING_BEFORE,
                head_lam=0,
                checkpoint=None,
            )
            # The store takes what is UTF-8 and nothing else; so does whoever calls (sinergi/sync/pull.py).
            with contextlib.suppress(UnicodeError):
                bundles.check(
                    found,
                    nothing,
                    lambda entry: {line.kid: b"k" * 32 for line in entry.signatures},
                    lambda: [b"k" * 32],
                )

    return read


def note() -> Target:
    from sinergi.ledger import checkpoint

    def read(data: bytes) -> None:
        with contextlib.suppress(checkpoint.BadNote):
            checkpoint.parse(data)
        with contextlib.suppress(checkpoint.BadNote):
            checkpoint.parse_lines(data)

    return read


def evidence() -> Target:
    from sinergi.ledger.evidence import check, container

    def read(data: bytes) -> None:
        with contextlib.suppress(container.BadEvidence):
            check.check(io.BytesIO(data))

    return read


def verifier() -> Target:
    path = ROOT / "docs/protocol/verify.py"
    spec = importlib.util.spec_from_file_location("verify", path)
    assert spec and spec.loader  # it is a file of ours
    verify = importlib.util.module_from_spec(spec)
    with atheris.instrument_imports(include=["verify"]):
        spec.loader.exec_module(verify)
    verify.VerifyKey.verify = lambda self, *message: b""
    place = Path(os.environ.get("TMPDIR", "/tmp")) / f"evidence-{os.getpid()}"

    def read(data: bytes) -> None:
        place.write_bytes(data)
        sys.argv = ["verify.py", str(place)]
        with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
            verify.main()

    return read


def invitation() -> Target:
    from sinergi.kernel.errors import Refused
    from sinergi.sync import invitations

    def read(data: bytes) -> None:
        with contextlib.suppress(Refused):
            invitations.read(data)

    return read


def message() -> Target:
    from sinergi.sync import messages

    def read(data: bytes) -> None:
        for kind in (messages.State, messages.BodiesAsked, messages.Bodies):
            with contextlib.suppress(messages.BadMessage):
                messages.decode(data, kind, messages.LARGEST_BODIES)

    return read


def csv() -> Target:
    from sinergi.sheets.reading import Unreadable, cells_of

    def read(data: bytes) -> None:
        with contextlib.suppress(Unreadable):
            cells_of(data, name="daftar.csv")

    return read


def xlsx() -> Target:
    """The first byte chooses a member of a good file; the rest takes its place. 255: the rest is the whole file."""
    from sinergi.sheets.reading import Unreadable, cells_of
    from tests.promises.inputs import samples

    good = dict(samples())["daftar.xlsx"]
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}

    def read(data: bytes) -> None:
        if data[:1] != b"\xff":
            names = sorted(members)
            chosen = names[data[0] % len(names)] if data else names[0]
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                for name in names:
                    archive.writestr(name, data[1:] if name == chosen else members[name])
            data = b"\xff" + packed.getvalue()
        with contextlib.suppress(Unreadable):
            cells_of(data[1:], name="daftar.xlsx")

    return read


def scan() -> Target:
    from sinergi.features.agreement import scans
    from sinergi.features.agreement.scan_reading import read_pdf
    from sinergi.sheets.reading import Unreadable

    def read(data: bytes) -> None:
        match scans.form_of(data):
            case "pdf":
                with contextlib.suppress(Unreadable):
                    read_pdf(data, most=scans.MOST_OBJECTS)
            case "jpeg":
                scans._is_whole_jpeg(data)

    return read


def boundaries() -> Target:
    from sinergi.features.places.boundaries import polygons_of
    from sinergi.sheets.reading import Unreadable

    def read(data: bytes) -> None:
        with contextlib.suppress(Unreadable):
            polygons_of(data)

    return read


TARGETS: dict[str, Callable[[], Target]] = {
    target.__name__: target
    for target in (envelope, bundle, note, evidence, verifier, invitation, message, csv, xlsx, scan, boundaries)
}


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "sinergi.node.settings"
    import django

    django.setup()
    name = sys.argv.pop(1)
    with atheris.instrument_imports(include=["sinergi"]):
        target = TARGETS[name]()
    _believe_signatures()
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()


def _believe_signatures() -> None:
    """Every signature of the right length holds, whoever checks it."""
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("sinergi.") and hasattr(module, "verify_signature"):
            module.verify_signature = lambda public, message, signature: len(signature) == 64


if __name__ == "__main__":
    main()
