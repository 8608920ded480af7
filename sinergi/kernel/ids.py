"""Identifiers: minted on the device that has the idea, so that sending twice counts once."""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import re
import uuid
from datetime import datetime

_EVENT_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def new_event_id(at: datetime) -> str:
    """Return a fresh UUID version 7 (RFC 9562, section 5.7) whose time part is `at`."""
    milliseconds = int(at.timestamp() * 1000) & (2**48 - 1)
    number = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    number = (number & ~(0xF << 76)) | (0x7 << 76)
    number = (number & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=number))


def is_event_id(text: str) -> bool:
    """Whether `text` is a UUID in lower-case hyphenated form, the only form an event carries."""
    return _EVENT_ID.fullmatch(text) is not None


@functools.lru_cache(maxsize=4096)
def record_key(log: str, event_id: str) -> str:
    """Return the 26-letter key of the record that event `event_id` of log `log` makes.

    It is known before the event is signed and is the same on every node; 128 bits of SHA-256, so no other agency can
    aim at it. Letters, addresses and tables use it.
    """
    digest = hashlib.sha256(f"sinergi record\n{log}\n{event_id}".encode("ascii")).digest()
    return base64.b32encode(digest[:16]).decode("ascii").rstrip("=").lower()
