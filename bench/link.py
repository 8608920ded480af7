"""A line between two nodes that counts every byte, and can be a bad one: slow, far, lossy, cut again and again.

A model inside this process, not a kernel's: of each direction, segments of 1,400 bytes take their time on the line, a
lost one is sent again after a second while all behind it wait, and what gets through arrives half a round trip later.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

SEGMENT = 1400
_AGAIN_AFTER = 1.0


@dataclass
class Bad:
    """64 kbit/s, 800 ms there and back, every twentieth segment lost; `cut_every` seconds all connections end."""

    bytes_per_second: float = 8000.0
    one_way: float = 0.4
    loss: float = 0.05
    cut_every: float = 60.0


class Link:
    """Listens on a port of its own in front of `port`. `sent` and `received` count what passed to and from it."""

    def __init__(self, port: int) -> None:
        self.sent = self.received = self.connections = self.cuts = 0
        self.bad: Bad | None = None
        self._target = port
        self._open: set[asyncio.StreamWriter] = set()
        self._chance = random.Random(26)
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        server = self._do(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def become(self, bad: Bad | None) -> None:
        """Be such a line from now on; connections that stand are ended."""
        self.bad = bad
        self._do(self._cut())
        if bad is not None:
            asyncio.run_coroutine_threadsafe(self._cutting(bad), self._loop)

    def count(self) -> tuple[int, int, int]:
        """Bytes there, bytes back, connections so far."""
        return self.sent, self.received, self.connections

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _cut(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _cutting(self, bad: Bad) -> None:
        while True:
            await asyncio.sleep(bad.cut_every)
            if self.bad is not bad:
                return
            self.cuts += 1
            await self._cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(OSError):
            there, away = await asyncio.open_connection("127.0.0.1", self._target)
            self._open |= {writer, away}
            await asyncio.gather(self._pump(reader, away, "sent"), self._pump(there, writer, "received"))
            self._open -= {writer, away}
            away.close()
        writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counter: str) -> None:
        arriving: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivering = asyncio.ensure_future(self._deliver(arriving, writer))
        with contextlib.suppress(OSError):
            while data := await reader.read(SEGMENT if self.bad else 65536):
                setattr(self, counter, getattr(self, counter) + len(data))
                due, bad = 0.0, self.bad
                if bad is not None:
                    await asyncio.sleep(len(data) / bad.bytes_per_second)
                    while self._chance.random() < bad.loss:
                        await asyncio.sleep(_AGAIN_AFTER + len(data) / bad.bytes_per_second)
                    due = self._loop.time() + bad.one_way
                arriving.put_nowait((due, data))
        arriving.put_nowait((0.0, b""))
        await delivering

    async def _deliver(self, arriving: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while True:
                due, data = await arriving.get()
                await asyncio.sleep(max(0.0, due - self._loop.time()))
                if not data:
                    writer.write_eof()
                    return
                writer.write(data)
                await writer.drain()
