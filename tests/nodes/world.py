"""Three nodes of the product in one process, with a network, clocks and disks that a test breaks as it likes.

Each node has a store of its own (SQLite in memory), keys, and all that a process keeps in memory; `Office.awake` makes
one of them the node that the product's modules work on. A request of one node runs the view of the other, through the
product's own signing, challenges and parsing; only sockets are missing. What a disk keeps through a power cut follows
from the store's own `PRAGMA synchronous`: a commit under FULL, and under NORMAL only what the last checkpoint of the
write-ahead log carried over, which is what SQLite documents.

One thread, so a run is decided by the calls alone.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from django.conf import settings
from django.db import OperationalError, connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.models import Model
from django.test import RequestFactory
from django.urls import resolve
from nacl.signing import SigningKey

from sinergi.access import recorded
from sinergi.features.agreement.actions import confirm_agreement, enter_agreement
from sinergi.features.obligations import remembered
from sinergi.kernel import instants
from sinergi.kernel.errors import Broken, Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import envelope, founding, fsck, guard, keys, rebuild, writer
from sinergi.ledger.models import Body, Entry, Equivocation, FoldedTable, Log
from sinergi.sync import api, challenges, clocks, conversation, invitations, objects, processes, pull, service, waking
from sinergi.sync.fetch import Answer, BadAnswer, Unreachable
from tests.nodes.fixtures import KPU_PALUTA, KPU_TAPSEL, POLRES, terms
from tests.nodes.simulator import NOON

# Where a process keeps what it knows: (module, name, how it looks after a start).
MEMORY: tuple[tuple[Any, str, Callable[[], Any]], ...] = (
    (guard, "_held", bool),
    (guard, "_certain", set),
    (waking, "_tried", set),
    (waking, "_answered", set),
    (waking, "_elsewhere", dict),
    (waking, "_data", Path),
    (waking, "_rebooted", bool),
    (processes, "OWN", lambda: envelope.new_salt().hex()[:16]),
    (processes, "_heard", dict),
    (api, "challenges", challenges.Challenges),
    (api, "_quotas", dict),
    (clocks, "_ahead", dict),
    (objects, "_failures", dict),
    (recorded, "_known", dict),
)
TIMED = (waking, processes, api, challenges, conversation, pull)
# How many commits a store that does not flush keeps in the machine's memory before a checkpoint writes them.
UNFLUSHED = 12
MOST_ROUNDS = 5


class PowerCut(BaseException):
    """The machine stops here. Nothing in the product may catch it."""


class Store(DatabaseWrapper):
    """The database of one node; `office` breaks it."""

    def __init__(self, office: Office, image: bytes, unflushed: bool) -> None:
        given = connections.settings["default"]
        super().__init__({**given, "NAME": ":memory:", "TEST": given["TEST"]}, "default")
        self.office: Office | None = None
        self.connect()
        self.connection.deserialize(image)
        with self.cursor() as cursor:
            if unflushed:
                cursor.execute("PRAGMA synchronous=NORMAL")
            self._flushes = cursor.execute("PRAGMA synchronous").fetchone()[0] >= 2
        self._kept, self._since = image, 0
        self.office = office
        self.execute_wrappers.append(self._execute)

    def _execute(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        assert self.office is not None
        self.office.at_statement(sql)
        return execute(sql, params, many, context)

    def _commit(self) -> None:
        office = self.office
        if office is None:
            return super()._commit()
        office.at_statement("COMMIT")
        super()._commit()
        self._since += 1
        if not self._flushes and self._since >= UNFLUSHED:
            self._kept, self._since = self.connection.serialize(), 0
        office.at_statement("COMMITTED")
        return None

    def _close(self) -> None:
        """The product closes connections where it likes; this one lives as long as its disk."""

    def after_power_cut(self) -> bytes:
        """What is on the disk when the machine has no power any more."""
        if not self._flushes:
            return self._kept
        self.connection.rollback()
        return self.connection.serialize()

    def image(self) -> bytes:
        """The store as a back-up taken now has it."""
        return self.connection.serialize()


class Office:
    """One node: its disk, and a process that may be down."""

    def __init__(self, world: World, who: dict[str, str], folder: Path, image: bytes) -> None:
        self.world, self.who, self.data = world, who, folder
        self.url = f"http://127.0.0.1:{8150 + len(world.offices)}"
        self.id = ""
        self.image, self.memory = image, {}
        self.ring: keys.KeyRing | None = None
        self.store: Store | None = None
        self.skew = 0.0
        self.unflushed = self.unguarded = False
        # Statements until the fault, and the fault: a power cut, or a disk that is full at every write from there on.
        self.fuse, self.fault = -1, ""
        # By record key: (agreement, log, place, leaf) of every fact that somebody was told is stored.
        self.told: dict[str, tuple[str, str, int, str]] = {}
        self.backup = image
        self.checked = 0

    @property
    def is_up(self) -> bool:
        return self.store is not None

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.world.time + self.skew)

    @contextlib.contextmanager
    def awake(self) -> Iterator[None]:
        """Let the product's modules be this node's process."""
        world = self.world
        before, world.awake = world.awake, self
        outer = connections["default"]
        saved = [(module, name, getattr(module, name)) for module, name, _ in MEMORY]
        ring, folder = keys._ring, settings.DATA
        connections["default"] = self.store
        for module, name, _ in MEMORY:
            setattr(module, name, self.memory[module, name])
        keys.use(self.ring)
        settings.DATA = self.data
        remembered._kept.clear()
        try:
            yield
        finally:
            self.memory = {(module, name): getattr(module, name) for module, name, _ in MEMORY}
            self.ring = keys._ring
            for module, name, value in saved:
                setattr(module, name, value)
            keys.use(ring)
            settings.DATA = folder
            remembered._kept.clear()
            connections["default"] = outer
            world.awake = before

    def start(self) -> None:
        """Start the process on what the disk holds."""
        self.store = Store(self, self.image, self.unflushed)
        self.mend()
        self.memory = {(module, name): fresh() for module, name, fresh in MEMORY}
        with self.awake(), mock.patch.object(guard, "hold", (lambda: None) if self.unguarded else guard.hold):
            waking.begin(self.data)

    def lose_power(self) -> None:
        """The process is gone, and so is what was not flushed."""
        assert self.store is not None
        self.image = self.store.after_power_cut()
        self.store.office = None
        self.store.connection.close()
        self.store = None

    def restore(self) -> None:
        """An old back-up is put where the store was, as `sinergi restore` does it."""
        if self.is_up:
            self.lose_power()
        self.image = self.backup
        (self.data / guard.NAME).unlink(missing_ok=True)

    def shall_break(self, fault: str, after: int) -> None:
        """After so many statements the power goes (`power`), or the disk is full (`full`)."""
        if not self.is_up:
            self.start()
        self.fuse, self.fault = after, fault

    def mend(self) -> None:
        """The disk has room again, and nothing is planned."""
        self.fuse, self.fault = -1, ""

    def at_statement(self, sql: str) -> None:
        """Called before each statement, before each commit, and after it."""
        if self.fuse < 0:
            return
        self.fuse -= 1
        if self.fuse >= 0:
            return
        if self.fault == "power":
            raise PowerCut
        writes = sql.startswith(("INSERT", "UPDATE", "COMMIT")) and sql != "COMMITTED"
        self.fuse = 0
        if writes:
            raise OperationalError("database or disk is full")

    def do(self, what: Callable[[], Any]) -> Any:
        """What happens in this node; None where it was refused, could not be stored, or the power went."""
        if not self.is_up:
            self.start()
        try:
            with self.awake():
                return what()
        except PowerCut:
            self.lose_power()
        except (Refused, Broken) as error:
            self.world.said.append(f"{self.who['code']}: {error}")
        finally:
            self.mend()
        return None

    def tell(self, what: Callable[[], writer.Receipt], agreement: str) -> writer.Receipt | None:
        """State a fact; what its author is told is noted as a promise."""
        receipt = self.do(what)
        if receipt is not None:
            self.told[receipt.key] = (agreement, receipt.log, receipt.seq, receipt.leaf)
        return receipt


class Line:
    """In the place of `sinergi.sync.fetch.Line`: runs the other node's view, unless the network does something."""

    world: World

    def __init__(self, url: str, *, inside: bool) -> None:
        world = self.world
        assert world.awake is not None
        self.asker, self.answerer = world.awake, next(office for office in world.offices if office.url == url)

    def ask(self, method: str, target: str, *, body: bytes, headers: dict[str, str], limit: int) -> Answer:
        world, pair = self.world, frozenset((self.asker.who["code"], self.answerer.who["code"]))
        if pair in world.cut or not self.answerer.is_up:
            raise Unreachable("no way there")
        fault = world.take_fault()
        if fault == "drop":
            raise Unreachable("lost on its way")
        world.requests.append((self.asker, self.answerer, method, target, body, headers))
        answer = world.carry(self.answerer, method, target, body, headers)
        if fault == "twice":
            world.carry(self.answerer, method, target, body, headers)
        world.overheard.append((self.asker, target.encode() + answer.body))
        world.overheard.append((self.answerer, target.encode() + body))
        earlier = world.answers.get((self.asker.id, self.answerer.id, target))
        world.answers[self.asker.id, self.answerer.id, target] = answer
        if fault == "lost":
            raise Unreachable("the answer was lost")
        if fault == "cut":
            raise BadAnswer("the answer broke off")
        if fault == "stale" and earlier is not None:
            return Answer(status=answer.status, headers=answer.headers, body=earlier.body)
        if fault == "flip" and answer.body:
            spoilt = bytearray(answer.body)
            place = world.chance(len(spoilt) * 8)
            spoilt[place // 8] ^= 1 << place % 8
            return Answer(status=answer.status, headers=answer.headers, body=bytes(spoilt))
        return answer

    def close(self) -> None:
        pass


class World:
    """KPU Tapanuli Selatan and KPU Padang Lawas Utara, each with an agreement with the one police resort.

    `image`: an empty store of this version. `folder`: for the nodes' key files.
    """

    def __init__(self, image: bytes, folder: Path) -> None:
        self.offices: list[Office] = []
        self.awake: Office | None = None
        self.time = 0.0
        self.cut: set[frozenset[str]] = set()
        self.faults: dict[int, str] = {}
        self.asked = 0
        self.chance: Callable[[int], int] = lambda most: 0
        self.requests: list[tuple[Office, Office, str, str, bytes, dict[str, str]]] = []
        self.answers: dict[tuple[str, str, str], Answer] = {}
        self.overheard: list[tuple[Office, bytes]] = []
        self.said: list[str] = []
        # Keys of facts whose words were only in a store that an old back-up took the place of.
        self.wordless: set[str] = set()
        self.public: dict[str, bytes] = {}
        self.parties: dict[str, set[str]] = {}
        self._factory = RequestFactory()
        for who in (POLRES, KPU_TAPSEL, KPU_PALUTA):
            data = folder / who["code"]
            data.mkdir()
            self.offices.append(Office(self, who, data, image))
        self.police, self.tapsel, self.paluta = self.offices

    @contextlib.contextmanager
    def running(self) -> Iterator[World]:
        """The product's clocks and lines are this world's."""
        Line.world = self
        clock = SimpleNamespace(monotonic=lambda: 1e6 + self.time, time=lambda: self._now().timestamp())
        with contextlib.ExitStack() as stack:
            for module in TIMED:
                stack.enter_context(mock.patch.object(module, "time", clock))
            stack.enter_context(mock.patch.object(instants, "datetime", _Calendar(self._now)))
            stack.enter_context(mock.patch.object(conversation, "Line", Line))
            stack.enter_context(mock.patch.object(waking, "logger", mock.Mock()))
            yield self

    def _now(self) -> datetime:
        return self.awake.now() if self.awake else NOON + timedelta(seconds=self.time)

    def found(self) -> None:
        """Three agencies, introduced by invitation; two agreements in force; everybody has everything."""
        for office in self.offices:
            office.start()
            with office.awake():
                office.id = founding.found_agency(keys.folder(), at=office.now(), **office.who).id
                invitations.settle(office.url)
                for use in ("event", "checkpoint"):
                    public = keys.own().public(use)
                    self.public[envelope.key_id(public)] = public
        for commission in (self.tapsel, self.paluta):
            with self.police.awake():
                letter = invitations.invite(commission.who["code"], days=7, at=self.police.now()).letter
            with commission.awake():
                invitations.accept(invitations.read(letter), at=commission.now(), inside=True)
            self._agree(commission)

    def _agree(self, commission: Office) -> None:
        content = {**terms(), "numbers": ["1/PKS/2023", "2/PKS/2023"]}
        with commission.awake():
            entered = enter_agreement(
                id=new_event_id(NOON), by=None, at=commission.now(), partners=[self.police.id], **content
            )
            agreement = Entry.objects.get(key=entered.key).log.agreement
        self.parties[agreement] = {self.police.id, commission.id}
        self.round(self.police, commission)
        with self.police.awake():
            confirm_agreement(
                id=new_event_id(NOON), by=None, at=self.police.now(), agreement=agreement, scan=content["scan"]
            )
        self.round(commission, self.police)
        self.round(self.police, commission)

    def copy(self, folder: Path, *, unflushed: bool, unguarded: bool) -> World:
        """Another world that begins where this one stands; its nodes run, with guards taken out as told."""
        other = World(b"", folder)
        other.public, other.parties = self.public, self.parties
        for ours, theirs in zip(other.offices, self.offices, strict=True):
            assert theirs.store is not None and theirs.ring is not None
            ours.id, ours.image = theirs.id, theirs.store.image()
            ours.backup = ours.image
            ours.ring = keys.KeyRing({use: SigningKey(bytes(key)) for use, key in theirs.ring.by_use.items()})
            ours.unflushed, ours.unguarded = unflushed, unguarded
            ours.start()
            # The test stands for it that no other copy of these folders lives.
            with ours.awake():
                guard.lift(ours.data)
        return other

    def agreement_of(self, commission: Office) -> str:
        return next(agreement for agreement, parties in self.parties.items() if commission.id in parties)

    def round(self, asker: Office, answerer: Office) -> list[str]:
        """One round of `asker` with `answerer`; what it complained of."""
        outcome = asker.do(lambda: service.once(answerer.id))
        self.asked, self.faults = 0, {}
        return ["no round"] if outcome is None else outcome.troubles

    def take_fault(self) -> str:
        self.asked += 1
        return self.faults.pop(self.asked, "")

    def carry(self, office: Office, method: str, target: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Let this node answer a request."""
        path, _, query = target.partition("?")
        request = self._factory.generic(
            method,
            path,
            body,
            content_type=headers.get("Content-Type", "application/octet-stream"),
            headers=headers,
            QUERY_STRING=query,
        )
        try:
            with office.awake():
                view, args, kwargs = resolve(path)
                answer = view(request, *args, **kwargs)
        except PowerCut:
            office.lose_power()
            raise Unreachable("it went dark while answering") from None
        except (Broken, OperationalError) as error:
            self.said.append(f"{office.who['code']} answers 5xx: {error}")
            return Answer(status=507, headers={}, body=b"")
        return Answer(
            status=answer.status_code,
            headers={name.lower(): value for name, value in answer.headers.items()},
            body=answer.content,
        )

    # What must hold at any moment.

    def check(self) -> None:
        """No two histories anywhere, nothing of an agreement outside its parties, all new entries signed."""
        places: dict[tuple[str, int], bytes] = {}
        for office in self.offices:
            if not office.is_up:
                continue
            with office.awake():
                logs = list(Log.objects.exclude(agreement=""))
                assert not Equivocation.objects.exists(), "a second history of an honest log was found"
                foreign = [log.origin for log in logs if office.id not in self.parties.get(log.agreement, set())]
                assert foreign == [], f"{office.who['code']} keeps what is not for it"
                for origin, seq, leaf in Entry.objects.exclude(log__role="internal").values_list(
                    "log__origin", "seq", "leaf"
                ):
                    first = places.setdefault((origin, seq), bytes(leaf))
                    assert first == bytes(leaf), f"two facts at place {seq} of log {origin[:8]}"
                newest = office.checked
                for pk, data in (
                    Entry.objects.filter(pk__gt=office.checked).exclude(log__role="identity").values_list("pk", "data")
                ):
                    envelope.verify(envelope.parse(bytes(data)), self.public)
                    newest = max(newest, pk)
                office.checked = newest
            if not office.unguarded:
                # Without its guard it lacks facts at once; what is looked for there is the second history.
                self._promises(office)
        strangers = {self.tapsel.id: self.paluta, self.paluta.id: self.tapsel}
        for listener, data in self.overheard:
            if listener.id in strangers:
                other = strangers[listener.id]
                assert other.id.encode() not in data, "one commission hears of the other"
                assert self.agreement_of(other).encode() not in data, "one commission hears of the other's agreement"
        self.overheard.clear()

    def _promises(self, office: Office) -> None:
        """What was told to be stored is there, unless an old copy still waits for it."""
        with office.awake():
            held = dict(Entry.objects.filter(log__is_own=True).values_list("key", "leaf"))
            for key, (agreement, _, seq, leaf) in office.told.items():
                if key not in held:
                    assert guard.is_held(agreement), f"{office.who['code']} lost fact {seq} that it had acknowledged"
                else:
                    assert bytes(held[key]).hex() == leaf, f"fact {seq} is another one now"

    def restore(self, office: Office) -> None:
        """An old copy is put back. What it lacks and nobody else holds is gone, facts and words of facts: no guard can
        bring them. A partner may hold a fact without its words, which travel after it."""
        words = self._everywhere(Body, "entry__key")
        office.restore()
        self.wordless |= words - self._everywhere(Body, "entry__key")
        everywhere = self._everywhere(Entry, "key")
        for office in self.offices:
            office.told = {key: fact for key, fact in office.told.items() if key in everywhere}
            office.checked = 0

    def _everywhere(self, table: type[Model], column: str) -> set[str]:
        found: set[str] = set()
        for office in self.offices:
            with self._looked_into(office):
                found |= set(table._default_manager.values_list(column, flat=True))
        return found

    @contextlib.contextmanager
    def _looked_into(self, office: Office) -> Iterator[None]:
        outer = connections["default"]
        connections["default"] = office.store or Store(office, office.image, False)
        try:
            yield
        finally:
            connections["default"] = outer

    def heal(self) -> None:
        """Everything works again; after some rounds all parties hold the same, whole, and sign."""
        self.cut.clear()
        for office in self.offices:
            if not office.is_up:
                office.start()
        for _ in range(MOST_ROUNDS):
            self.time += 700
            for commission in (self.tapsel, self.paluta):
                for one, other in ((self.police, commission), (commission, self.police)):
                    self.round(one, other)
            if self._is_quiet():
                break
        self.check()
        tables = []
        for office in self.offices:
            with office.awake():
                assert not guard.is_holding(), f"{office.who['code']} still signs nothing: {self.said[-5:]}"
                assert fsck.check() == [], "a store is not whole"
                assert rebuild.check() == [], "tables are not what the log says"
                tables.append({table._meta.label: set(table.content()) for table in FoldedTable.tables()})
                assert not Entry.objects.filter(state=Entry.State.WAITING).exists(), "facts wait for what never comes"
                # Where somebody else has them after all, the logs differ below.
                lacking = Entry.objects.filter(has_body=True, body__isnull=True).exclude(key__in=self.wordless)
                assert not lacking.exists(), f"{office.who['code']} lacks words of facts"
        assert self._held(self.police) == self._held(self.tapsel) | self._held(self.paluta), "logs differ"
        police, *commissions = tables
        for label, rows in police.items():
            theirs = set().union(*(one[label] for one in commissions))
            assert rows == theirs, f"{label}: {rows ^ theirs}"

    def _is_quiet(self) -> bool:
        """Whether everybody signs and both ends of each line hold the same."""
        for office in self.offices:
            with office.awake():
                if guard.is_holding():
                    return False
        return self._held(self.police) == self._held(self.tapsel) | self._held(self.paluta)

    def _held(self, office: Office) -> set[tuple[Any, ...]]:
        with office.awake():
            rows = Log.objects.exclude(agreement="").exclude(role="internal")
            return {
                (log.origin, log.size, log.folded, bytes(log.root), Body.objects.filter(entry__log=log).count())
                for log in rows
            }


class _Calendar:
    """`datetime` with a clock of our own."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def now(self, zone: Any = UTC) -> datetime:
        return self._clock()

    def __call__(self, *given: Any, **named: Any) -> datetime:
        return datetime(*given, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(datetime, name)
