"""Reading what a client sends: bounded in size before it is kept, and in time so that a slow client holds nothing."""

from __future__ import annotations

import asyncio
import tempfile
import time
from typing import IO, Any

MOST_BYTES = 8 * 1024 * 1024
MOST_BYTES_OF_FORM = 32 * 1024 * 1024  # multipart/form-data: the only kind that carries files
MOST_BYTES_AT_ONCE = 256 * 1024 * 1024  # of all clients together
KEPT_IN_MEMORY = 1024 * 1024
SILENCE_S = 20.0
PATIENCE_S = 30.0
SLOWEST_BYTES_S = 1000  # after PATIENCE_S; a 64 kbit/s line gives 8000

_receiving = 0


class NotTaken(Exception):
    """The body is not accepted; `status` and the two sentences say why."""

    def __init__(self, status: int, indonesian: str, english: str) -> None:
        super().__init__(english)
        self.status = status
        self.sentences = (indonesian, english)


def too_large(limit: int) -> NotTaken:
    size = f"{limit // (1024 * 1024)} MB"
    return NotTaken(
        413,
        f"Kiriman terlalu besar; paling besar {size}. Kecilkan atau bagi berkasnya.",
        f"This is too large; at most {size} is accepted. Make the file smaller or split it.",
    )


TOO_SLOW = (
    "Kiriman terputus karena terlalu lambat. Tidak ada yang tersimpan; coba lagi.",
    "The sending stopped because it was too slow. Nothing was saved; please try again.",
)
TOO_MANY = (
    "Terlalu banyak kiriman besar bersamaan. Coba lagi sebentar lagi.",
    "Too many large files are arriving at once. Please try again in a moment.",
)


async def receive(headers: Any, proto: Any) -> IO[bytes]:
    """The whole body in a file that lives in memory while it is small. Raises NotTaken (400, 408, 413, 503).

    `headers` and `proto` are those of the RSGI request. A length that is announced is judged before a byte is read.
    """
    global _receiving
    kind = (headers.get("content-type") or "").strip().lower()
    limit = MOST_BYTES_OF_FORM if kind.startswith("multipart/form-data") else MOST_BYTES
    announced = headers.get("content-length")
    if announced is not None:
        if not (announced.isascii() and announced.isdigit()):
            raise NotTaken(400, "Panjang kiriman tidak terbaca.", "The announced length cannot be read.")
        if len(announced) > 12 or int(announced) > limit:
            raise too_large(limit)
    body = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115  closed by the bridge
    size = 0
    started = time.monotonic()
    try:
        chunks = proto.__aiter__()
        while True:
            try:
                chunk = await asyncio.wait_for(chunks.__anext__(), SILENCE_S)
            except StopAsyncIteration:
                break
            except TimeoutError as silence:
                raise NotTaken(408, *TOO_SLOW) from silence
            _receiving += len(chunk)
            size += len(chunk)
            if size > limit:
                raise too_large(limit)
            if _receiving > MOST_BYTES_AT_ONCE:
                raise NotTaken(503, *TOO_MANY)
            waited = time.monotonic() - started
            if waited > PATIENCE_S and size < waited * SLOWEST_BYTES_S:
                raise NotTaken(408, *TOO_SLOW)
            body.write(chunk)
        if announced is not None and size != int(announced):
            raise NotTaken(400, "Kiriman tidak lengkap; kirim lagi.", "Part of this is missing; please send it again.")
    except BaseException:
        body.close()
        raise
    finally:
        _receiving -= size
    body.seek(0)
    return body
