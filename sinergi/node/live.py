"""Live screens: a page that is open hears that something changed, and fetches the part again.

Only the name of a topic travels ("security"), never contents, so the stream needs no permission of its own beyond a
valid session, and a screen that never connects loses nothing but freshness. `announce` may be called from any thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator

MOST_VIEWERS = 200
HEARTBEAT_S = 15.0

_TOPIC = re.compile(r"[a-z0-9_./:-]{1,80}")
_loop: asyncio.AbstractEventLoop | None = None
_viewers: set[asyncio.Queue[str | None]] = set()


class Full(Exception):
    """All places at the live screen are taken."""


def announce(topic: str) -> None:
    """Tell every open screen that `topic` changed. Cheap, thread-safe, and silent while no server runs.

    `topic` is a feature's name or finer ("security", "security/requests"); lower-case ASCII, at most 80 letters.
    """
    if not _TOPIC.fullmatch(topic):
        raise ValueError(f"not a topic: {topic!r}")
    loop = _loop
    if loop is not None and _viewers:
        with contextlib.suppress(RuntimeError):  # the loop closed between the two lines: nobody is left to hear it
            loop.call_soon_threadsafe(_tell, topic)


def open_on(loop: asyncio.AbstractEventLoop) -> None:
    """From now on screens are served on `loop`."""
    global _loop
    _loop = loop


def close() -> None:
    """Let every screen go; browsers reconnect by themselves."""
    global _loop
    _loop = None
    for viewer in list(_viewers):
        _put(viewer, None)


async def stream() -> AsyncGenerator[str, None]:
    """What one screen hears: the text of server-sent events, until `close`. Raises Full beyond MOST_VIEWERS."""
    if len(_viewers) >= MOST_VIEWERS:
        raise Full
    viewer: asyncio.Queue[str | None] = asyncio.Queue(maxsize=64)
    _viewers.add(viewer)
    try:
        yield "retry: 3000\n\n"
        while True:
            try:
                topic = await asyncio.wait_for(viewer.get(), HEARTBEAT_S)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if topic is None:
                return
            yield f"event: changed\ndata: {topic}\n\n"
    finally:
        _viewers.discard(viewer)


def viewers() -> int:
    """How many screens are connected."""
    return len(_viewers)


def _tell(topic: str) -> None:
    for viewer in _viewers:
        _put(viewer, topic)


def _put(viewer: asyncio.Queue[str | None], topic: str | None) -> None:
    if viewer.full():
        # A screen this far behind needs one fetch, not the whole list of what it missed.
        while not viewer.empty():
            viewer.get_nowait()
    viewer.put_nowait(topic)
