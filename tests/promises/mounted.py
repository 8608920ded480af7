"""The test's side of the file system that forgets: reading this needs no libfuse, only mounting does."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path


class Mounted:
    """A `tests.promises.forgetful` in a process of its own. `close` unmounts it, whatever became of it."""

    def __init__(self, mount: Path, source: Path) -> None:
        self._mount, self._door = mount, mount.with_name(mount.name + ".door")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.promises.forgetful", str(mount), str(source), str(self._door)],
            cwd=Path(__file__).parents[2],
        )
        deadline = time.monotonic() + 60
        while not os.path.ismount(mount):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise AssertionError("the forgetful file system did not mount")
            time.sleep(0.02)

    def cut(self, seed: int, *, some: bool) -> int:
        """Cut the power; how many flushes there were so far. Nothing may have a file open."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self._door))
            line.sendall(f"cut {seed} {'some' if some else 'none'}\n".encode())
            return int(line.makefile().readline())

    def close(self) -> None:
        subprocess.run(["fusermount3", "-u", "-z", str(self._mount)], check=False, capture_output=True)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._door.unlink(missing_ok=True)
