"""A file system that forgets at a power cut whatever was not flushed: file contents, and names of files.

POSIX taken at its word: `fsync` and `fdatasync` of a file make its content durable, `fsync` of a folder makes the names
in it durable; nothing else does. At a cut each write and each name that was not flushed is lost, or with `some` each
survives by chance (disks reorder), so torn files come about too.

As a program: `python -m tests.promises.forgetful MOUNT SOURCE SOCKET` fills itself from SOURCE as durable, mounts, and
hears on SOCKET one line per connection: `cut SEED none|some`.
"""

from __future__ import annotations

import errno
import os
import random
import socket
import stat
import sys
import threading
import time
from pathlib import Path
from typing import Any

import mfusepy


class Node:
    """A file or folder: what programs see, and what the disk has."""

    def __init__(self, mode: int) -> None:
        self.mode = mode
        self.data, self.durable = bytearray(), b""
        # What was done to the content since the last flush, in order: a write at a place, or a new length.
        self.fresh: list[tuple[int, bytes | None]] = []
        self.names: dict[str, Node] = {}
        self.durable_names: dict[str, Node] = {}
        self.changed = time.time_ns()


class Forgetful(mfusepy.Operations):  # type: ignore[misc]
    """The file system; one thread serves it."""

    use_ns = True

    def __init__(self, source: Path) -> None:
        self._root = _durable(source)
        self._lock = threading.Lock()
        self.flushes = 0

    def cut(self, chance: random.Random, *, some: bool) -> None:
        """The power goes: what is seen from now on is what the disk has."""
        with self._lock:
            self._root = _after_cut(self._root, chance, some)

    def _find(self, path: str) -> Node:
        node = self._root
        for name in path.split("/")[1:]:
            if name:
                if name not in node.names:
                    raise mfusepy.FuseOSError(errno.ENOENT)
                node = node.names[name]
        return node

    def _place(self, path: str) -> tuple[Node, str]:
        folder, _, name = path.rpartition("/")
        return self._find(folder), name

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        node = self._find(path)
        is_folder = stat.S_ISDIR(node.mode)
        return {
            "st_mode": node.mode,
            "st_nlink": 2 if is_folder else 1,
            "st_size": 0 if is_folder else len(node.data),
            "st_uid": os.getuid(),
            "st_gid": os.getgid(),
            "st_mtime": node.changed,
            "st_ctime": node.changed,
            "st_atime": node.changed,
        }

    def readdir(self, path: str, fh: int) -> list[str]:
        return [".", "..", *self._find(path).names]

    def _make(self, path: str, mode: int) -> int:
        folder, name = self._place(path)
        folder.names[name] = Node(mode)
        return 0

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        return self._make(path, stat.S_IFREG | mode)

    def mknod(self, path: str, mode: int, dev: int) -> int:
        return self._make(path, mode)

    def mkdir(self, path: str, mode: int) -> int:
        return self._make(path, stat.S_IFDIR | mode)

    def unlink(self, path: str) -> int:
        folder, name = self._place(path)
        del folder.names[name]
        return 0

    def rmdir(self, path: str) -> int:
        if self._find(path).names:
            raise mfusepy.FuseOSError(errno.ENOTEMPTY)
        return self.unlink(path)

    def rename(self, old: str, new: str) -> int:
        folder, name = self._place(old)
        target, new_name = self._place(new)
        target.names[new_name] = folder.names.pop(name)
        return 0

    def link(self, new: str, old: str) -> int:
        target, new_name = self._place(new)
        target.names[new_name] = self._find(old)
        return 0

    def chmod(self, path: str, mode: int) -> int:
        node = self._find(path)
        node.mode = stat.S_IFMT(node.mode) | stat.S_IMODE(mode)
        return 0

    def chown(self, path: str, uid: int, gid: int) -> int:
        return 0

    def utimens(self, path: str, times: Any = None) -> int:
        return 0

    def open(self, path: str, flags: int) -> int:
        self._find(path)
        return 0

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return bytes(self._find(path).data[offset : offset + size])

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        with self._lock:
            node = self._find(path)
            _put(node.data, offset, data)
            node.fresh.append((offset, data))
            node.changed = time.time_ns()
        return len(data)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        with self._lock:
            node = self._find(path)
            _put(node.data, length, None)
            node.fresh.append((length, None))
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        with self._lock:
            node = self._find(path)
            node.durable, node.fresh = bytes(node.data), []
            self.flushes += 1
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        with self._lock:
            node = self._find(path)
            node.durable_names = dict(node.names)
        return 0

    def statfs(self, path: str) -> dict[str, int]:
        return {"f_bsize": 4096, "f_frsize": 4096, "f_blocks": 1 << 20, "f_bfree": 1 << 19, "f_bavail": 1 << 19}


def _put(data: bytearray, offset: int, written: bytes | None) -> None:
    """One write, or (None) a new length."""
    if written is None:
        del data[offset:]
    if len(data) < offset:
        data.extend(bytes(offset - len(data)))
    if written is not None:
        data[offset : offset + len(written)] = written


def _after_cut(node: Node, chance: random.Random, some: bool) -> Node:
    left = Node(node.mode)
    left.changed = node.changed
    left.data = bytearray(node.durable)
    for offset, written in node.fresh if some else []:
        if chance.random() < 0.5:
            _put(left.data, offset, written)
    left.durable = bytes(left.data)
    kept = dict(node.durable_names)
    if some:
        for name in sorted(node.names.keys() | node.durable_names.keys()):
            if node.names.get(name) is not node.durable_names.get(name) and chance.random() < 0.5:
                kept.pop(name, None)
                if name in node.names:
                    kept[name] = node.names[name]
    left.names = {name: _after_cut(child, chance, some) for name, child in sorted(kept.items())}
    left.durable_names = dict(left.names)
    return left


def _durable(source: Path) -> Node:
    if not source.is_dir():
        node = Node(stat.S_IFREG | 0o600)
        node.durable = source.read_bytes()
        node.data = bytearray(node.durable)
        return node
    node = Node(stat.S_IFDIR | 0o700)
    node.names = {child.name: _durable(child) for child in source.iterdir() if child.is_dir() or child.is_file()}
    node.durable_names = dict(node.names)
    return node


def _hear(files: Forgetful, door: str) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(door)
        listening.listen()
        while True:
            line, _ = listening.accept()
            with line:
                _, seed, how = line.makefile().readline().split()
                files.cut(random.Random(int(seed)), some=how == "some")
                line.sendall(f"{files.flushes}\n".encode())


def main(mount: str, source: str, door: str) -> None:
    """Serve until unmounted."""
    files = Forgetful(Path(source))
    threading.Thread(target=_hear, args=(files, door), daemon=True).start()
    # No answer is remembered by the kernel longer than it must: after a cut it asks again.
    once = {"attr_timeout": 0, "entry_timeout": 0, "negative_timeout": 0}
    # The folder below has content of its own.
    mfusepy.FUSE(files, mount, foreground=True, nothreads=True, nonempty=True, **once)


if __name__ == "__main__":
    main(*sys.argv[1:])
