"""Makes a node's folder with everything a program needs to post: an office, an agreement in force, a token.

Run as a program: `python -m tests.promises.furnish FOLDER`. The partner is simulated; `partner` in the note that it
writes (`FOLDER/../office.json`) holds its transport key and the answers its node would give.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

LINES = 20
POLRES = {"code": "polres-tapsel", "name": "Polres Tapanuli Selatan", "kind": "police", "region": "*"}


def furnish(data: Path) -> dict[str, Any]:
    """Make the node in `data` and describe it."""
    from sinergi.node import opening

    data.mkdir(mode=0o700)
    opening.open_node(data, migrate=True)
    from sinergi.access import accounts
    from sinergi.features.agreement.actions import enter_agreement
    from sinergi.features.agreement.events import AgreementConfirmed
    from sinergi.features.places.demo import load_demo_regions
    from sinergi.kernel.actors import Actor
    from sinergi.kernel.ids import new_event_id
    from sinergi.kernel.instants import now
    from sinergi.ledger import founding, keys
    from sinergi.ledger.models import Entry
    from sinergi.ledger.writer import run
    from tests.nodes.fixtures import KPU_TAPSEL, terms
    from tests.nodes.simulator import Peer

    at = now() - timedelta(days=2)
    own = founding.found_agency(keys.folder(), at=at, **KPU_TAPSEL)
    load_demo_regions(["1203"])
    tokens = {}
    for role in ("secretary", "administrator"):
        user = accounts.add(
            username=role, name=role, title="", service_number="", password="kata sandi panjang", at=at, is_demo=True
        )
        accounts.give_duty(user, role, at=at, starts_at=at, regions=["*"], agreements=["*"])
        tokens[role] = accounts.new_token(user, label="program", at=at, expires_at=at + timedelta(days=90))
    police = Peer(**POLRES)
    police.clock = at
    police.meet()
    today = at.date()
    span = {"signed_on": today, "starts_on": today, "ends_on": today + timedelta(days=365)}
    secretary = Actor(id="5ec5ec5ec5ec5ec5", office="secretary")
    receipt = enter_agreement(id=new_event_id(at), by=secretary, at=at, partners=[police.id], **terms() | span)
    agreement = Entry.objects.get(key=receipt.key).log.agreement
    police.state(agreement, AgreementConfirmed(entered=receipt.key, scan=terms()["scan"]))
    return {
        "agreement": agreement,
        "own": own.id,
        "tokens": tokens,
        "partner": run(lambda: _partner(police, agreement)),
    }


def _partner(police: Any, agreement: str) -> dict[str, Any]:
    """The partner as a node this one exchanges with, and one more bundle that it has not delivered yet."""
    from sinergi.features.agreement.events import AgreementLeft
    from sinergi.kernel.instants import now
    from sinergi.ledger import bundle as bundles
    from sinergi.sync import invitations, messages
    from sinergi.sync.models import Peer as Line

    invitations.settle("http://127.0.0.1:9")
    Line.objects.create(
        agency=police.id,
        # Only the test about partners says where it really is, and opens the line.
        url="http://127.0.0.1:9",
        paused=True,
        inside=True,
        introduced_at=now(),
    )
    police.state(agreement, AgreementLeft(reason="term_over"), deliver=False)
    log = police.log(agreement)
    return {
        "id": police.id,
        "transport_secret": bytes(police.ring["transport"]).hex(),
        "state": messages.encode(
            messages.State(
                agency=police.id,
                cosigned=[],
                # It promises one entry more than it gives, so it is asked for the same bundle again and again, and
                # each of these lines is asked for.
                logs=[
                    messages.LogLine(
                        log=log.origin,
                        agreement=agreement,
                        role=log.role,
                        author=police.id,
                        size=len(log.entries) + 1,
                        checkpoint=police.checkpoint(log).decode(),
                    )
                ]
                * LINES,
            )
        ).decode(),
        "bundle": bundles.encode(police.bundle(log)).decode(),
        "origin": log.origin,
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    note = furnish(folder)
    # Every test works on a copy, and says itself that no other node has these keys (starter.vouch).
    (folder / "start").unlink()
    (folder.parent / "office.json").write_text(json.dumps(note))
