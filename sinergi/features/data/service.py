"""While the node serves: what was attested as destroyed goes from here too, at the start and after each attestation."""

from __future__ import annotations

from sinergi.features.data import objects
from sinergi.features.data.events import DataDestroyed
from sinergi.ledger.writer import on_commit


def start() -> None:
    """Delete what a stop in between left behind, and listen."""
    objects.sweep()
    on_commit(_noted)


def stop() -> None:
    """Nothing runs by itself."""


def _noted(fresh: list[tuple[str, int, str]]) -> None:
    if any(kind == DataDestroyed.kind for _log, _seq, kind in fresh):
        objects.delete_destroyed()
