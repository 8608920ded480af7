"""Files that are there after a power cut: a file's content and a file's name are two things to flush."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def make_folder(path: Path) -> None:
    """Make `path` and what is missing above it (mode 0700); once this returns they survive a power cut."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    flush_names(path.parent)


def keep_new(path: Path, content: bytes) -> None:
    """Write a whole new file (mode 0600) that survives a power cut once this returns; before, it is not there at all.

    Raises FileExistsError, changing nothing, where there is one.
    """
    make_folder(path.parent)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    flush_names(path.parent)


def flush_names(folder: Path) -> None:
    """Once this returns the names in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
