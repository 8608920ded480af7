"""Loops over numbers, compiled on first use and kept on disk; the same lines run as plain Python where that is asked.

`SINERGI_PLAIN_LOOPS=1` leaves numba out altogether: a second opinion on the compiled code, and quick checks that need
no compiler. Never with fast-math: what is published as a bound must be what is written in the source.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar, cast

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """`loop` in machine code that lets other threads run meanwhile; results do not depend on whether it is compiled."""
    if os.environ.get("SINERGI_PLAIN_LOOPS"):
        return loop
    from numba import njit

    try:
        return cast(Loop, njit(cache=True, nogil=True)(loop))
    except RuntimeError:
        # Neither the program's folder nor the user's cache can be written: compiled anew each time.
        return cast(Loop, njit(nogil=True)(loop))
