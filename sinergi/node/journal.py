"""The node's own log: what happened, never what was said.

One JSON object a line in DATA/log/node.log (five files of 5 MB), a short text on standard error. A line holds time,
level, event, request id, route name, status, milliseconds and the actor's pseudonym. It never holds an address with its
query, a body, a name, a token or a full IP address: fields outside FIELDS are dropped, messages are fixed texts, and an
exception is written as its class and the places it passed, without its message, which may quote what a person typed.
"""

from __future__ import annotations

import hashlib
import json
import logging
import logging.handlers
import secrets
import sys
import traceback
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

FIELDS = frozenset(
    {"event", "request", "route", "status", "ms", "actor", "network", "service", "agency", "log", "count"}
)

# Made anew at each start, so that the hashes of two runs cannot be compared and 2**24 networks cannot be tried out.
_salt = secrets.token_bytes(16)


class JsonLine(logging.Formatter):
    """A log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": getattr(record, "event", record.name),
        }
        for field in sorted(FIELDS - {"event"}):
            value = getattr(record, field, None)
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                line[field] = value
        if record.exc_info:
            line["error"] = broken(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True)


class ShortText(logging.Formatter):
    """The same record for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        text = f"{record.levelname.lower()} {getattr(record, 'event', record.name)}"
        if record.exc_info and record.exc_info[1] is not None:
            text += f" {type(record.exc_info[1]).__name__}"
        return text


def broken(error: BaseException | None) -> str:
    """The class of an error and where it passed, never its message."""
    if error is None:
        return ""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return f"{type(error).__name__} at " + " < ".join(
        f"{Path(frame.filename).stem}.{frame.name}:{frame.lineno}" for frame in reversed(frames)
    )


def network(address: str) -> str:
    """Eight letters that tell one /24 (or /48) network from another during one run, and nothing more."""
    try:
        ip = ip_address(address)
    except ValueError:
        return ""
    kept = ip.packed[:3] if ip.version == 4 else ip.packed[:6]
    return hashlib.blake2s(kept, key=_salt).hexdigest()[:8]


def open_journal(data: Path) -> None:
    """Send every logger of this process to the node's log file; warnings also to standard error."""
    folder = data / "log"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = logging.handlers.RotatingFileHandler(
        folder / "node.log", maxBytes=5_000_000, backupCount=4, encoding="utf-8", delay=True
    )
    file.setFormatter(JsonLine())
    screen = logging.StreamHandler(sys.stderr)
    screen.setFormatter(ShortText())
    screen.setLevel(logging.WARNING)
    root = logging.getLogger()
    root.handlers[:] = [file, screen]
    root.setLevel(logging.INFO)
    for name in list(logging.root.manager.loggerDict):
        # Libraries bring their own handlers; what they would print may quote a request.
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
    # Django says "Not Found: /path" for each 404; our own line carries the status without the path.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    # A wrong host or a forged cookie is the sender's doing, answered 400, and no trouble of this node.
    logging.getLogger("django.security").setLevel(logging.CRITICAL)
    logging.getLogger("_granian").setLevel(logging.ERROR)
    logging.raiseExceptions = False
