"""Minutes signed by officials with their own passkeys: what a node folds, what it refuses, and the page."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from sinergi.access.models import Passkey
from sinergi.features.agreement.events import SignerRevoked
from sinergi.features.agreement.models import NamedSigner
from sinergi.features.agreement.tests.signing import CHIEF, answer_of, by, named, until
from sinergi.features.obligations import actions, events, signing
from sinergi.features.obligations.models import Minutes, MinutesSignature
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import now
from sinergi.ledger import envelope, rebuild
from sinergi.ledger.events import RecordKey
from sinergi.ledger.models import Entry
from tests.nodes.fixtures import KPU_PALUTA, KPU_TAPSEL, POLRES
from tests.nodes.simulator import NOON, Peer
from tests.nodes.test_any_order import deliver_in_some_order, differences, following, in_force, seen, snapshot, undone
from tests.permissions.devices import Device

TODAY, DUE = NOON.date(), NOON.date() + timedelta(days=3)
HERE = {"HTTP_HOST": "localhost", "HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def minutes(agreed) -> str:
    """Minutes of ours with one decision, that the police have not answered."""
    return state(agreed)


def state(pact: Any, words: str = "Membahas D-05.") -> str:
    decided = [actions.Decision(title="Kirim ulang peta", debtors=[pact.police.id], due_on=DUE)]
    return pact.do(
        actions.state_minutes,
        agreement=pact.agreement,
        decisions=decided,
        held_on=TODAY,
        meeting="coordination",
        words=words,
        on=TODAY,
    )


def name_chief(pact: Any, device: Device, **changes: Any) -> str:
    return pact.police.state(pact.agreement, named(device, **changes), actor=by())


def signed(device: Device, signer: str, minutes: str, **changes: Any) -> events.MinutesSigned:
    row, official = Minutes.objects.get(key=minutes), NamedSigner.objects.get(key=signer)
    over = changes.pop("over", None) or signing.challenge(
        official, agreement=row.agreement, minutes=row.key, digest=row.leaf
    )
    given = {"minutes": RecordKey(minutes), "signer": RecordKey(signer), "digest": row.leaf}
    return events.MinutesSigned(**{**given, **answer_of(device, over), **changes})


def states(pact: Any, event: Any, **changes: Any) -> str:
    return pact.police.state(pact.agreement, event, **{"actor": by(), "obligation": "M-01", **changes})


def verdicts() -> list[str]:
    """Why facts were kept as invalid, oldest first."""
    return list(
        Entry.objects.filter(state=Entry.State.INVALID).order_by("stored_at", "pk").values_list("verdict", flat=True)
    )


def test_the_signature_of_the_kapolres_agrees_to_the_minutes_and_obliges(agreed, minutes):
    device = Device()
    signer = name_chief(agreed, device)
    states(agreed, signed(device, signer, minutes))
    row = agreed.board().minutes[0]
    assert row.sealed_ids == [agreed.police.id] and set(row.signed_ids) == set(agreed.board().parties)
    assert agreed.board().line("T-01", DUE.isoformat()).found.state == "open"
    met = [line for line in agreed.board().lines if line.item.code == "M-01" and line.found.state == "met"]
    assert len(met) == 1
    assert rebuild.check() == []


def test_a_signature_after_a_password_counts_as_both(agreed, minutes):
    device = Device()
    signer = name_chief(agreed, device)
    agreed.theirs(events.MinutesAnswered(minutes=minutes, agrees=True), obligation="M-01")
    states(agreed, signed(device, signer, minutes), obligation="")
    row = agreed.board().minutes[0]
    assert sorted(row.signed_ids) == sorted(agreed.board().parties) and row.sealed_ids == [agreed.police.id]


def test_what_is_no_signature_of_that_official_under_that_text_changes_nothing(agreed, minutes):
    device, other = Device(), Device()
    signer = name_chief(agreed, device)
    second = state(agreed, "Isi yang lain.")
    gone = name_chief(agreed, other, official="0ff1c1a10ff1c1a1", acting=True, until_at=until(2024))
    wrong = [
        (signed(device, signer, minutes, digest=Minutes.objects.get(key=second).leaf), {}, "over another text"),
        # The device signed the other minutes, and the fact says these.
        (
            signed(
                device,
                signer,
                minutes,
                over=signing.challenge(
                    NamedSigner.objects.get(key=signer),
                    agreement=agreed.agreement,
                    minutes=second,
                    digest=Minutes.objects.get(key=second).leaf,
                ),
            ),
            {},
            "signed over something else",
        ),
        (signed(other, signer, minutes), {}, "does not hold"),
        (signed(device, signer, minutes), {"actor": by(office="operations_head")}, "somebody else"),
        (signed(device, signer, minutes), {"actor": by(acting=True)}, "somebody else"),
        (signed(Device(verifies=False), signer, minutes), {}, "did not ask for the person"),
        (
            signed(other, gone, minutes),
            {"actor": by("0ff1c1a10ff1c1a1", acting=True)},
            "the term of the official was over",
        ),
    ]
    for event, about, why in wrong:
        states(agreed, event, **about)
        assert why in verdicts()[-1], (why, verdicts())
    assert not MinutesSignature.objects.exists()
    assert agreed.board().line("T-01", DUE.isoformat()) is None
    assert rebuild.check() == []


def test_signed_twice_after_a_return_or_with_a_revoked_key_is_kept_as_invalid(agreed, minutes):
    device = Device()
    signer = name_chief(agreed, device)
    states(agreed, signed(device, signer, minutes))
    states(agreed, signed(device, signer, minutes))
    agreed.theirs(events.MinutesAnswered(minutes=minutes, agrees=True))
    assert len(verdicts()) == 2 and all("answered before" in one for one in verdicts())
    second = state(agreed, "Kedua.")
    agreed.theirs(events.MinutesAnswered(minutes=second, agrees=False, text=events.Words(words="Bukan begitu")))
    states(agreed, signed(device, signer, second))
    third = state(agreed, "Ketiga.")
    agreed.police.state(agreed.agreement, SignerRevoked(signer=RecordKey(signer)), actor=by())
    states(agreed, signed(device, signer, third))
    assert "revoked" in verdicts()[-1] and len(verdicts()) == 4
    assert MinutesSignature.objects.count() == 1 and rebuild.check() == []


@pytest.mark.slow
def test_key_minutes_and_signature_from_two_partners_fold_alike_in_any_order(found_node, secretary):
    own = found_node(**KPU_PALUTA)
    police, commission = peers = (Peer(**POLRES), Peer(**KPU_TAPSEL))
    for peer in peers:
        peer.meet()
    chance, device, early = random.Random(7), Device(), 0
    agreement = in_force(police, commission, own.id, secretary, chance)

    def says(peer: Peer, other: Peer, event: Any, **about: Any) -> str:
        marks = seen(agreement, other.log(agreement), len(other.log(agreement).entries))
        return peer.state(agreement, event, deliver=False, **following(peer, agreement, marks), **about)

    told = events.MinutesStated(held_on=TODAY, meeting="coordination", text=events.MinutesText(words="Isi"))
    keys = [says(commission, police, told) for _ in range(2)]
    leaf = {
        key: envelope.parse(data).leaf.hex()
        for key, data in zip(keys, commission.log(agreement).entries[-2:], strict=True)
    }
    official = named(device)
    signer = says(police, commission, official, actor=by())
    named_so = NamedSigner(key=signer, agency=police.id, official=CHIEF, office="resort_chief", acting=False)
    for key in (*keys, keys[0]):
        over = signing.challenge(named_so, agreement=agreement, minutes=key, digest=leaf[key])
        given = {"minutes": key, "signer": signer, "digest": leaf[key], **answer_of(device, over)}
        says(police, commission, events.MinutesSigned(**given), actor=by(), obligation="M-01")
    outcomes = []
    for _ in range(6):
        with undone():
            early += deliver_in_some_order(chance, peers, agreement)
            outcomes.append(snapshot())
            assert MinutesSignature.objects.count() == 2 and len(verdicts()) == 1
            assert rebuild.check() == []
    for outcome in outcomes:
        assert differences(outcomes[0], outcome) == []
    assert early, "no signature ever came before what it names"


@pytest.fixture
def chair(agreed, person):
    client = person("chair", agreements=[agreed.agreement])
    client.device = Device()
    options = client.post("/akun/faktor/kunci-sandi/tantangan/", **HERE).content.decode()
    made = client.post(
        "/akun/faktor/kunci-sandi/", {"credential": client.device.create(options)}, HTTP_HOST="localhost"
    )
    assert made.status_code == 200
    return client


@pytest.mark.slow
def test_the_chair_names_a_key_on_the_page_of_the_minutes_and_signs_once(agreed, chair):
    text = events.MinutesText(words="Isi <b>rapat</b>")
    key = agreed.theirs(events.MinutesStated(held_on=TODAY, meeting="coordination", text=text))
    address = f"/kewajiban/notula/{key}/tanda-tangan/"
    page = chair.get(address, HTTP_HOST="localhost").content.decode()
    assert "Nyatakan kunci saya" in page and "&lt;b&gt;rapat" in page
    number = Passkey.objects.get(user=chair.user).pk
    naming = {"passkey": number, "back": address}
    answer = chair.post(f"/perjanjian/{agreed.agreement}/tanda-tangan/kunci/", naming, HTTP_HOST="localhost")
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    page = chair.get(address, HTTP_HOST="localhost")
    form = dict(page.context["form"].initial)
    row = Minutes.objects.get(key=key)
    assert form["digest"] == row.leaf

    # Over other words than were read: refused before the device is asked, and after.
    spoilt = form | {"digest": "0" * 64}
    for where in ("tantangan/", "kirim/"):
        refused = chair.post(address + where, {**spoilt, "credential": "x"}, HTTP_HOST="localhost")
        assert refused.status_code == 422 and "KWJ-54" in refused.content.decode()

    options = chair.post(f"{address}tantangan/", form, **HERE)
    assert options.status_code == 200, options.content.decode()
    credential = chair.device.get(options.content.decode())
    done = chair.post(f"{address}kirim/", {**form, "credential": credential}, HTTP_HOST="localhost")
    assert done.status_code == 302 and row.signatures.get().office == "chair"
    again = {**form, "id": new_event_id(now())}
    twice = chair.post(f"{address}tantangan/", again, HTTP_HOST="localhost")
    assert twice.status_code == 422 and "KWJ-51" in twice.content.decode()
    shown = chair.get(f"/kewajiban/{agreed.agreement}/notula/", HTTP_HOST="localhost").content.decode()
    assert "tanda tangan kunci sandi" in shown and "disetujui semua pihak" in shown
    assert "sudah ditandatangani pejabat" in chair.get(address, HTTP_HOST="localhost").content.decode()


def test_a_key_whose_term_ended_or_that_was_revoked_is_refused_in_words(agreed, minutes, chair):
    row, at, device = Minutes.objects.get(key=minutes), now(), Device()
    over = agreed.police.state(agreed.agreement, named(device, until_at=at - timedelta(days=1)), actor=by())
    signer = agreed.police.state(agreed.agreement, named(device), actor=by())
    taken = agreed.police.state(agreed.agreement, named(device, from_at=until(2022), until_at=until(2023)), actor=by())
    agreed.police.state(agreed.agreement, SignerRevoked(signer=RecordKey(taken)), actor=by())
    for key, code in ((over, "TTD-14"), (taken, "TTD-13"), ("x" * 26, "TTD-07")):
        form = {"id": new_event_id(at), "signer": key, "digest": row.leaf}
        answer = chair.post(f"/kewajiban/notula/{minutes}/tanda-tangan/tantangan/", form, HTTP_HOST="localhost")
        assert answer.status_code == 422 and code in answer.content.decode()
    # Another agency's key: the device is asked, the action refuses.
    with pytest.raises(Refused) as refusal:
        agreed.do(
            actions.sign_minutes,
            minutes=minutes,
            **{
                name: getattr(signed(device, signer, minutes), name)
                for name in ("signer", "digest", "authenticator", "client", "signature")
            },
        )
    assert refusal.value.code == "KWJ-55"
    with pytest.raises(Refused) as refusal:
        actions.minutes_to_sign("x" * 26, agency=agreed.kpu, at=NOON)
    assert refusal.value.code == "KWJ-49"


def test_what_cannot_be_read_is_not_signed_and_others_do_not_find_the_page(agreed, person, chair):
    key = agreed.theirs(events.MinutesStated(held_on=TODAY, meeting="coordination"))
    with pytest.raises(Refused) as refusal:
        actions.minutes_to_sign(key, agency=agreed.kpu, at=NOON)
    assert refusal.value.code == "KWJ-53"
    address = f"/kewajiban/notula/{key}/tanda-tangan/"
    assert "tidak ditandatangani" in chair.get(address, HTTP_HOST="localhost").content.decode()
    reader = person("secretary", agreements=[agreed.agreement])
    assert "Nyatakan kunci" not in reader.get(address).content.decode()
    assert reader.post(f"{address}tantangan/").status_code == 403
    assert person("chair", agreements=["b" * 64]).get(address).status_code == 404
