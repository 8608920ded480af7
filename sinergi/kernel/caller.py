"""Where the person at the command line stands, also when another process does the work for them."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path

directory: ContextVar[Path | None] = ContextVar("directory", default=None)


def caller_path(text: str | Path) -> Path:
    """The file that the person means: relative to *their* directory, not to that of the node that acts for them."""
    return (directory.get() or Path.cwd()) / text
