"""While the node serves: what a stop left in the file of recent writes goes at the start; what was erased again after a
restore goes once it is folded; what a reader kept from going goes with the next fact."""

from __future__ import annotations

from sinergi.features.rights.events import ErasureDone
from sinergi.features.rights.models import ErasureAnswer
from sinergi.ledger import erasing
from sinergi.ledger.writer import on_commit


def start() -> None:
    """Free what was erased, and listen."""
    if ErasureAnswer.objects.filter(said="done").exists():
        erasing.scrub()
    on_commit(_noted)


def stop() -> None:
    """Nothing runs by itself."""


def _noted(fresh: list[tuple[str, int, str]]) -> None:
    if erasing.is_owed() or any(kind == ErasureDone.kind for _log, _seq, kind in fresh):
        erasing.scrub()
