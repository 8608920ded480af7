"""What runs beside the pages while a node is served: writing, mirroring peers, signing checkpoints, features' own work.

Every service is a module with `start()` and `stop()`; a feature's is called `service`. They start in this order and
stop in the reverse one, so the writer is the last to go and everything another service handed to it is committed.
"""

from __future__ import annotations

import logging
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.conf import settings

SERVICES = (
    "sinergi.ledger.writer",
    "sinergi.ledger.timer",
    "sinergi.sync.service",
    "sinergi.sync.stamps",
)

log = logging.getLogger("sinergi.node")
_started: list[ModuleType] = []


def start() -> None:
    """Start every service that this installation has. An error stops the node: half a node helps nobody."""
    for name in (*SERVICES, *(f"{feature}.service" for feature in settings.FEATURES)):
        if find_spec(name) is None:
            continue
        module = import_module(name)
        module.start()
        _started.append(module)


def stop() -> None:
    """Stop what was started, last first; one service that cannot stop does not keep the others running."""
    while _started:
        module = _started.pop()
        try:
            module.stop()
        except Exception:
            log.exception("service did not stop", extra={"event": "service.stop", "service": module.__name__})
