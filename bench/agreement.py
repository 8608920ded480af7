"""The obligations of a nation: hundreds of agreements, each with sixty obligations over three years.

The node is that of the police, its partners are simulated commissions; everything is stated and folded through the
actions and the protocol, and nothing was ever done about any obligation. An auditor asks for the pages, of Django in
this process, without the server in front of it; the probe of a round is the page that asks nothing of the database
(`/tidak-disimpan/`), through the same client. `python -m bench.agreement 50` takes fewer agreements.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bench import probes

AGREEMENTS = 500
OBLIGATIONS = 60
ROUNDS = 3
LOOKS = 5


def main() -> None:
    """Measure, print, write bench/results/agreement.json."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else AGREEMENTS
    with tempfile.TemporaryDirectory() as name:
        os.environ |= {"SINERGI_DATA": str(Path(name) / "node"), "DJANGO_SETTINGS_MODULE": "sinergi.node.settings"}
        (Path(name) / "node").mkdir(mode=0o700)
        started = time.perf_counter()
        some = furnish(Path(name) / "node", count)
        print(f"{count} agreements in {time.perf_counter() - started:.0f} s", flush=True)
        rounds, machines = [], []
        for number in range(ROUNDS):
            machines.append(probes.machine())
            rounds.append(measure(some))
            print(f"round {number + 1} of {ROUNDS}, load {machines[-1]['load']:.1f}: {rounds[-1]}", flush=True)
        machines.append(probes.machine())
    ratios = [(f"{page} / page that asks nothing (time)", f"{page}_ms", "bare_ms") for page in ("heat", "board")]
    probes.tell("agreement", rounds, ratios, machines=machines, agreements=count, obligations=OBLIGATIONS)


def furnish(data: Path, count: int) -> str:
    """Make the node and its agreements, each with a list that both sides agreed to; the id of the last."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from sinergi.features.agreement.actions import enter_agreement
    from sinergi.features.agreement.events import AgreementConfirmed, Article
    from sinergi.features.obligations import actions
    from sinergi.features.obligations.events import Due, Item, ObligationAnswered
    from sinergi.features.stages.actions import use_calendar
    from sinergi.kernel.actors import Actor
    from sinergi.kernel.ids import new_event_id
    from sinergi.kernel.instants import now
    from sinergi.ledger import founding
    from sinergi.ledger.models import Entry
    from tests.nodes.fixtures import POLRES, terms
    from tests.nodes.simulator import Peer

    at, chief = now(), Actor(id="c41efc41efc41ef0", office="resort_chief")
    own = founding.found_agency(data / "keys", **POLRES, at=at)
    use_calendar("pemilu-2024", polling_day=at.date() + timedelta(days=300))
    begins, ends = at.date() - timedelta(days=730), at.date() + timedelta(days=365)
    articles = [Article(number=1, title="Pengertian"), Article(number=2, title="Bantuan", scope="security")]
    rules = [
        Due(rule="recurring", every="month"),
        Due(rule="recurring", every="quarter"),
        Due(rule="stage", stage="voting", days=[-60, -30, -7, -3]),
        Due(rule="recurring", every="year"),
    ]
    agreement = ""
    for number in range(count):
        region = f"{11 + number // 90}{1 + number % 90:02d}"
        partner = Peer(code=f"kpu-{region}", name=f"KPU Kabupaten {region}", kind="kpu", region=region)
        partner.clock = at - timedelta(minutes=30)
        partner.meet()
        given = terms() | {"starts_on": begins, "ends_on": ends, "signed_on": begins, "articles": articles}
        given |= {"numbers": [f"{number}/PR.07/{region}/2024", f"B/{number}/2024"]}
        entered = enter_agreement(id=new_event_id(at), by=chief, at=at, partners=[partner.id], exercise="", **given)
        agreement = Entry.objects.get(key=entered.key).log.agreement
        partner.state(agreement, AgreementConfirmed(entered=entered.key, scan=given["scan"]))
        sides = ([own.id], [partner.id])
        items = [
            Item(
                code=f"X-{place:02d}",
                article=1 + place % 2,
                debtors=sides[place % 2],
                creditors=sides[1 - place % 2],
                dues=[rules[place % len(rules)]],
                evidence="letter",
            )
            for place in range(OBLIGATIONS)
        ]
        titles = {item.code: f"Kewajiban {item.code}" for item in items}
        proposed = actions.propose_list(
            id=new_event_id(at), by=chief, at=at, agreement=agreement, items=items, titles=titles, counts_from=begins
        )
        partner.state(agreement, ObligationAnswered(about=proposed.key, agrees=True))
    return agreement


def measure(some: str) -> dict[str, float]:
    """Milliseconds of each page: the slowest of a few looks, which with so few is what a p95 would be."""
    from datetime import UTC, datetime

    import msgspec
    from django.test import Client

    from sinergi.documents import letter_pdf
    from sinergi.features.agreement import public as agreements
    from sinergi.features.obligations.public import Board
    from sinergi.features.obligations.views import moving, printing
    from sinergi.features.stages import public as stages
    from sinergi.ledger.models import Agency
    from tests.permissions.fixtures import sign_in_somebody

    auditor: Client = sign_in_somebody("auditor")
    at = datetime.now(UTC)

    def look(path: str) -> Callable[[], object]:
        def ask() -> object:
            answer = auditor.get(path, headers={"Host": "127.0.0.1"})
            assert answer.status_code == 200, (path, answer.status_code)
            return answer

        return ask

    own = Agency.objects.get(is_self=True).id
    info = agreements.agreement(some)
    assert info is not None

    def report() -> object:
        board = Board(some, at=at)
        return letter_pdf(printing.report(board, info, printing.periods(board)[-1], is_long=True, own=own))

    def preview() -> object:
        calendar = stages.calendar_of(some) or stages.calendar()
        moved = msgspec.structs.replace(calendar, version=calendar.version + 1)
        found = []
        for one in agreements.agreements_of(auditor.user):
            found += moving.moved(one.id, moved, at.date(), at)
        return found

    return {
        "bare_ms": _slowest(look("/tidak-disimpan/"), LOOKS * 10),
        "board_ms": _slowest(look(f"/kewajiban/{some}/"), LOOKS),
        "report_ms": _slowest(report, LOOKS),
        "heat_ms": _slowest(look("/kewajiban/"), 2),
        "move_preview_ms": _slowest(preview, 1),
    }


def _slowest(work: Callable[[], object], looks: int) -> float:
    work()
    took = []
    for _ in range(looks):
        started = time.perf_counter()
        work()
        took.append((time.perf_counter() - started) * 1000)
    return max(took) if looks > 1 else statistics.median(took)


if __name__ == "__main__":
    main()
