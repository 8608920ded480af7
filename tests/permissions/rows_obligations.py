"""Who may read obligations, propose and agree to lists, state and answer."""

import hashlib
import uuid
from base64 import b64encode
from datetime import timedelta
from typing import Any

from sinergi.features.agreement import public as agreements
from sinergi.features.obligations import events, template
from sinergi.features.obligations.models import ObligationList
from tests.permissions.rows import KPU_OFFICE, OFFICIALS, POLICE_OFFICE, Row
from tests.permissions.world import World

READERS = f"{OFFICIALS} auditor"
SIGNERS = "chair secretary resort_chief operations_head"
NO = {"agrees": "no"}


def ours(world: World) -> dict[str, Any]:
    return {"agreement": world.agreement}


def elsewhere(world: World) -> dict[str, Any]:
    return {"agreement": world.other_agreement}


def _list(world: World, own: bool) -> str:
    """A list that the commission proposed and the police agreed to."""

    def state() -> str:
        partner = world.own_partner if own else world.other_partner
        agreement = world.agreement if own else world.other_agreement
        items, titles = template.items_for(
            agreements.articles_of(agreement), commission=partner.id, police=world.agency.id
        )
        starts_on = agreements.agreement(agreement).starts_on
        text = events.ListText(titles=titles)
        return partner.state(agreement, events.ObligationsProposed(items=items, counts_from=starts_on, text=text))

    return world.once(f"obligations {own}", state)


def _statement(world: World, own: bool) -> str:
    def state() -> str:
        partner = world.own_partner if own else world.other_partner
        said = events.ObligationStated(of_list=_list(world, own), statement="done", code="P-06", mark="H-3")
        return partner.state(world.agreement if own else world.other_agreement, said)

    return world.once(f"statement {own}", state)


def _minutes(world: World, own: bool) -> str:
    def state() -> str:
        partner = world.own_partner if own else world.other_partner
        agreement = world.agreement if own else world.other_agreement
        stated = events.MinutesStated(
            held_on=agreements.agreement(agreement).starts_on,
            meeting="coordination",
            text=events.MinutesText(words="Isi"),
        )
        return partner.state(agreement, stated)

    return world.once(f"minutes {own}", state)


def about(name: str, **who: Any) -> Row:
    return Row(name=f"obligations:{name}", own=ours, other=elsewhere, **who)


def _history(world: World, own: bool) -> str:
    def state() -> str:
        partner = world.own_partner if own else world.other_partner
        agreement = world.agreement if own else world.other_agreement
        items = ObligationList.objects.get(key=_list(world, own))
        entry = events.Past(told="missed", code="P-06", on=items.counts_from - timedelta(days=1))
        return partner.state(agreement, events.HistoryStated(of_list=items.key, entries=[entry]))

    return world.once(f"history {own}", state)


def somebody_elses(world: World) -> dict[str, Any]:
    """An upload that is not theirs, whoever asks."""
    return {"upload": uuid.UUID(int=7)}


def minutes(name: str, **who: Any) -> Row:
    return Row(
        name=f"obligations:{name}",
        own=lambda world: {"key": _minutes(world, True)},
        other=lambda world: {"key": _minutes(world, False)},
        **who,
    )


def _report(world: World, own: bool) -> str:
    """An evaluation report of the commission, with files."""

    def state() -> str:
        partner = world.own_partner if own else world.other_partner
        pdf, docx = b"%PDF", b"PK"
        event = events.EvaluationIssued(
            period="tahun-2024",
            whole=False,
            number=1,
            year=2024,
            written="001/PR.07-SD/1203/2024",
            pdf_hash=hashlib.sha256(pdf).hexdigest(),
            docx_hash=hashlib.sha256(docx).hexdigest(),
            text=events.EvaluationText(pdf=b64encode(pdf).decode(), docx=b64encode(docx).decode()),
        )
        return partner.state(world.agreement if own else world.other_agreement, event)

    return world.once(f"report {own}", state)


def report(name: str) -> Row:
    return Row(
        name=f"obligations:{name}",
        get=READERS,
        own=lambda world: {"key": _report(world, True)},
        other=lambda world: {"key": _report(world, False)},
    )


ROWS = [
    Row(name="obligations:overview", get=READERS),
    about("board", get=READERS),
    about("sheet", get=READERS),
    about("list", get=READERS),
    about("proposal", get=SIGNERS, post=SIGNERS),
    Row(
        name="obligations:list-answer",
        post="chair resort_chief",
        own=lambda world: {"key": _list(world, True)},
        other=lambda world: {"key": _list(world, False)},
        body=NO,
    ),
    # No list holds in this world, so no due opens: only the stranger's answer is asked for.
    Row(name="obligations:due", get=READERS, other=lambda world: elsewhere(world) | {"code": "P-06", "mark": "H-3"}),
    Row(
        name="obligations:statement",
        post=f"{KPU_OFFICE} {POLICE_OFFICE}",
        own=lambda world: ours(world) | {"code": "P-06", "mark": "H-3"},
        other=lambda world: elsewhere(world) | {"code": "P-06", "mark": "H-3"},
    ),
    Row(
        name="obligations:answer",
        post=SIGNERS,
        own=lambda world: {"key": _statement(world, True)},
        other=lambda world: {"key": _statement(world, False)},
        body=NO,
    ),
    about("api-board", get=READERS),
    Row(
        name="obligations:api-due", get=READERS, other=lambda world: elsewhere(world) | {"code": "P-06", "mark": "H-3"}
    ),
    Row(
        name="obligations:api-statement",
        post=f"{KPU_OFFICE} {POLICE_OFFICE}",
        own=lambda world: ours(world) | {"code": "P-06", "mark": "H-3"},
        other=lambda world: elsewhere(world) | {"code": "P-06", "mark": "H-3"},
        body={"statement": "done", "words": "Daftar dikirim."},
    ),
    Row(
        name="obligations:api-answer",
        post=SIGNERS,
        own=lambda world: {"key": _statement(world, True)},
        other=lambda world: {"key": _statement(world, False)},
        body={"agrees": False, "words": "Belum ada."},
    ),
    about("meetings", get=READERS),
    about("minutes-new", get=f"{KPU_OFFICE} {POLICE_OFFICE}", post=f"{KPU_OFFICE} {POLICE_OFFICE}"),
    minutes("minutes-answer", post=SIGNERS, body=NO),
    about("history", get=READERS),
    about("history-sheet", get=READERS),
    Row(
        name="obligations:history-answer",
        post="chair resort_chief",
        own=lambda world: {"key": _history(world, True)},
        other=lambda world: {"key": _history(world, False)},
        body=NO,
    ),
    Row(
        name="obligations:paper-upload",
        get=SIGNERS,
        post=SIGNERS,
        own=lambda world: ours(world) | {"what": "daftar"},
        other=lambda world: elsewhere(world) | {"what": "daftar"},
    ),
    Row(
        name="obligations:paper-template",
        get=SIGNERS,
        own=lambda world: ours(world) | {"what": "daftar"},
        other=lambda world: elsewhere(world) | {"what": "daftar"},
    ),
    Row(name="obligations:paper-preview", get=SIGNERS, post=SIGNERS, other=somebody_elses),
    Row(name="obligations:paper-corrected", get=SIGNERS, other=somebody_elses),
    Row(name="obligations:paper-discarded", post=SIGNERS, other=somebody_elses),
    minutes("minutes-signing", get=READERS),
    minutes("minutes-challenge", post="chair resort_chief"),
    minutes("minutes-sign", post="chair resort_chief"),
    about("evaluation", get=READERS),
    # No list holds in this world, so there is no period to report on: only the stranger's answer is asked for.
    Row(name="obligations:report-pdf", get=READERS, other=lambda world: elsewhere(world) | {"period": "tahun-2024"}),
    Row(name="obligations:report-docx", get=READERS, other=lambda world: elsewhere(world) | {"period": "tahun-2024"}),
    about("report-issue", post=SIGNERS),
    report("issued-pdf"),
    report("issued-docx"),
]
