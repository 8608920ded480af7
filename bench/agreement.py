"""The obligations of a nation: hundreds of agreements, each with sixty obligations over three years.

The node is that of a commission, its partners are simulated police offices; everything is stated and folded through the
actions and the protocol, and nothing was ever done about any obligation: the longest lists that there can be. People
ask for the pages, of Django in this process, without the server in front of it; the probe of a round is the page that
asks nothing of the database (`/tidak-disimpan/`), through the same client. Each round ends by moving voting day (what
it would change, then doing it) and by the first look after it, when everything is counted anew.
`python -m bench.agreement 50 1` takes fewer agreements, and one round.
"""

from __future__ import annotations

import math
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from bench import probes
from sinergi.node import server

AGREEMENTS = 500
OBLIGATIONS = 60
ROUNDS = 3
LOOKS = 20
# So many agreements an official looks after, who has done nothing under any of them.
REACHED = 20


def main() -> None:
    """Measure, print, write bench/results/agreement.json."""
    given = [int(word) for word in sys.argv[1:]]
    count, many = (*given, *(AGREEMENTS, ROUNDS)[len(given) :])
    with tempfile.TemporaryDirectory() as name:
        os.environ |= {"SINERGI_DATA": str(Path(name) / "node"), "DJANGO_SETTINGS_MODULE": "sinergi.node.settings"}
        (Path(name) / "node").mkdir(mode=0o700)
        started = time.perf_counter()
        some = furnish(Path(name) / "node", count)
        server.load_pages()  # as the server does
        print(f"{count} agreements in {time.perf_counter() - started:.0f} s", flush=True)
        rounds, machines = [], []
        for number in range(many):
            machines.append(probes.machine())
            rounds.append(measure(some, number + 1))
            print(f"round {number + 1} of {many}, load {machines[-1]['load']:.1f}: {rounds[-1]}", flush=True)
        machines.append(probes.machine())
    pages = ("heat", "board", "official_start")
    ratios = [(f"{page} / page that asks nothing (time)", f"{page}_p95_ms", "bare_p95_ms") for page in pages]
    probes.tell("agreement", rounds, ratios, machines=machines, agreements=count, obligations=OBLIGATIONS)


def furnish(data: Path, count: int) -> str:
    """Make the node and its agreements, each with a list that both sides agreed to; the id of the last."""
    import django
    import msgspec

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from sinergi.features.agreement.actions import enter_agreement
    from sinergi.features.agreement.events import AgreementConfirmed, Article
    from sinergi.features.obligations import actions
    from sinergi.features.obligations.events import ObligationAnswered
    from sinergi.features.stages.actions import import_calendar, use_calendar
    from sinergi.features.stages.sources import calendar as shipped
    from sinergi.kernel.actors import Actor
    from sinergi.kernel.ids import new_event_id
    from sinergi.kernel.instants import now
    from sinergi.kernel.obligation import Due, Item
    from sinergi.ledger import founding
    from sinergi.ledger.models import Entry
    from tests.nodes.fixtures import KPU_TAPSEL, terms
    from tests.nodes.simulator import Peer

    at, chair = now(), Actor(id="c41efc41efc41ef0", office="chair")
    own = founding.found_agency(data / "keys", **KPU_TAPSEL, at=at)
    pemilu = shipped("pemilu-2024").moved_to(at.date() + timedelta(days=300))
    import_calendar(msgspec.structs.replace(pemilu, code="pemilu-bench"), at=at)
    use_calendar("pemilu-bench")
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
        partner = Peer(code=f"polres-{region}", name=f"Polres {region}", kind="police", region=region)
        partner.clock = at - timedelta(minutes=30)
        partner.meet()
        given = terms() | {"starts_on": begins, "ends_on": ends, "signed_on": begins, "articles": articles}
        given |= {"numbers": [f"{number}/PR.07/{region}/2024", f"B/{number}/2024"]}
        entered = enter_agreement(id=new_event_id(at), by=chair, at=at, partners=[partner.id], exercise="", **given)
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
            id=new_event_id(at), by=chair, at=at, agreement=agreement, items=items, titles=titles, counts_from=begins
        )
        partner.state(agreement, ObligationAnswered(about=proposed.key, agrees=True))
    return agreement


def measure(some: str, number: int) -> dict[str, float]:
    """Milliseconds of each page, p50 and p95, and of the processor; of slow ones the slowest look. Memory in MB."""
    from datetime import UTC, datetime

    from django.test import Client

    from sinergi.features.obligations.public import Board
    from sinergi.features.obligations.views import printing
    from sinergi.features.stages import actions
    from sinergi.features.stages import public as stages
    from sinergi.features.stages import rules as stage_rules
    from sinergi.kernel.actors import Actor
    from sinergi.kernel.ids import new_event_id
    from sinergi.kernel.once import reading
    from tests.permissions.fixtures import sign_in_somebody

    auditor: Client = sign_in_somebody("auditor", username=f"auditor-{number}")
    observer: Client = sign_in_somebody("observer", username=f"observer-{number}")
    at, by = datetime.now(UTC), Actor(id="c41efc41efc41ef0", office="chair")

    def look(path: str, by: Client = auditor) -> Callable[[], object]:
        def ask() -> object:
            answer = by.get(path, headers={"Host": "127.0.0.1"})
            assert answer.status_code == 200, (path, answer.status_code)
            return answer

        return ask

    period = printing.periods(Board(some, at=at))[-1].code
    report = look(f"/kewajiban/{some}/anev/{period}.pdf?panjang=1")
    reached = [one.id for one in actions.concerned(exercise=False)][:REACHED]
    chair: Client = sign_in_somebody("chair", username=f"chair-{number}", agreements=reached)

    first = _taken(look("/kewajiban/"))
    figures = {
        "bare": _many(look("/tidak-disimpan/")),
        "board": _many(look(f"/kewajiban/{some}/")),
        "heat": _many(look("/kewajiban/")),
        "oversight": _many(look("/pengawasan/", observer)),
        "observer_start": _many(look("/", observer)),
        "official_bare": _many(look("/tidak-disimpan/", chair)),
        "official_start": _many(look("/", chair)),
    }
    found = {f"{page}_{name}_ms": value for page, both in figures.items() for name, value in both.items()}
    calendar = stages.calendar()
    assert calendar is not None
    day = calendar.polling_day + timedelta(days=7)
    moved = stage_rules.postponed(calendar, polling_day=day, decided_on=at.date(), law="PKPU Nomor 9 Tahun 2028")

    def preview() -> object:
        with reading():
            found = stages.moves((one.id for one in actions.concerned(exercise=False)), moved, at.date(), at)
        assert all(found.values())
        return found

    def move() -> object:
        return actions.announce_calendar(
            id=new_event_id(at), by=by, at=at, calendar=moved, decided_on=at.date(), today=at.date()
        )

    after = look("/kewajiban/")
    slow = (
        ("report", report, LOOKS // 5),
        ("move_preview", preview, 3),
        ("move", move, 1),
        ("heat_after_move", after, 1),
    )
    for name, work, times in slow:
        spent = [_taken(work) for _ in range(times)]
        found |= {f"{name}_ms": max(took for took, _cpu in spent), f"{name}_cpu_ms": max(cpu for _took, cpu in spent)}
    found |= {"heat_first_ms": first[0], "heat_first_cpu_ms": first[1]}
    found["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def _many(work: Callable[[], object]) -> dict[str, float]:
    work()
    spent = [_taken(work) for _ in range(LOOKS)]
    took = sorted(took for took, _cpu in spent)
    cpu = sum(cpu for _took, cpu in spent) / LOOKS
    return {"p50": took[LOOKS // 2], "p95": took[math.ceil(LOOKS * 0.95) - 1], "cpu": cpu}


def _taken(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds by the clock and of the processor: where the machine is shared, the second is what it costs."""
    started, spent = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - started) * 1000, (time.process_time() - spent) * 1000


if __name__ == "__main__":
    main()
