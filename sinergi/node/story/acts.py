"""The acts of the story, each done inside one node. `ACTS` is their order; partners sync before each."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password

from sinergi.access import accounts
from sinergi.access.models import User
from sinergi.documents import Item, Letter, Letterhead, Signature, letter_pdf
from sinergi.features.agreement import scans, template
from sinergi.features.agreement.actions import confirm_agreement, enter_agreement
from sinergi.features.agreement.events import AgreementText, Signer
from sinergi.features.agreement.models import Agreement
from sinergi.features.letters.models import Stationery
from sinergi.features.places.demo import load_demo_regions, publish_demo_stations
from sinergi.features.security import actions
from sinergi.features.security.actions.letters import send_letter
from sinergi.features.security.events import Decision, RequestText, Series, Spot
from sinergi.features.security.models import Request
from sinergi.features.stages.actions import use_calendar
from sinergi.kernel.actors import Actor
from sinergi.kernel.instants import ZONES
from sinergi.kernel.places import Point
from sinergi.ledger.models import Agency
from sinergi.ledger.store import own_agency
from sinergi.node.story import data, drafting, guards, obligations, standing_duties
from sinergi.node.story.people import OFFICES, PASSWORD
from sinergi.node.story.requests import STORIES, Story
from sinergi.sync import invitations
from sinergi.sync.models import Peer

VOTING_IN_DAYS = 9
COMMISSIONS = ("kpu-tapsel", "kpu-paluta")
POINTS = {"1203031098": Point(1.423, 99.327), "1203041001": Point(1.605, 99.279), "1203021002": Point(1.566, 99.123),
          "1220041001": Point(1.501, 99.622), "1220092001": Point(1.424, 99.410), "1203141039": Point(1.674, 99.294),
          "1203202015": Point(1.513, 99.165), "1220062014": Point(1.406, 99.694),
          "1220032001": Point(1.576, 99.727)}  # fmt: skip


def furnish(now: datetime) -> None:
    """People, calendar, regions and stationery of one office."""
    office = OFFICES[own_agency().code]
    use_calendar("pemilu-2024", polling_day=now.astimezone(ZONES["WIB"]).date() + timedelta(days=VOTING_IN_DAYS))
    load_demo_regions(list(office.regencies))
    Stationery.objects.all().delete()
    Stationery.objects.create(**office.stationery)
    since = now - timedelta(days=700)
    # The demo prints this password: it is hashed once, as Argon2 costs what the rest of the office costs together.
    password = make_password(PASSWORD)
    for person in office.people:
        if User.objects.named(person.username) is not None:
            continue
        user = accounts.add(
            username=person.username,
            name=person.name,
            title=person.title,
            service_number=person.service_number,
            at=now,
            is_demo=True,
        )
        User.objects.filter(pk=user.pk).update(password=password)
        accounts.give_duty(user, person.role, at=now, starts_at=since, regions=list(person.regions))


def enter(now: datetime) -> None:
    """A commission enters the agreement it signed on paper with the police."""
    own, police = own_agency(), Agency.objects.get(code="polres-tapsel")
    articles, texts = template.articles()
    city = OFFICES[own.code].stationery["city"]
    kept = scans.keep(_paper(own.code, own.name))
    signed = datetime(2023, 3, 18 if own.code == "kpu-tapsel" else 20, tzinfo=ZONES["WIB"]).date()
    today = now.astimezone(ZONES["WIB"]).date()
    number = "05" if own.code == "kpu-tapsel" else "07"
    enter_agreement(
        id=_id(own.code, "agreement"),
        by=_actor("sekretaris"),
        at=now - timedelta(days=30),
        partners=[police.id],
        exercise="demo",
        title="Perjanjian Kerja Sama Pengamanan Pemilu",
        numbers=[
            f"L-{number}/PR.07-PKS/{own.region}/2023",
            f"L-B/{'11' if own.code == 'kpu-tapsel' else '12'}/III/2023",
        ],
        place=city,
        signed_on=signed,
        starts_on=signed,
        ends_on=today + timedelta(days=320),
        scopes=["data", "security", "law", "regulation", "capacity", "facility"],
        articles=articles,
        scan=kept.scan,
        scan_size=kept.size,
        text=AgreementText(
            signers=[
                Signer(party=own.id, name=OFFICES[own.code].stationery["signer"], office="chair"),
                Signer(party=police.id, name="Bagas Wirawan", office="resort_chief"),
            ],
            articles=texts,
        ),
    )


def confirm(now: datetime) -> None:
    """The police confirm both agreements over their own copy of the paper."""
    for agreement in Agreement.objects.filter(drafted=False):
        founder = Agency.objects.get(id=agreement.party_ids[0])
        kept = scans.keep(_paper(founder.code, founder.name))
        confirm_agreement(
            id=_id("polres-tapsel", "confirm", founder.code),
            by=_actor("kapolres"),
            at=now - timedelta(days=29),
            agreement=agreement.agreement,
            scan=kept.scan,
        )


def publish(now: datetime) -> None:
    """A commission publishes its polling stations (D-02) and proposes the list of obligations."""
    own = own_agency()
    publish_demo_stations(
        id=_id(own.code, "stations"),
        by=_actor("staf"),
        at=now - timedelta(days=21),
        agreement=_agreement().agreement,
        regency=own.region,
    )
    obligations.propose(now, made=_id, person=_actor)
    standing_duties.report(now, agreement=_agreement().agreement, made=_id, person=_actor)
    standing_duties.propose_training(now, agreement=_agreement().agreement, made=_id, person=_actor)
    data.take_in(now, agreement=_agreement().agreement, made=_id, person=_actor)
    guards.score(now, agreement=_agreement().agreement, made=_id, person=_actor)


def ask(now: datetime) -> None:
    """The commission's requests, oldest first, with their letters."""
    own = own_agency()
    for story in sorted(STORIES[own.code], key=lambda story: -story.asked):
        at = now - timedelta(days=story.asked)
        actions.request_assistance(
            id=_id(own.code, story.name, "ask"),
            by=_actor("sekretaris"),
            at=at,
            agreement=_agreement().agreement,
            **_content(story, now),
        )
        if story.letter:
            _letter(own.code, story, "request", at + timedelta(minutes=20))


def answer(now: datetime) -> None:
    """The police agree to the obligations, then propose, decide, or record a spoken order."""
    obligations.agree(now, made=_id, person=_actor)
    standing_duties.answer(now, made=_id, person=_actor)
    standing_duties.plan_training(now, made=_id, person=_actor)
    data.ask(now, made=_id, person=_actor)
    for code, story, found in _theirs():
        if story.fate in ("asked", "late", "withdrawn"):
            continue
        at = min(found.requested_at + timedelta(hours=5), now - timedelta(minutes=40))
        if story.fate == "spoken":
            actions.answer_request(
                id=_id(code, story.name, "answer"),
                by=_actor("kabagops"),
                at=now - timedelta(minutes=90),
                request=found.key,
                decision="agreed",
                spoken=True,
                sentence=story.sentence,
            )
            continue
        decision: Decision = "refused" if story.fate == "refused" else "adjusted" if story.offered else "agreed"
        content: dict[str, Any] = {"sentence": story.sentence}
        if story.offered:
            content |= {
                "officers": story.offered,
                "vehicles": max(1, story.vehicles - 1),
                "starts_at": found.starts_at,
                "ends_at": found.ends_at,
                "reasons": {"officers": "pasukan terbagi ke kecamatan lain"},
            }
        if story.fate == "corrected":
            continue
        actions.propose_answer(by=_actor("kabagops"), at=at, request=found.key, decision=decision, **content)
        if story.fate == "proposed":
            continue
        actions.answer_request(
            id=_id(code, story.name, "answer"),
            by=_actor("kapolres"),
            at=at + timedelta(minutes=30),
            request=found.key,
            decision=decision,
            **content,
        )
        if story.letter:
            _letter(code, story, "answer", at + timedelta(minutes=50))


def cross(now: datetime) -> None:
    """While the line is cut the commission withdraws what the police are agreeing to."""
    Peer.objects.update(paused=True)
    story = next(story for story in STORIES[own_agency().code] if story.fate == "crossed")
    actions.withdraw_request(
        id=_id(own_agency().code, story.name, "withdraw"),
        by=_actor("sekretaris"),
        at=now - timedelta(days=1, hours=6),
        request=_own(story).key,
        reason="rescheduled",
        words="Bimtek diundur satu pekan.",
    )


def reconnect(now: datetime) -> None:
    """The line is back."""
    Peer.objects.update(paused=False)


def react(now: datetime) -> None:
    """The commission accepts or declines offers, corrects and withdraws; it decides on data it was asked for."""
    data.answer(now, made=_id, person=_actor)
    data.exchange(now, made=_id, person=_actor, user=User.objects.get(username="staf"))
    code = own_agency().code
    for story in STORIES[code]:
        found = _own(story)
        at = min(found.requested_at + timedelta(hours=9), now - timedelta(minutes=20))
        step = {"id": _id(code, story.name, "react"), "by": _actor("sekretaris"), "at": at, "request": found.key}
        if story.offered and story.fate in ("assigned", "completed", "confirmed"):
            actions.accept_offer(**step)
        elif story.fate == "declined":
            actions.decline_offer(**step, words="Jalan rawan longsor; kami butuh sedikitnya 8 petugas.")
        elif story.fate == "withdrawn":
            actions.withdraw_request(**step, reason="cancelled", words="Rapat umum dibatalkan peserta.")
        elif story.fate == "corrected":
            content = _content(story, now)
            content["officers"] = story.officers + 2
            content["text"] = RequestText(
                activity=story.activity,
                place=story.place,
                destination=story.destination,
                reason="Jumlah truk bertambah.",
            )
            actions.correct_request(**step, **content)


def carry_out(now: datetime) -> None:
    """The police name units and report what was done; they class stations for the days of voting."""
    guards.classify(now, made=_id, person=_actor)
    data.exchange(now, made=_id, person=_actor, user=User.objects.get(username="stafops"))
    for code, story, found in _theirs():
        if story.fate not in ("assigned", "completed", "confirmed", "differs"):
            continue
        assert found.answer is not None, "it was answered in an earlier act"
        actions.assign_force(
            id=_id(code, story.name, "assign"),
            by=_actor("kabagops"),
            at=min(found.answer.answered_at + timedelta(hours=6), now - timedelta(minutes=15)),
            request=found.key,
            sprin_number=f"L-Sprin/{found.number + (100 if code == 'kpu-paluta' else 0)}/{now:%Y}",
            officers=found.answer.officers,
            vehicles=found.answer.vehicles,
            unit=story.unit,
            commander="Padal (latihan)",
            commander_phone="0811-0000-0000",
        )
        if story.fate == "assigned":
            continue
        actions.report_completion(
            id=_id(code, story.name, "report"),
            by=_actor("kabagops"),
            at=found.ends_at + timedelta(hours=2),
            request=found.key,
            started_at=found.starts_at,
            ended_at=found.ends_at,
            officers=found.answer.officers - (2 if story.fate == "differs" else 0),
            incidents=0,
            words="Berjalan aman dan lancar.",
        )


def close(now: datetime) -> None:
    """The commission confirms what was reported, and states the meetings that were held."""
    code = own_agency().code
    for story in STORIES[code]:
        if story.fate in ("confirmed", "differs"):
            found = _own(story)
            actions.confirm_completion(
                id=_id(code, story.name, "confirm"),
                by=_actor("sekretaris"),
                at=found.ends_at + timedelta(hours=12),
                request=found.key,
                as_reported=story.fate == "confirmed",
                words="" if story.fate == "confirmed" else "Dua petugas datang setelah pukul 10.00.",
            )
    obligations.remember(now, made=_id, person=_actor)
    obligations.report(now, made=_id, person=_actor)
    standing_duties.move_training(now, made=_id, person=_actor)
    obligations.minute(now, made=_id, person=_actor)


def answer_obligations(now: datetime) -> None:
    """The police confirm, state and ask about obligations."""
    obligations.confirm_history(now, made=_id, person=_actor)
    obligations.answer(now, made=_id, person=_actor)
    standing_duties.agree_to_move(now, made=_id, person=_actor)
    obligations.sign(now, made=_id, person=_actor)


def settle_obligations(now: datetime) -> None:
    """The commissions consent or dispute."""
    obligations.close(now, made=_id, person=_actor)


def draft(now: datetime) -> None:
    """A commission drafts an agreement for the next election."""
    drafting.start(now, made=_id, person=_actor, chair=OFFICES[own_agency().code].stationery["signer"])


def respond(now: datetime) -> None:
    """The police comment on the draft and propose another text."""
    drafting.respond(now, made=_id, person=_actor, paper=_paper)


ACTS: list[tuple[str, Callable[[datetime], None]]] = [
    ("kpu-tapsel", enter),
    ("kpu-paluta", enter),
    ("polres-tapsel", confirm),
    ("kpu-tapsel", publish),
    ("kpu-paluta", publish),
    ("kpu-tapsel", ask),
    ("kpu-paluta", ask),
    ("kpu-tapsel", cross),
    ("polres-tapsel", answer),
    ("kpu-tapsel", reconnect),
    ("kpu-tapsel", react),
    ("kpu-paluta", react),
    ("polres-tapsel", carry_out),
    ("kpu-tapsel", close),
    ("kpu-paluta", close),
    ("polres-tapsel", answer_obligations),
    ("kpu-tapsel", settle_obligations),
    ("kpu-paluta", settle_obligations),
    ("kpu-tapsel", draft),
    ("polres-tapsel", respond),
]


def _id(*words: str) -> str:
    """The same id for the same step, so that an interrupted story goes on where it stopped."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "sinergi.invalid/demo/" + own_agency().id + "/".join(words)))


def _actor(username: str) -> Actor:
    user = User.objects.get(username=username)
    found = user.actor(user.duties_at()[0])
    assert found is not None, "everybody in the story has a duty"
    return found


def _agreement() -> Agreement:
    return Agreement.objects.get(drafted=False)


def _own(story: Story) -> Request:
    return Request.objects.get(agency=own_agency().id, activity=story.activity)


def _theirs() -> list[tuple[str, Story, Request]]:
    """Every story whose request has arrived here, with the commission's code, oldest first."""
    codes = dict(Agency.objects.values_list("id", "code"))
    stories = {(code, story.activity): story for code in COMMISSIONS for story in STORIES[code]}
    return [
        (codes[found.agency], stories[codes[found.agency], found.activity or ""], found)
        for found in Request.objects.with_answers().order_by("requested_at", "key")
    ]


def _content(story: Story, now: datetime) -> dict[str, Any]:
    today = now.astimezone(ZONES["WIB"]).replace(hour=0, minute=0, second=0, microsecond=0)
    starts_at = today + timedelta(days=story.day, hours=story.hour)
    return {
        "service": story.service,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=story.hours),
        "spot": Spot.at(story.village, *POINTS[story.village]),
        "destination": Spot.at(story.to, *POINTS[story.to]) if story.to else None,
        "people": story.people,
        "officers": story.officers,
        "vehicles": story.vehicles,
        "risks": list(story.risks),
        "emergency": story.emergency,
        "contestant": story.contestant,
        "text": RequestText(
            activity=story.activity,
            place=story.place,
            destination=story.destination,
            note=story.note,
            contact_name="Sekretaris KPU",
            contact_phone="0811-0000-0000",
        ),
    }


def _letter(code: str, story: Story, series: Series, at: datetime) -> None:
    found = next(
        item
        for item in Request.objects.with_answers().filter(activity=story.activity)
        if Agency.objects.get(id=item.agency).code == code
    )
    signer = "sekretaris" if series == "request" else "kapolres"
    page = f"{Peer.objects.exists() and _own_url()}/cek/"
    send_letter(
        id=_id(code, story.name, f"letter {series}"),
        by=_actor(signer),
        at=at,
        found=found,
        series=series,
        check_page=page,
    )


def _own_url() -> str:

    return invitations.own_url().rstrip("/")


def _paper(code: str, name: str) -> bytes:
    """What stands in for the scan of the signed paper: the same bytes at both parties."""
    day = datetime(2023, 3, 18, 3, 0, tzinfo=ZONES["WIB"])
    return letter_pdf(
        Letter(
            letterhead=Letterhead(agency=("PERJANJIAN KERJA SAMA", name.upper(), "POLRES TAPANULI SELATAN")),
            number=f"L-PKS-{code}",
            subject="Pengganti pindaian naskah perjanjian untuk latihan",
            dateline=f"{OFFICES[code].stationery['city']}, 2023",
            addressee=("Para pihak",),
            opening=("Lembar ini menggantikan pindaian naskah bertanda tangan basah dalam latihan.",),
            items=(Item("Pihak kesatu", name), Item("Pihak kedua", "Polres Tapanuli Selatan")),
            signature=Signature(office="Para pihak", name="(data latihan)"),
            issued_at=day,
            exercise=True,
        )
    )
