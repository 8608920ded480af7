"""P9: facts of every kind, from two partners, in any order of arrival: the same tables, and what a rebuild gives."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from sinergi.features.agreement.actions import confirm_agreement
from sinergi.features.agreement.events import AgreementConfirmed, AgreementEntered
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import catalog, envelope, rebuild, store
from sinergi.ledger.events import Event, Founding, Joining, Leaving, founding_id
from sinergi.ledger.models import Entry, FoldedTable, Log
from sinergi.ledger.writer import run
from tests.nodes.fixtures import KPU_PALUTA, KPU_TAPSEL, POLRES, terms
from tests.nodes.invent import Inventor
from tests.nodes.simulator import NOON, Peer, PeerLog
from tests.promises.figures import print_figure
from tests.promises.running import seed

HISTORIES, ORDERS = 100, 5
MOST_HISTORIES = 400
FACTS = 12
POLICE = frozenset(
    f"security.{name}"
    for name in ("assistance_answered", "spoken_order_confirmed", "force_assigned", "assistance_completed")
) | {
    "standing_duties.member_changes_reported",
    "data.dataset_listed",
    "data.occasion_stated",
    "data.answered",
    "data.delivered",
    "data.grant_withdrawn",
    "risk.classes_set",
    "orders.roster_stated",
    "orders.roster_withdrawn",
    "erasure.done",
    "erasure.refused",
}
ERASING = ("erasure.refused", "erasure.done")
# How a history begins, so that enough of what follows is valid. A feature whose kinds build on each other adds its own.
OPENINGS = (
    *(
        [f"security.{kind}" for kind in ("assistance_requested", "assistance_answered", *then)]
        for then in (
            ("offer_accepted", "force_assigned", "assistance_completed", "completion_confirmed"),
            ("offer_declined", "assistance_withdrawn"),
            ("spoken_order_confirmed", "letter_issued"),
        )
    ),
    [f"obligations.{kind}" for kind in ("proposed", "answered", "stated", "stated", "stated", "answered")],
    [f"standing_duties.{kind}" for kind in ("voter_update_reported", "member_changes_reported", "contacts_published")],
    [f"standing_duties.session_{kind}" for kind in ("proposed", "answered", "held")],
    [f"standing_duties.session_{kind}" for kind in ("proposed", "moved", "move_answered", "moved", "move_answered")],
    [f"data.{kind}" for kind in ("dataset_listed", *["delivered", "received"] * 2, *["used"] * 3, "destroyed")],
    [f"data.{kind}" for kind in ("dataset_listed", *["requested"] * 2, *["answered"] * 4, *["grant_withdrawn"] * 3)],
    [f"data.{kind}" for kind in ("dataset_listed", "requested", "request_withdrawn", "dataset_listed", "answered")],
    [f"data.{kind}" for kind in (*["dataset_listed"] * 3, *["occasion_stated"] * 3)],
    [f"obligations.{kind}" for kind in ("proposed", "history_stated", "history_answered")],
    *(["security.assistance_requested", *["erasure.requested"] * 3, *[said] * 3] for said in ERASING),
    ["risk.places_scored", "risk.classes_set", "risk.places_scored", "risk.classes_set"],
    [f"obligations.minutes_{kind}" for kind in ("stated", "answered", "stated", "answered")],
    [f"orders.roster_{kind}" for kind in ("stated", "withdrawn", "stated", "withdrawn", "withdrawn")],
)
# Their content must fit together in a way that only their own rules make; here they are invented, and refused alike.
# Valid ones in any order: the features' own tests.
INTRICATE = ("negotiation.", "agreement.", "stages.", "obligations.minutes_signed")
# One office's own log, which nobody else delivers: there is one order only. That they are ignored elsewhere is tested
# beside their projections.
INTERNAL = (
    *("people.", "guard.", "orders.issued", "orders.intelligence_annexed", "orders.letters_drawn", "orders.revoked"),
    *("breaches.noted", "breaches.step_taken"),
)
OFFICES = ("resort_chief", "resort_chief", "resort_chief", "operations_head")


@pytest.mark.slow
def test_any_order_of_arrival_gives_the_same_tables_for_every_kind(found_node, secretary) -> None:
    start = seed()
    kinds = [kind for kind in catalog.kinds().values() if not kind.kind.startswith(("identity.", *INTERNAL))]
    own = found_node(**KPU_PALUTA)
    police, commission = Peer(**POLRES), Peer(**KPU_TAPSEL)
    for peer in (police, commission):
        peer.meet()
    told: Counter[str] = Counter()
    folded: Counter[str] = Counter()
    # An agreement is founded in one of several ways; here by entering it.
    names = {kind.kind for kind in kinds if not issubclass(kind, Founding) or kind is AgreementEntered}

    def unproven() -> set[str]:
        return {name for name in names if not folded[name] and not name.startswith(INTRICATE)}

    def opening() -> list[str]:
        # In turn, so that every kind is stated whatever the seed; every other one for a kind that was never valid yet.
        turn = told["orders"] // ORDERS
        wanted = [begins for begins in OPENINGS if unproven().intersection(begins)]
        return wanted[turn // 2 % len(wanted)] if turn % 2 and wanted else OPENINGS[turn // 2 % len(OPENINGS)]

    @seeded(start)
    # A history is one number; there is nothing to shrink.
    @settings(
        max_examples=HISTORIES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(number=st.integers(0, 2**32 - 1))
    def any_order(number: int) -> None:
        chance = random.Random(number)
        for peer in (police, commission):
            peer.logs.clear()
        with undone():
            agreement = in_force(police, commission, own.id, secretary, chance)
            written = write(chance, (police, commission), agreement, kinds, opening())
            outcomes = []
            for _ in range(ORDERS):
                with undone():
                    told["parked"] += deliver_in_some_order(chance, (police, commission), agreement)
                    assert not Entry.objects.filter(state=Entry.State.WAITING).exists()
                    outcomes.append(snapshot())
                    if len(outcomes) == ORDERS:
                        rebuild.rebuild()
                        outcomes.append(snapshot())
                    folded.update(Entry.objects.filter(state=Entry.State.FOLDED).values_list("kind", flat=True))
            for outcome in outcomes:
                assert differences(outcomes[0], outcome) == []
            told["orders"] += ORDERS
            told.update(written)

    any_order()
    # A kind may be unlucky in a hundred histories: it gets more of them before that is called a fault.
    more = random.Random(start)
    while unproven() and told["orders"] < MOST_HISTORIES * ORDERS:
        any_order.hypothesis.inner_test(more.getrandbits(32))
    assert names <= set(told), f"never stated: {names - set(told)}"
    assert told["parked"] > 0, "nothing ever came early"
    assert not unproven(), f"never valid, so only its refusal was tested: {unproven()}"
    valid = {name for name in names if folded[name]}
    print_figure(
        "P9",
        f"{told['orders']} orders, the same tables",
        f"{told['orders'] // ORDERS} histories of {FACTS} facts of {len(names)} kinds, {len(valid)} of them valid too; "
        f"{told['parked']} came early and waited; a rebuild gives the same; seed {start}",
    )


class undone(transaction.Atomic):
    """Whatever happens inside is taken back."""

    def __init__(self) -> None:
        super().__init__(using=None, savepoint=True, durable=False)

    def __exit__(self, *raised: Any) -> None:
        transaction.set_rollback(True)
        super().__exit__(*raised)


def in_force(police: Peer, commission: Peer, own: str, by: Any, chance: random.Random) -> str:
    """An agreement of three, founded by the police, confirmed here and by the commission."""
    nonce = f"{chance.getrandbits(128):032x}"
    three = terms() | {"numbers": ["1", "2", "3"]}
    event = AgreementEntered(parties=[police.id, own, commission.id], nonce=nonce, **three)
    agreement = founding_id(event)
    entered = police.state(agreement, event)
    confirm_agreement(id=new_event_id(NOON), by=by, at=NOON, agreement=agreement, scan=event.scan)
    marks = seen(agreement, police.log(agreement), 1)
    commission.state(agreement, AgreementConfirmed(entered=entered, scan=event.scan), **marks)
    return agreement


def seen(agreement: str, other: PeerLog, size: int) -> dict[str, Any]:
    """`seen` and `lam` of an author who has our log whole and the other's up to `size`."""
    marks, lam = {}, 0
    for log in Log.objects.filter(agreement=agreement, is_own=True, size__gt=0):
        marks[log.origin] = envelope.Seen(size=log.size, root=bytes(log.root).hex())
        lam = max(lam, log.head_lam)
    if size:
        marks[other.origin] = envelope.Seen(size=size, root=other.root(size).hex())
        lam = max(lam, envelope.parse(other.entries[size - 1]).header.lam)
    return {"seen": marks, "lam": lam + 1}


def write(
    chance: random.Random, peers: tuple[Peer, Peer], agreement: str, kinds: list[type[Event]], begins: list[str]
) -> list[str]:
    """Both partners state facts, each having seen the other's up to some place; nothing is
    delivered. Returns the kinds of what they stated."""
    inventor = Inventor(chance, tuple(peer.id for peer in peers))
    facts = [
        (header.type, header.key, header.log, header.seq)
        for peer in peers
        for header in (envelope.parse(data).header for data in peer.log(agreement).entries)
    ]
    known = {peer.id: len(other.log(agreement).entries) for peer, other in (peers, peers[::-1])}
    # Who has left says nothing valid any more, so that comes last; who has joined cannot join again.
    invented = [kind for kind in kinds if not issubclass(kind, Founding | Joining | Leaving)]
    last = [kind for kind in kinds if issubclass(kind, Joining | Leaving)]
    named = {kind.kind: kind for kind in kinds}
    opening = [named[kind] for kind in begins]
    for step in range(FACTS):
        opens = step < len(opening)
        kind = opening[step] if opens else chance.choice(last if step >= FACTS - 2 else invented)
        named_one = speaker(kind, peers) if opens or chance.random() < 0.85 else None
        author = named_one or chance.choice(peers)
        other = peers[1] if author is peers[0] else peers[0]
        if opens or chance.random() < 0.7:
            known[author.id] = len(other.log(agreement).entries)
        # Now and then it names what its author cannot have seen.
        far = not opens and chance.random() < 0.1
        own = author.log(agreement).origin
        inventor.records = [(said, key) for said, key, log, seq in facts if far or log == own or seq < known[author.id]]
        key = author.state(
            agreement,
            inventor.event(kind),
            deliver=False,
            actor=envelope.Official(id="0" * 16, office=OFFICES[0] if opens else chance.choice(OFFICES)),
            **following(author, agreement, seen(agreement, other.log(agreement), known[author.id])),
        )
        facts.append((kind.kind, key, own, len(author.log(agreement).entries) - 1))
    return [kind for kind, *_ in facts]


def speaker(kind: type[Event], peers: tuple[Peer, Peer]) -> Peer | None:
    """Who may state this kind, as far as that is one of the two; None where either may."""
    police, commission = peers
    if kind.kind.startswith("obligations."):
        return None
    return police if kind.kind in POLICE else commission


def following(author: Peer, agreement: str, marks: dict[str, Any]) -> dict[str, Any]:
    """The marks, with a place after the author's own last fact."""
    last = envelope.parse(author.log(agreement).entries[-1]).header.lam
    return marks | {"lam": max(marks["lam"], last + 1)}


def deliver_in_some_order(chance: random.Random, peers: tuple[Peer, Peer], agreement: str) -> int:
    """Hand over both logs in pieces and their texts at any time after; how often a fact had to wait."""
    waited = 0
    left: list[Callable[[], Any]] = []
    places = {peer.id: Log.objects.get(origin=peer.log(agreement).origin).size for peer in peers}
    while left or any(places[peer.id] < len(peer.log(agreement).entries) for peer in peers):
        ahead = [peer for peer in peers if places[peer.id] < len(peer.log(agreement).entries)]
        if left and (not ahead or chance.random() < 0.4):
            run(left.pop(chance.randrange(len(left))))
            continue
        peer = chance.choice(ahead)
        log, start = peer.log(agreement), places[peer.id]
        end = chance.randint(start + 1, len(log.entries))
        run(lambda log=log, start=start, end=end, peer=peer: store.admit_checked(peer.bundle(log, start, end)))
        places[peer.id] = end
        waited += Entry.objects.filter(state=Entry.State.WAITING).count()
        for seq in range(start, end):
            if seq in log.bodies:
                salt, body = log.bodies[seq]
                left.append(
                    lambda log=log, seq=seq, salt=salt, body=body: store.admit_body(log.origin, seq, salt, body)
                )
    return waited


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[Any]:
    """What stands in one and not in the other."""
    return [
        (table, *(row for row in rows if row not in there[table]))
        for here, there in ((one, other), (other, one))
        for table, rows in here.items()
        if any(row not in there[table] for row in rows)
    ]


def snapshot() -> dict[str, Any]:
    """Every folded table, and the verdict on every entry."""
    tables: dict[str, Any] = {table._meta.label: table.content() for table in FoldedTable.tables()}
    tables["verdicts"] = sorted(Entry.objects.values_list("log__origin", "seq", "state", "verdict"))
    return tables
