"""One real node in a process of its own: the product's server, and a line by which a test commands it.

Run as `python -m tests.sync.process DATA PORT`. Each line in is JSON {"do": name, ...}; each line out is JSON
{"answer": ...} or {"error": sentence, "type": name}.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any


def main() -> None:
    data, port = Path(sys.argv[1]), int(sys.argv[2])
    os.environ["SINERGI_DATA"] = str(data)
    data.mkdir(parents=True, exist_ok=True)
    from sinergi.node.opening import open_node

    open_node(data)
    from sinergi.ledger import guard
    from sinergi.sync import waking

    # A killed node's partner remembers it for eight minutes; a test does not wait for that.
    waking.ALONE_SECONDS = int(os.environ.get("TEST_ALONE_SECONDS", waking.ALONE_SECONDS))
    if "TEST_UNGUARDED" in os.environ:
        guard.hold = lambda: None
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", interactive=False, verbosity=0, run_syncdb=True)
    connection.close()
    threading.Thread(target=_obey, daemon=True).start()
    from sinergi.node.server import serve

    serve(data, host="127.0.0.1", port=port)


def _obey() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        name = asked.pop("do")
        try:
            answer: dict[str, Any] = {"answer": globals()[f"do_{name}"](**asked)}
        except Exception as error:
            answer = {"error": getattr(error, "sentence", "") or str(error), "type": type(error).__name__}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def do_ping() -> str:
    return "pong"


def do_found(url: str, **who: str) -> str:
    from sinergi.kernel.instants import now
    from sinergi.ledger import founding, keys
    from sinergi.sync import invitations

    own = founding.found_agency(keys.folder(), at=now(), **who)
    invitations.settle(url)
    return own.id


def do_invite(recipient: str) -> dict[str, str]:
    from sinergi.kernel.instants import now
    from sinergi.sync import invitations

    made = invitations.invite(recipient, days=7, at=now())
    return {"letter": made.letter.decode(), "short": made.short}


def do_accept(letter: str) -> str:
    from sinergi.kernel.instants import now
    from sinergi.sync import invitations, service

    peer = invitations.accept(invitations.read(letter.encode()), at=now(), inside=True)
    service.wake(peer.agency)
    return peer.agency


def do_enter(partners: list[str]) -> str:
    from sinergi.features.agreement.actions import enter_agreement
    from sinergi.kernel.ids import new_event_id
    from sinergi.kernel.instants import now
    from sinergi.ledger.models import Entry
    from tests.nodes.fixtures import terms

    at = now()
    numbers = [f"{place}/PKS/2023" for place in range(len(partners) + 1)]
    content = {**terms(), "numbers": numbers}
    receipt = enter_agreement(id=new_event_id(at), by=None, at=at, partners=partners, **content)
    return Entry.objects.get(key=receipt.key).log.agreement


def do_confirm(agreement: str) -> None:
    from sinergi.features.agreement.actions import confirm_agreement
    from sinergi.kernel.ids import new_event_id
    from sinergi.kernel.instants import now
    from tests.nodes.fixtures import terms

    at = now()
    confirm_agreement(id=new_event_id(at), by=None, at=at, agreement=agreement, scan=terms()["scan"])


def do_cut_line() -> None:
    """Partners are reached no more, as where a cable was cut."""
    from sinergi.sync.models import Peer

    Peer.objects.update(url="http://127.0.0.1:9")


def do_leave(agreement: str) -> None:
    from sinergi.features.agreement.actions import leave_agreement
    from sinergi.kernel.ids import new_event_id
    from sinergi.kernel.instants import now

    at = now()
    leave_agreement(id=new_event_id(at), by=None, at=at, agreement=agreement, reason="ended_by_consent")


def do_say(agreement: str, count: int, first: int = 0, words: str = "") -> list[str]:
    from sinergi.kernel.ids import new_event_id
    from sinergi.kernel.instants import now
    from sinergi.ledger.writer import run
    from tests.sync.chatter.actions import say

    def task(numbers: range) -> list[str]:
        return [
            say(id=new_event_id(now()), by=None, at=now(), agreement=agreement, number=number, words=words).key
            for number in numbers
        ]

    keys = []
    for start in range(first, first + count, 100):
        keys += run(lambda start=start: task(range(start, min(first + count, start + 100))))
    return keys


def do_ask_erasure(agreement: str, records: list[str]) -> str:
    from sinergi.features.rights import actions
    from sinergi.kernel.ids import new_event_id
    from sinergi.kernel.instants import now

    told = {"ground": "subject_asks", "asked_by": "subject", "words": "B/1/2024"}
    asked = actions.ask(id=new_event_id(now()), by=_head(), at=now(), agreement=agreement, records=records, **told)
    return asked.key


def do_records(agreement: str, kind: str) -> list[str]:
    """The keys of the facts of one kind, in the order in which they came."""
    from sinergi.ledger.models import Entry

    return list(Entry.objects.filter(log__agreement=agreement, kind=kind).order_by("pk").values_list("key", flat=True))


def do_verify(agreement: str) -> str:
    """What the stand-alone verifier finds wrong with the evidence of an agreement; empty where all holds."""
    import subprocess
    import tempfile

    from sinergi.ledger.evidence import export_agreement

    with tempfile.NamedTemporaryFile(suffix=".sinergi") as file:
        file.writelines(export_agreement(agreement))
        file.flush()
        verifier = Path(__file__).parents[2] / "docs" / "protocol" / "verify.py"
        judged = subprocess.run([sys.executable, verifier, file.name], capture_output=True, text=True, check=False)
    return "" if judged.returncode == 0 and "Everything holds" in judged.stdout else judged.stderr or judged.stdout


def do_erase(request: str) -> None:
    from sinergi.features.rights import actions
    from sinergi.kernel.ids import new_event_id
    from sinergi.kernel.instants import now

    actions.erase(id=new_event_id(now()), by=_head(), at=now(), request=request)


def do_erasures() -> dict[str, list[str]]:
    """By request: the agencies that attested."""
    from sinergi.features.rights.models import ErasureAnswer, ErasureRequest

    said = ErasureAnswer.objects.filter(said="done").order_by("agency")
    return {
        asked.key: [answer.agency for answer in said if answer.request == asked.key]
        for asked in ErasureRequest.objects.all()
    }


def _head() -> Any:
    from sinergi.kernel.actors import Actor
    from sinergi.ledger.store import own_agency

    return Actor(id="c" * 16, office="resort_chief" if own_agency().kind == "police" else "secretary")


def do_agreements() -> list[str]:
    from sinergi.ledger.models import Agreement

    return sorted(Agreement.objects.values_list("id", flat=True))


def do_logs(agreement: str = "") -> dict[str, list[Any]]:
    """By origin: size, folded, root, bodies held, the largest size each other agency cosigned."""
    from sinergi.ledger.models import Body, Cosignature, Log

    rows = Log.objects.filter(agreement=agreement) if agreement else Log.objects.exclude(role="internal")
    return {
        log.origin: [
            log.size,
            log.folded,
            bytes(log.root).hex(),
            Body.objects.filter(entry__log=log).count(),
            {mark.agency: mark.size for mark in Cosignature.objects.filter(log=log, use="mirror").order_by("size")},
        ]
        for log in rows
    }


def do_tables() -> str:
    """One hash over every folded table."""
    from sinergi.ledger.models import FoldedTable

    content = [(table._meta.label, table.content()) for table in FoldedTable.tables()]
    return hashlib.sha256(repr(content).encode()).hexdigest()


def do_rebuild() -> list[str]:
    from sinergi.ledger import rebuild
    from sinergi.ledger.writer import run

    return [difference.table for difference in run(rebuild.check)]


def do_standing() -> Any:
    import msgspec

    from sinergi.kernel.instants import now
    from sinergi.sync.standing import standings

    return msgspec.to_builtins(standings(now()))


def do_peers() -> list[dict[str, Any]]:
    from sinergi.kernel.instants import now
    from sinergi.sync.models import Peer

    return [
        {"agency": peer.agency, "state": peer.state(now()), "failures": peer.failures, "error": peer.error}
        for peer in Peer.objects.order_by("agency")
    ]


def do_headers(agreement: str) -> list[str]:
    """The header of every entry of an agreement, its leaf hash added."""
    from sinergi.ledger.models import Entry

    rows = Entry.objects.filter(log__agreement=agreement).order_by("pk")
    return [json.dumps({**json.loads(bytes(row.data).split(b"\n")[0]), "leaf": bytes(row.leaf).hex()}) for row in rows]


def do_settle(url: str) -> None:
    """Be reached at this address from now on."""
    from sinergi.sync import invitations

    invitations.settle(url)


def do_round(agency: str) -> list[str]:
    """One round with this partner now; what it had to complain of."""
    from sinergi.kernel.errors import Broken, Refused
    from sinergi.sync import service

    try:
        return service.once(agency).troubles
    except (Broken, Refused) as error:
        return [str(error)]


def do_pause(agency: str, paused: bool) -> None:
    from sinergi.sync.models import Peer

    Peer.objects.filter(agency=agency).update(paused=paused)


def do_wake(agency: str) -> None:
    from sinergi.sync import service

    service.wake(agency)


def do_meet_author(size: int) -> dict[str, list[Any]]:
    """Be introduced to a simulated agency; every checkpoint of a log of it that grows to `size`, and each step's proof.

    The entries are no facts: an outside witness never sees one.
    """
    import base64

    from sinergi.ledger import merkle
    from tests.nodes.fixtures import POLRES
    from tests.nodes.simulator import Peer, PeerLog

    police = Peer(**POLRES)
    police.meet()
    log = PeerLog(police.id, "5" * 64, "facts")
    log.entries = [b"entry %d" % place for place in range(size)]
    return {
        "notes": [police.checkpoint(log, one).decode() for one in range(1, size + 1)],
        "proofs": [
            [base64.b64encode(item).decode() for item in merkle.consistency_proof(one - 1, one, log.subtree)]
            for one in range(1, size + 1)
        ],
    }


if __name__ == "__main__":
    main()
