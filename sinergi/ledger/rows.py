"""The statements of the hot path, written out: stating a fact, admitting a partner's, folding both.

Composing a query costs Django several times what the database needs to answer it, and every fact needs a dozen. Whoever
reads or writes these rows seldom uses the models. Nothing is remembered between two calls: what a transaction undoes
was never anywhere else. The same text runs on SQLite and PostgreSQL.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db import connection

from sinergi.kernel.instants import zone_of, zone_of_first
from sinergi.kernel.once import once
from sinergi.ledger.models import Agency, Agreement, Entry, Log


class Stored(NamedTuple):
    """What folding needs of a stored entry."""

    pk: int
    seq: int
    data: bytes
    leaf: bytes
    has_body: bool


class Party(NamedTuple):
    """One party of an agreement, with the role its logs run in and whether it was founded to be negotiated.

    `joined`: by the record of the terms, the place in its log where it joined them; `left_seq` where it left.
    """

    agency: str
    joined: dict[str, int]
    left_seq: int | None
    role: str
    opened: bool


_LOG = [field.attname for field in Log._meta.concrete_fields]
_AGENCY = [field.attname for field in Agency._meta.concrete_fields]
_AGREEMENT = [field.attname for field in Agreement._meta.concrete_fields]
_LOG_COLUMNS = ", ".join(_LOG)
_AGENCY_COLUMNS = ", ".join(_AGENCY)
_INSERT_ENTRY = (
    "INSERT INTO ledger_entry (log_id, seq, key, kind, lam, data, leaf, has_body, state, verdict, stored_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_IS_OWN = _LOG.index("is_own")
_IS_SELF = _AGENCY.index("is_self")
_IS_OPENED = _AGREEMENT.index("opened")


@once
def own_agency() -> Agency | None:
    """This node's agency, or None where it was not initialised."""
    return _agency(_one(f"SELECT {_AGENCY_COLUMNS} FROM ledger_agency WHERE is_self"))


def agency(id: str) -> Agency | None:
    """The agency with this id, or None where it was never introduced."""
    return _agency(_one(f"SELECT {_AGENCY_COLUMNS} FROM ledger_agency WHERE id = %s", id))


def own_zone() -> str:
    """WIB, WITA or WIT: the clock on the wall of this office."""
    own = own_agency()
    return zone_of("" if own is None else own.region)


@once
def agencies() -> list[Agency]:
    """Every agency this node knows, by id."""
    found = (_agency(row) for row in _all(f"SELECT {_AGENCY_COLUMNS} FROM ledger_agency ORDER BY id"))
    return [agency for agency in found if agency is not None]


@once
def agreements() -> list[Agreement]:
    """Every agreement this node knows, by id."""
    found = []
    for row in _all(f"SELECT {', '.join(_AGREEMENT)} FROM ledger_agreement ORDER BY id"):
        given = list(row)
        given[_IS_OPENED] = bool(given[_IS_OPENED])
        found.append(Agreement.from_db(connection.alias, _AGREEMENT, given))
    return found


@once
def party_ids() -> dict[str, list[str]]:
    """The agency ids of the parties of every agreement, founder first."""
    found: dict[str, list[str]] = {}
    for agreement, agency in _all("SELECT agreement_id, agency FROM ledger_party ORDER BY place, id"):
        found.setdefault(agreement, []).append(agency)
    return found


@once
def zones() -> dict[str, str]:
    """WIB, WITA or WIT for every agreement: in which its days end, the same on every node.

    The zone of the first party whose region names a province, commissions first.
    """
    known = {agency.id: agency for agency in agencies()}
    return {agreement: zone_among(parties, known) for agreement, parties in party_ids().items()}


def zone_among(parties: Iterable[str], known: Mapping[str, Agency]) -> str:
    """The same of one agreement with these parties, by the agencies that are known."""
    met = sorted((known[id] for id in parties if id in known), key=lambda agency: agency.kind != "kpu")
    return zone_of_first(one.region for one in met)


@once
def in_force() -> list[Agreement]:
    """The agreements, by id, in which every party has joined the same terms and none has left, as far as folded."""
    left = {row[0] for row in _all("SELECT agreement_id FROM ledger_party WHERE left_seq IS NOT NULL")}
    whole = were_in_force() - left
    return [agreement for agreement in agreements() if agreement.id in whole]


@once
def were_in_force() -> set[str]:
    """The ids of the agreements in which every party has joined the same terms, left since or not."""
    joined: dict[str, dict[int, set[str]]] = {}
    for agreement, party, terms in _all(
        "SELECT p.agreement_id, p.id, j.terms FROM ledger_party p LEFT JOIN ledger_joined j ON j.party_id = p.id"
    ):
        joined.setdefault(agreement, {}).setdefault(party, set()).update([terms] if terms is not None else [])
    return {agreement for agreement, parties in joined.items() if set.intersection(*parties.values())}


def agency_kind(id: str) -> str:
    """The kind of an agency; empty where it was never introduced."""
    found = _one("SELECT kind FROM ledger_agency WHERE id = %s", id)
    return "" if found is None else str(found[0])


def logs_of(agreement: str) -> dict[str, Log]:
    """Every log of an agreement by its origin; of the empty agreement, our own internal log only."""
    internal = " AND is_own AND role = 'internal'" if agreement == "" else ""
    return _logs(f"SELECT {_LOG_COLUMNS} FROM ledger_log WHERE agreement = %s{internal} ORDER BY id", agreement)


def log(origin: str) -> Log | None:
    """The log with this origin, or None."""
    return _logs(f"SELECT {_LOG_COLUMNS} FROM ledger_log WHERE origin = %s", origin).get(origin)


def own_origins() -> list[str]:
    """The origins of all logs of this agency."""
    return [row[0] for row in _all("SELECT origin FROM ledger_log WHERE is_own")]


def own_fact(keys: list[str]) -> tuple[str, int, bytes, str] | None:
    """Origin, place, leaf and key of our own entry with one of these keys; the earliest of them."""
    if not keys:
        return None
    marks = ", ".join(["%s"] * len(keys))
    found: tuple[str, int, bytes, str] | None = _one(
        "SELECT l.origin, e.seq, e.leaf, e.key FROM ledger_entry e JOIN ledger_log l ON l.id = e.log_id"
        f" WHERE l.is_own AND e.key IN ({marks}) ORDER BY e.id LIMIT 1",
        *keys,
    )
    return found


def event_keys(agency: str) -> dict[str, bytes]:
    """An agency's event keys by their id."""
    found = _all("SELECT kid, public FROM ledger_key WHERE agency_id = %s AND use = 'event'", agency)
    return {kid: bytes(public) for kid, public in found}


def trusted_until(agency: str, kid: str, log: str) -> int | None:
    """The last place of this log whose entry by that event key is trusted; None where all are, -2 for no such key."""
    found = _one("SELECT last FROM ledger_key WHERE agency_id = %s AND kid = %s AND use = 'event'", agency, kid)
    if found is None:
        return -2
    last = json.loads(found[0]) if isinstance(found[0], str) else found[0]
    return None if last is None else int(last.get(log, -1))


def parties(agreement: str) -> list[Party]:
    """The parties of a founded agreement, founder first; empty where it was never founded."""
    found: dict[str, Party] = {}
    for agency, left_seq, role, opened, terms, seq in _all(
        "SELECT p.agency, p.left_seq, a.role, a.opened, j.terms, j.seq FROM ledger_party p"
        " JOIN ledger_agreement a ON a.id = p.agreement_id LEFT JOIN ledger_joined j ON j.party_id = p.id"
        " WHERE p.agreement_id = %s ORDER BY p.place, j.seq",
        agreement,
    ):
        party = found.setdefault(agency, Party(agency, {}, left_seq, role, bool(opened)))
        if terms is not None:
            party.joined[terms] = seq
    return list(found.values())


def has_left(agreement: str, agency: str) -> bool:
    """Whether this party has ended the agreement for itself."""
    found = _one(
        "SELECT 1 FROM ledger_party WHERE agreement_id = %s AND agency = %s AND left_seq IS NOT NULL", agreement, agency
    )
    return found is not None


def lam_at(log: Log, seq: int) -> int:
    """The Lamport number of one entry."""
    found = _one("SELECT lam FROM ledger_entry WHERE log_id = %s AND seq = %s", log.pk, seq)
    if found is None:
        raise Entry.DoesNotExist(f"no entry {seq} in log {log.origin[:8]}")
    return int(found[0])


def was_used(log: Log, key: str, before: int) -> bool:
    """Whether an entry of this log before place `before` has this key."""
    found = _one("SELECT 1 FROM ledger_entry WHERE key = %s AND log_id = %s AND seq < %s LIMIT 1", key, log.pk, before)
    return found is not None


def named(key: str, agreement: str) -> tuple[int, int, str] | None:
    """Log, place and the log's origin of the valid record with this key under the agreement, or None."""
    found: tuple[int, int, str] | None = _one(
        "SELECT e.log_id, e.seq, l.origin FROM ledger_entry e JOIN ledger_log l ON l.id = e.log_id"
        " WHERE e.key = %s AND e.state = 'folded' AND l.agreement = %s ORDER BY e.seq LIMIT 1",
        key,
        agreement,
    )
    return found


def stored(log: Log, start: int, limit: int) -> list[Stored]:
    """Up to `limit` entries of a log from place `start` on."""
    found = _all(
        "SELECT id, seq, data, leaf, has_body FROM ledger_entry WHERE log_id = %s AND seq >= %s AND seq < %s"
        " ORDER BY seq",
        log.pk,
        start,
        start + limit,
    )
    return [Stored(pk, seq, bytes(data), bytes(leaf), bool(has_body)) for pk, seq, data, leaf, has_body in found]


def body(entry: int) -> bytes | None:
    """The erasable part of an entry where this node holds it, else None."""
    found = _one("SELECT data FROM ledger_body WHERE entry_id = %s", entry)
    return None if found is None else bytes(found[0])


def had_body(entry: int) -> bool:
    """Whether this node holds the erasable part of an entry, or has erased it."""
    found = _one(
        "SELECT 1 FROM ledger_body WHERE entry_id = %s UNION ALL SELECT 1 FROM ledger_erased WHERE entry_id = %s",
        entry,
        entry,
    )
    return found is not None


def subtrees(log: Log, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    """The hashes of these full subtrees (level, index) of a log's tree; level 0 are the leaves."""
    leaves = [(index,) for level, index in places if level == 0]
    inner = [place for place in places if place[0] > 0]
    found = {}
    if leaves:
        marks, values = _marks("(%s)", leaves)
        for index, leaf in _all(
            f"SELECT seq, leaf FROM ledger_entry WHERE log_id = %s AND seq IN ({marks})", log.pk, *values
        ):
            found[0, index] = bytes(leaf)
    if inner:
        marks, values = _marks("(%s, %s)", inner)
        question = (
            f'WITH wanted (level, place) AS (VALUES {marks}) SELECT n.level, n."index", n.hash FROM wanted'
            ' JOIN ledger_node n ON n.log_id = %s AND n.level = wanted.level AND n."index" = wanted.place'
        )
        for level, index, value in _all(question, *values, log.pk):
            found[level, index] = bytes(value)
    if missing := set(places) - found.keys():
        raise Entry.DoesNotExist(f"no subtree {min(missing)} in log {log.origin[:8]}")
    return found


def insert_entry(log: Log, entry: Entry) -> int:
    """Store one new entry; its row number."""
    return int(_one(f"{_INSERT_ENTRY} RETURNING id", *_values(log, entry))[0])


def insert_entries(log: Log, entries: Iterable[Entry]) -> None:
    """Store many new entries."""
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT_ENTRY, [_values(log, entry) for entry in entries])


def insert_body(entry: int, salt: bytes, data: bytes) -> None:
    """Store the erasable part of an entry."""
    _run("INSERT INTO ledger_body (entry_id, salt, data) VALUES (%s, %s, %s)", entry, salt, data)


def insert_nodes(log: Log, nodes: list[tuple[int, int, bytes]]) -> None:
    """Store completed subtrees above the leaves: level, index, hash."""
    if nodes:
        with connection.cursor() as cursor:
            cursor.executemany(
                'INSERT INTO ledger_node (log_id, level, "index", hash) VALUES (%s, %s, %s, %s)',
                [(log.pk, level, index, value) for level, index, value in nodes],
            )


def save_growth(log: Log) -> None:
    """Write what appending changes in a log's row: its tree, its head and how far it is folded. Nothing else."""
    _run(
        "UPDATE ledger_log SET size = %s, folded = %s, root = %s, peaks = %s, head = %s, head_lam = %s WHERE id = %s",
        log.size,
        log.folded,
        bytes(log.root),
        bytes(log.peaks),
        log.head,
        log.head_lam,
        log.pk,
    )


def save_checkpoint(log: Log) -> None:
    """Write the newest verified or signed checkpoint of a log."""
    _run(
        "UPDATE ledger_log SET checkpoint_size = %s, checkpoint_note = %s WHERE id = %s",
        log.checkpoint_size,
        bytes(log.checkpoint_note),
        log.pk,
    )


def save_folded(log: Log) -> None:
    """Write how far a log is folded."""
    _run("UPDATE ledger_log SET folded = %s WHERE id = %s", log.folded, log.pk)


def set_verdict(entry: int, state: Entry.State, verdict: str) -> None:
    """Write what this node found of an entry."""
    _run("UPDATE ledger_entry SET state = %s, verdict = %s WHERE id = %s", str(state), verdict, entry)


def _values(log: Log, entry: Entry) -> tuple[Any, ...]:
    return (
        log.pk,
        entry.seq,
        entry.key,
        entry.kind,
        entry.lam,
        entry.data,
        entry.leaf,
        entry.has_body,
        str(entry.state),
        entry.verdict,
        connection.ops.adapt_datetimefield_value(entry.stored_at),
    )


def _marks(one: str, rows: list[tuple[Any, ...]]) -> tuple[str, list[Any]]:
    return ", ".join([one] * len(rows)), [value for row in rows for value in row]


def _run(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _one(statement: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()


def _all(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _logs(statement: str, *values: Any) -> dict[str, Log]:
    found = {}
    for row in _all(statement, *values):
        given = list(row)
        given[_IS_OWN] = bool(given[_IS_OWN])  # SQLite knows no booleans
        log = Log.from_db(connection.alias, _LOG, given)
        found[log.origin] = log
    return found


def _agency(row: Any) -> Agency | None:
    if row is None:
        return None
    given = list(row)
    given[_IS_SELF] = bool(given[_IS_SELF])
    return Agency.from_db(connection.alias, _AGENCY, given)
