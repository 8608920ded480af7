"""The one writer of a node: decides, appends and folds under the write lock, and commits in groups.

Pages, the API, sync and command-line verbs all come through `run`. While the node serves, one thread owns writing and
commits everything that waits in one transaction, each task in a savepoint of its own; nobody is answered before the
commit has reached the disk. Without that thread (tests, verbs on a node that is not running) the task runs at once in
the calling thread, under the same lock.
"""

from __future__ import annotations

import functools
import logging
import os
import queue
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec
from django.db import DatabaseError, OperationalError, connection, transaction

from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Broken, Refused
from sinergi.kernel.ids import is_event_id
from sinergi.ledger.events import Event, Founding

logger = logging.getLogger("sinergi.ledger")

MOST_TASKS_PER_COMMIT = 500
# One number for the advisory lock by which PostgreSQL keeps writers of one node apart.
_ADVISORY_LOCK = 0x53494E45

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")
Task = Callable[[], Any]


class NotStored(Broken):
    """The disk did not take it: nothing was acknowledged and nothing is half done."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the author gets back: where the fact stands in which log. Shown to people and sent to clients."""

    log: str
    seq: int
    leaf: str
    key: str


class Writing:
    """What an action may use inside the write lock: who acts, when, and `append`."""

    def __init__(self, *, id: str, by: Actor | None, at: datetime) -> None:
        self.id = id
        self.by = by
        self.at = at
        self._appended = 0

    @functools.cached_property
    def agency(self) -> str:
        """This node's own agency id."""
        from sinergi.ledger import store

        return store.own_agency().id

    def append(
        self, agreement: str, event: Event, *, obligation: str = "", cls: str = "terbuka", expires: str = ""
    ) -> Receipt:
        """State `event` in this agency's log of `agreement` (its internal log where that is empty) and fold it."""
        from sinergi.ledger import store

        # A second fact of one action gets an id derived from the first, so that sending twice still counts once.
        event_id = self.id if self._appended == 0 else _derived(self.id, self._appended)
        self._appended += 1
        return store.append(
            agreement,
            event,
            id=event_id,
            by=self.by,
            at=self.at,
            obligation=obligation,
            cls=cls,
            expires=expires,
            corr=self.id if event_id != self.id else "",
        )

    def found(self, event: Founding, *, role: str = "facts") -> Receipt:
        """State the founding fact of a new agreement, the first of this agency's log of it."""
        from sinergi.ledger import store

        self._appended += 1
        return store.found_agreement(event, id=self.id, by=self.by, at=self.at, role=role)


def command(
    action: Callable[Concatenate[Writing, Arguments], Result],
) -> Callable[..., Result]:
    """Turn a function into an action: called with `id`, `by`, `at` and its own keywords, run once inside the writer.

    `id` is minted where the idea arose. The same id again returns the receipt of the first time, also when the second
    call would now be refused.
    """

    @functools.wraps(action)
    def call(*, id: str, by: Actor | None, at: datetime, **given: Any) -> Result:
        if not is_event_id(id):
            raise Refused("Nomor kiriman tidak sah. Muat ulang halaman lalu kirim lagi.", code="K-101")

        def task() -> Result:
            from sinergi.ledger import store

            first = store.receipt_of(id)
            if first is not None:
                return first  # type: ignore[return-value]
            return action(Writing(id=id, by=by, at=at), **given)  # type: ignore[call-arg]

        return run(task)

    return call


def run(task: Callable[[], Result]) -> Result:
    """Run `task` in the writer and return its result once that is on disk. Its exception comes back to the caller."""
    writer = _writer
    if writer is None or threading.current_thread() is writer:
        return _run_here(task)
    return writer.submit(task)


def on_commit(listener: Callable[[list[tuple[str, int, str]]], None]) -> None:
    """Call `listener` after each commit with the (log, seq, kind) of what was appended or admitted."""
    if listener not in _listeners:
        _listeners.append(listener)


def committed(log: str, seq: int, kind: str) -> None:
    """Note, from inside a task, that an entry was stored; listeners hear of it after the commit."""
    _fresh.entries.append((log, seq, kind))


def start() -> None:
    """Start the writer thread of a serving node."""
    global _writer
    if _writer is None:
        _writer = _Writer()
        _writer.start()


def stop() -> None:
    """Finish what waits, then stop the thread."""
    global _writer
    if _writer is not None:
        _writer.close()
        _writer.join()
        _writer = None


class _Fresh(threading.local):
    def __init__(self) -> None:
        self.entries: list[tuple[str, int, str]] = []


class _Writer(threading.Thread):
    """The thread that owns writing while the node serves."""

    def __init__(self) -> None:
        super().__init__(name="ledger-writer", daemon=True)
        self._waiting: queue.SimpleQueue[tuple[Task, Future[Any]] | None] = queue.SimpleQueue()

    def submit(self, task: Callable[[], Result]) -> Result:
        answer: Future[Result] = Future()
        self._waiting.put((task, answer))
        return answer.result()

    def close(self) -> None:
        self._waiting.put(None)

    def run(self) -> None:
        closing = False
        while not closing:
            group = []
            item = self._waiting.get()
            while True:
                if item is None:
                    closing = True
                else:
                    group.append(item)
                if closing or len(group) >= MOST_TASKS_PER_COMMIT or self._waiting.empty():
                    break
                item = self._waiting.get()
            if group:
                _commit(group)
        connection.close()


def _commit(group: list[tuple[Task, Future[Any]]]) -> None:
    done: list[tuple[Future[Any], Any, BaseException | None]] = []
    # A task may call `run` itself: that must not tell of the group before it is committed.
    _depth.value += 1
    try:
        with transaction.atomic():
            _lock_database()
            for task, answer in group:
                try:
                    with transaction.atomic():
                        done.append((answer, task(), None))
                except DatabaseError as error:
                    # Disk full or a failed flush concerns the whole group.
                    if isinstance(error, OperationalError):
                        raise
                    done.append((answer, None, error))
                except Exception as error:
                    done.append((answer, None, error))
    except BaseException as error:
        _fresh.entries.clear()
        trouble = _not_stored(error)
        for _, answer in group:
            answer.set_exception(trouble)
        return
    finally:
        _depth.value -= 1
    for answer, result, problem in done:
        if problem is None:
            answer.set_result(result)
        else:
            answer.set_exception(problem)
    _tell()


def _run_here(task: Callable[[], Result]) -> Result:
    with _inline:
        nested = connection.in_atomic_block and _depth.value > 0
        _depth.value += 1
        try:
            with transaction.atomic():
                if not nested:
                    _lock_database()
                result = task()
        except OperationalError as error:
            if nested:
                raise  # it concerns everything in the transaction around this
            raise _not_stored(error) from error
        except BaseException:
            if not nested:
                _fresh.entries.clear()
            raise
        finally:
            _depth.value -= 1
        if not nested:
            _tell()
        return result


def _lock_database() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADVISORY_LOCK])


def _not_stored(error: BaseException) -> BaseException:
    if not isinstance(error, OperationalError):
        return error
    text = str(error)
    if "disk I/O error" in text and _writer is not None:
        # After a failed flush the kernel may have dropped pages it called written. Only reading everything again
        # tells what is on disk, so the process ends here; its supervisor starts it anew.
        logger.critical("the disk failed while flushing; the node stops so that it re-reads what is stored")
        os._exit(70)
    connection.close_if_unusable_or_obsolete()
    return NotStored(f"the store did not take it: {text}")


def _tell() -> None:
    fresh, _fresh.entries = _fresh.entries, []
    if not fresh:
        return
    for listener in _listeners:
        try:
            listener(fresh)
        except Exception:
            logger.exception("a listener of the log's tail failed")


def _derived(id: str, count: int) -> str:
    return str(uuid.uuid5(uuid.UUID(id), f"sinergi {count}"))


class _Depth(threading.local):
    value = 0


_writer: _Writer | None = None
_inline = threading.RLock()
_fresh = _Fresh()
_depth = _Depth()
_listeners: list[Callable[[list[tuple[str, int, str]]], None]] = []
