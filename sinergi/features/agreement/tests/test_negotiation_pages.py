"""Drafting, negotiating and changing an agreement as people meet it."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import msgspec
import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from sinergi.features.agreement import actions, public
from sinergi.features.agreement.events import (
    AgreementConfirmed,
    AgreementOpened,
    ChangeProposed,
    DisputeMoved,
    DisputeRaised,
    GateCorrected,
    GatePassed,
    MatterAnswered,
    RevisionAnswered,
    Words,
)
from sinergi.features.agreement.forms import PartyForm
from sinergi.features.agreement.models import Agreement, Change, Dispute, GatePassage, Revision, Signature
from sinergi.features.agreement.progress import Disputes, Negotiation, refuse_unready
from sinergi.features.agreement.projections import settle
from sinergi.features.agreement.rules import lifecycle
from sinergi.features.agreement.tests.drafts import revision, terms_for, text_for
from sinergi.features.agreement.tests.papers import JPEG, pdf, upload
from sinergi.features.agreement.tests.signing import CHAIR, by, named, signed
from sinergi.features.agreement.tests.test_signing_facts import make_ready, name_here, sign_here
from sinergi.features.agreement.views import listing
from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.kernel.instants import now
from sinergi.ledger import rebuild
from sinergi.ledger.events import founding_id
from sinergi.ledger.models import Entry
from sinergi.ledger.store import own_agency
from tests.nodes.fixtures import KPU_PALUTA, terms
from tests.nodes.simulator import NOON, Peer
from tests.permissions.devices import Device


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.DATA = tmp_path


@pytest.fixture
def today():
    """The day on the wall of the office: from 17.00 UTC on it is tomorrow there."""
    return localdate(now())


@pytest.fixture
def draft(node, police, today):
    """A draft the police opened; its agreement and the key of its text."""
    parties = [police.id, node.id]
    text = text_for(parties)
    terms = terms_for(text, signed_on=today, starts_on=today, ends_on=today + timedelta(days=400))
    event = AgreementOpened(parties=parties, nonce="0" * 32, terms=terms, text=text)
    return founding_id(event), police.state(founding_id(event), event)


@pytest.fixture
def in_force(node, police, secretary, today):
    """An agreement both stand behind, with 400 days to go."""
    given = {**terms(), "ends_on": today + timedelta(days=400)}
    receipt = actions.enter_agreement(id=new_event_id(NOON), by=secretary, at=now(), partners=[police.id], **given)
    agreement = Agreement.objects.get(key=receipt.key).agreement
    police.state(agreement, AgreementConfirmed(entered=receipt.key, scan=given["scan"]))
    return agreement


def typed(today, **changes):
    """The form of a text as its page would send it, for two parties, our own first."""
    articles = changes.pop(
        "articles", [("Pengertian", "", "(1) Para Pihak.\n(2) Istilah."), ("Bantuan", "security", "")]
    )
    given = {
        "id": new_event_id(now()),
        "title": "Perjanjian Kerja Sama",
        "place": "Sipirok",
        "signed_on": f"{today}",
        "starts_on": f"{today}",
        "ends_on": f"{today + timedelta(days=500)}",
        "scopes": ["security"],
        "made_from": "",
        "remark": "",
        "pihak-0-number": "1/PKS/2024",
        "pihak-0-signer": "Tirta Lesmana",
        "pihak-0-office": "Ketua",
        "pihak-1-included": "on",
        "pihak-1-number": "B/1/2024",
        "pihak-1-signer": "Bagas Wirawan",
        "pihak-1-office": "Kapolres",
        "pasal-TOTAL_FORMS": str(len(articles)),
        "pasal-INITIAL_FORMS": "0",
    }
    for place, (title, scope, text) in enumerate(articles):
        given |= {f"pasal-{place}-title": title, f"pasal-{place}-scope": scope, f"pasal-{place}-text": text}
    return given | changes


def page_of(client, name, agreement, query=""):
    return client.get(reverse(f"agreement:{name}", args=[agreement]) + query)


def do(action, office="secretary", **given):
    return action(id=new_event_id(now()), by=Actor(id="a" * 16, office=office), at=now(), **given)


@pytest.mark.slow
def test_a_secretary_drafts_from_the_template_and_a_scope_switched_off_takes_its_article_along(
    node, police, person, today
):
    client = person("secretary")
    page = client.get(reverse("agreement:draft")).content.decode()
    assert "Penyelesaian perselisihan" in page and police.name in page
    articles = [("Pengertian", "", ""), ("Data", "data", "x"), ("Bantuan", "security", "y")]
    answer = client.post(reverse("agreement:draft"), typed(today, articles=articles))
    row = Agreement.objects.get()
    assert answer.headers["Location"] == reverse("agreement:negotiation", args=[row.agreement])
    assert [one["title"] for one in row.articles] == ["Pengertian", "Bantuan"]
    assert (row.article_texts, row.numbers, row.state) == ({"2": "y"}, ["1/PKS/2024", "B/1/2024"], "draft")
    shown = page_of(client, "negotiation", row.agreement).content.decode()
    assert "Polres Tapsel</b> menyetujui naskah ini atau mengusulkan perubahan" in shown
    assert page_of(client, "agreement", row.agreement).status_code == 302


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"ends_on": "2027-02-29"}, "ends_on", "tanggal"),
        ({"ends_on": "2020-01-01"}, "ends_on", "PKS-05"),
        ({"starts_on": "2001-01-01", "ends_on": "2002-01-01", "signed_on": "2001-01-01"}, "ends_on", "PKS-62"),
        ({"signed_on": "2099-01-01"}, "signed_on", "PKS-61"),
        ({"pihak-1-number": ""}, "pihak-1-number", "PKS-50"),
        ({"pihak-0-signer": ""}, "pihak-0-signer", "PKS-50"),
        ({"pihak-1-included": ""}, "pihak-1-included", "PKS-01"),
        ({"scopes": []}, "scopes", "PKS-50"),
        ({"articles": [("Pengertian", "", "(1) satu\n(3) tiga")]}, "pasal-0-text", "Pasal 1"),
        ({"articles": [("", "", ""), ("Pengertian", "", "(2) dua")]}, "pasal-1-text", "Pasal 1"),
        ({"articles": [("Pengertian", "", "a" * 8001)]}, "pasal-0-text", "PKS-50"),
        ({"articles": [("", "", "kata")]}, "articles", "PKS-07"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_stated(
    node, police, person, today, changes, field, words
):
    answer = person("secretary").post(reverse("agreement:draft"), typed(today, **changes), HTTP_HX_REQUEST="true")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'data-field="{field}"' in page and words.lower() in page.lower()
    assert not Agreement.objects.exists()


def test_markup_and_formulas_in_articles_stay_words(node, police, person, today):
    client = person("secretary")
    articles = [("=HYPERLINK(1)<b>", "", "<script>alert(1)</script>\n=1+1")]
    client.post(reverse("agreement:draft"), typed(today, articles=articles, scopes=["data"]))
    row = Agreement.objects.get()
    assert row.article_texts == {"1": "<script>alert(1)</script>\n=1+1"}
    page = page_of(client, "negotiation", row.agreement).content.decode()
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page


def test_a_comment_an_answer_and_a_reason_reach_the_page(draft, police, person):
    agreement, first = draft
    client = person("secretary")
    sent = {"id": new_event_id(now()), "article": "2", "words": "Mohon <i>dua</i> hari."}
    answer = client.post(reverse("agreement:comment", args=[first]), sent)
    assert answer.headers["Location"].endswith("#pasal-2")
    assert "Mohon &lt;i&gt;dua" in page_of(client, "negotiation", agreement).content.decode()
    for words, status in (("", 422), ("Pasal 2 belum sesuai.", 302)):
        sent = {"id": new_event_id(now()), "agrees": "no", "words": words}
        assert client.post(reverse("agreement:revision-answer", args=[first]), sent).status_code == status
    page = page_of(client, "negotiation", agreement).content.decode()
    assert "Polres Tapsel</b> memperbaiki naskah yang dikembalikan" in page
    with pytest.raises(Refused, match="sudah dijawab"):
        do(actions.answer_revision, revision=first, agrees=True)


@pytest.mark.slow
def test_a_proposal_is_shown_in_two_columns_and_one_made_from_an_older_text_is_refused(draft, police, person, today):
    agreement, first = draft
    client = person("secretary")
    form = page_of(client, "proposal", agreement)
    assert f'value="{first}"' in form.content.decode()
    changed = typed(
        today, made_from=first, articles=[("Pengertian", "", "(1) Kedua Pihak."), ("Bantuan", "security", "")]
    )
    changed.pop("pihak-1-included")
    assert client.post(reverse("agreement:proposal", args=[agreement]), changed).status_code == 302
    second = Revision.objects.exclude(key=first).get()
    columns = page_of(client, "texts", agreement, f"?ke={second.key}").content.decode()
    assert "<del>Para</del>" in columns and "<ins>Kedua</ins>" in columns
    late = client.post(reverse("agreement:proposal", args=[agreement]), changed | {"id": new_event_id(now())})
    assert (late.status_code, "PKS-68" in late.content.decode()) == (422, True)


def test_two_proposals_made_apart_are_shown_side_by_side_until_one_names_both(draft, police, person, node, today):
    agreement, first = draft
    parties = [police.id, node.id]
    theirs = police.state(
        agreement,
        revision(parties, [first], title="Usul Polres", signed_on=today, starts_on=today, ends_on=today + timedelta(9)),
        deliver=False,
    )
    client = person("secretary")
    ours = typed(today, made_from=first, title="Usul KPU")
    client.post(reverse("agreement:proposal", args=[agreement]), ours)
    police.deliver(police.log(agreement))
    page = page_of(client, "negotiation", agreement).content.decode()
    assert ("Dua naskah diusulkan bersamaan" in page and "<ins>Polres</ins>" in page) or "<del>Polres</del>" in page
    with pytest.raises(Refused, match="bersamaan"):
        do(actions.answer_revision, revision=theirs, agrees=True)
    heads = " ".join(Negotiation(Agreement.objects.get()).heads)
    assert theirs in heads
    client.post(
        reverse("agreement:proposal", args=[agreement]),
        typed(today, made_from=heads, title="Usul bersama") | {"id": new_event_id(now())},
    )
    row = Agreement.objects.get()
    assert (row.title, len(Negotiation(row).heads)) == ("Usul bersama", 1)
    assert rebuild.check() == []


@pytest.mark.slow
def test_steps_need_their_paper_and_only_a_text_with_all_of_them_can_be_signed(draft, police, person, node, today):
    agreement, first = draft
    client = person("secretary")
    do(actions.answer_revision, revision=first, agrees=True)
    assert public.to_sign(agreement) is None
    for gate in ("plenary", "legal_review", "report"):
        sent = {
            "id": new_event_id(now()),
            "gate": gate,
            "number": "12/BA/2024",
            "dated": f"{today}",
            "scan": upload(pdf()),
        }
        assert client.post(reverse("agreement:gate", args=[first]), sent).status_code == 302
        again = {**sent, "id": new_event_id(now()), "scan": upload(pdf())}
        assert client.post(reverse("agreement:gate", args=[first]), again).status_code == 422
    kept = GatePassage.objects.first()
    assert client.get(reverse("agreement:paper", args=[kept.key])).content == pdf()
    assert public.to_sign(agreement) is None
    for gate in ("legal_review", "report"):
        police.state(
            agreement,
            GatePassed(revision=first, gate=gate, number="1", dated=today, document="a" * 64, document_size=1),
        )
    info = public.to_sign(agreement)
    assert (info.key, info.digest) == (first, Revision.objects.get().digest)
    assert "menandatangani" in page_of(client, "negotiation", agreement).content.decode()


@pytest.mark.slow
def test_a_wrong_paper_of_a_step_is_replaced_and_stays_listed(draft, police, person, node, today):
    agreement, first = draft
    client = person("secretary")
    sent = {"gate": "plenary", "number": "12/BA/2024", "dated": f"{today}"}
    gate = reverse("agreement:gate", args=[first])
    client.post(gate, sent | {"id": new_event_id(now()), "scan": upload(JPEG)})
    wrong = GatePassage.objects.get()
    address = reverse("agreement:gate-correction", args=[wrong.key])
    right = sent | {"number": "13/BA/2024"}
    for changes, code in (
        ({"number": " "}, "PKS-50"),
        ({"dated": "2026-02-29"}, "PKS-50"),
        ({"dated": f"{today + timedelta(days=1)}"}, "PKS-78"),
        ({"number": "12/BA/2024"}, "PKS-89"),
    ):
        answer = client.post(address, right | changes | {"id": new_event_id(now()), "scan": upload(JPEG)})
        assert (answer.status_code, code in answer.content.decode()) == (422, True), changes
    assert client.post(address, right | {"id": new_event_id(now()), "scan": upload(JPEG)}).status_code == 302
    page = page_of(client, "negotiation", agreement).content.decode()
    assert "<s>12/BA/2024" in page and "13/BA/2024" in page and page.count("buka berkas") == 2
    late = client.post(address, right | {"id": new_event_id(now()), "number": "14", "scan": upload(JPEG)})
    assert (late.status_code, "PKS-88" in late.content.decode()) == (422, True)
    # The refusals dropped no file that something else names.
    assert client.get(reverse("agreement:paper", args=[wrong.key])).content == JPEG
    [now_shown] = Negotiation(Agreement.objects.get()).passages(first)
    assert (now_shown.number, now_shown.gate, now_shown.replaces) == ("13/BA/2024", "plenary", wrong.key)
    passed = GatePassed(revision=first, gate="report", number="7", dated=today, document="b" * 64, document_size=1)
    theirs = police.state(agreement, passed)
    other = client.post(
        reverse("agreement:gate-correction", args=[theirs]), right | {"id": new_event_id(now()), "scan": upload(JPEG)}
    )
    assert (other.status_code, "PKS-87" in other.content.decode()) == (422, True)
    assert rebuild.check() == []


def test_a_partner_sees_the_other_sides_correction(draft, police, person, today):
    agreement, first = draft
    paper = {"dated": today, "document": "b" * 64, "document_size": 1}
    theirs = police.state(agreement, GatePassed(revision=first, gate="report", number="7", **paper))
    police.state(agreement, GateCorrected(passage=theirs, number="8", **paper))
    page = page_of(person("secretary"), "negotiation", agreement).content.decode()
    assert "<s>7," in page and "8, " in page and "Ganti berkas" not in page


def test_the_inbox_says_whose_turn_it_is(draft, police, person, node):
    _agreement, first = draft
    user = person("secretary").user
    assert [one.sub for one in listing.waiting_for(user, now())] == [
        "Kantor ini menyetujui naskah ini atau mengusulkan perubahan."
    ]
    do(actions.answer_revision, revision=first, agrees=True)
    assert "Berita acara pleno" in listing.waiting_for(user, now())[0].sub


def test_nothing_can_be_stated_under_a_draft_and_no_list_takes_it_for_one_in_force(draft, person):
    agreement, _first = draft
    with pytest.raises(Refused, match="masih dirundingkan"):
        public.require(agreement)
    user = person("secretary").user
    assert public.in_force_for(user) == []
    assert public.agreement(agreement).state == "draft"


def test_three_parties_negotiate_one_text(found_node, police, node, person, today):
    second = Peer(**KPU_PALUTA)
    second.meet()
    client = person("secretary")
    extra = {f"pihak-2-{name}": value for name, value in (("number", "3"), ("signer", "Sari"), ("office", "Ketua"))}
    client.post(reverse("agreement:draft"), typed(today, **extra, **{"pihak-2-included": "on"}))
    row = Agreement.objects.get()
    assert len(row.parties) == 3
    first = row.revision
    for peer in (police, second):
        peer.state(row.agreement, RevisionAnswered(revision=first, agrees=True))
    page = page_of(client, "negotiation", row.agreement).content.decode()
    assert "KPU Tapsel</b> menyelesaikan: Berita acara pleno" in page and "KPU Paluta</b> menyelesaikan" in page
    for place, party in enumerate([node.id, police.id]):
        Signature.insert(key=f"{place}" * 26, agreement=row.agreement, revision=first, agency=party, signed_at=NOON)
    settle(row.agreement)
    assert Agreement.objects.get().state == "draft"
    Signature.insert(key="z" * 26, agreement=row.agreement, revision=first, agency=second.id, signed_at=NOON)
    settle(row.agreement)
    assert Agreement.objects.get().state == "in_force"


@pytest.mark.slow
def test_an_addendum_to_an_agreement_from_paper_is_negotiated_and_not_in_force_before_it_is_signed(
    in_force, police, person, today
):
    client = person("secretary")
    assert page_of(client, "proposal", in_force, "?adendum=ya").status_code == 200
    sent = typed(today, scopes=["data"], articles=[("Data", "data", "")])
    address = reverse("agreement:proposal", args=[in_force]) + "?adendum=ya"
    shorter = client.post(address, sent | {"ends_on": f"{today + timedelta(days=10)}"})
    assert (shorter.status_code, "PKS-69" in shorter.content.decode()) == (422, True)
    assert client.post(address, sent).status_code == 302
    assert Agreement.objects.get().scopes == ["data", "security", "capacity"]
    assert "Adendum dirundingkan" in page_of(client, "agreement", in_force).content.decode()
    assert page_of(client, "negotiation", in_force, "?adendum=ya").status_code == 200


@pytest.mark.slow
def test_an_addendum_signed_by_both_replaces_what_was_agreed_and_keeps_the_name(
    in_force, police, node, secretary, person, today
):
    row = Agreement.objects.get()
    was = (row.title, row.numbers)
    dates = {"signed_on": today, "starts_on": today, "ends_on": today + timedelta(days=500)}
    key = police.state(in_force, revision(row.parties, [], amends=row.key, title="Adendum", **dates))
    make_ready(in_force, key, police, node, secretary)
    page = page_of(person("chair"), "signing", in_force, "?adendum=ya").content.decode()
    assert "belum menandatangani" in page and "Tidak ada satu naskah" not in page
    for days, refused in ((0, False), (900, True)):
        with pytest.raises(Refused, match="sudah berakhir") if refused else nullcontext():
            refuse_unready(Revision.objects.get(key=key), agency=own_agency().id, on=today + timedelta(days=days))
    device, own, chair = Device(), Device(), Actor(id=CHAIR, office="chair")
    signer = police.state(in_force, named(device))
    police.state(in_force, signed(device, signer, key), actor=by())
    assert Agreement.objects.get().scopes == ["data", "security", "capacity"]
    name_here(in_force, chair, own, at=now())
    sign_here(key, chair, own, at=now())
    row = Agreement.objects.get()
    assert (row.scopes, row.revision, row.last_day, row.state) == (["security"], key, dates["ends_on"], "in_force")
    assert (row.title, row.numbers) == was
    assert "Adendum dirundingkan" not in page_of(person("secretary"), "agreement", in_force).content.decode()
    assert rebuild.check() == []


def test_an_addendum_to_an_ended_agreement_is_refused(agreement, person, today):
    """The term of this one was over long ago."""
    address = reverse("agreement:proposal", args=[agreement]) + "?adendum=ya"
    answer = person("secretary").post(address, typed(today))
    assert (answer.status_code, "PKS-64" in answer.content.decode()) == (422, True)
    with pytest.raises(Refused, match="sudah berakhir"):
        do(actions.raise_dispute, agreement=agreement, article=1, words="a")


def test_a_change_holds_once_the_other_agreed_and_says_so_everywhere(in_force, police, person, today):
    client = person("chair")
    sent = {"id": new_event_id(now()), "change": "suspension", "from_on": f"{today}", "words": "Pilkada ditunda."}
    assert client.post(reverse("agreement:change", args=[in_force]), sent).status_code == 302
    change = Change.objects.get()
    assert "Menunggu jawaban Polres Tapsel" in page_of(client, "agreement", in_force).content.decode()
    public.require(in_force, on=today)
    police.state(in_force, MatterAnswered(about=change.key, agrees=True))
    with pytest.raises(Refused, match="ditangguhkan"):
        public.require(in_force, on=today)
    assert "ditangguhkan" in page_of(client, "agreement", in_force).content.decode()
    again = police.state(in_force, ChangeProposed(change="resumption", from_on=today, after=change.key))
    answer = {"id": new_event_id(now()), "agrees": "yes", "words": ""}
    assert client.post(reverse("agreement:change-answer", args=[again]), answer).status_code == 302
    public.require(in_force, on=today)
    assert rebuild.check() == []


def test_of_two_changes_agreed_apart_every_node_takes_the_same_and_an_end_ends_it(in_force, police, node, today):
    one, other = (
        police.state(in_force, ChangeProposed(change="end", from_on=today + timedelta(days=days))) for days in (5, 9)
    )
    do(actions.answer_matter, "chair", matter=one, agrees=True)
    with pytest.raises(Refused, match="tidak lagi berlaku"):
        do(actions.answer_matter, "chair", matter=other, agrees=True)
    row = Agreement.objects.get()
    assert row.standing_on(today + timedelta(days=4)) == "in_force"
    assert row.standing_on(today + timedelta(days=5)) == "ended"


def test_an_extension_moves_the_last_day_and_comes_too_late_within_thirty_days(in_force, police, today):
    row = Agreement.objects.get()
    new = row.ends_on + timedelta(days=365)
    given = {"agreement": in_force, "change": "extension", "from_on": today, "reason": "Pemilihan ulang."}
    for ends_on in (None, row.ends_on):
        with pytest.raises(Refused, match="Hari terakhir yang baru"):
            do(actions.propose_change, **given, ends_on=ends_on)
    key = do(actions.propose_change, **given, ends_on=new).key
    police.state(in_force, MatterAnswered(about=key, agrees=True))
    assert public.agreement(in_force).ends_on == new
    late = now() + (new - today) - timedelta(days=20)
    with pytest.raises(Refused, match="30 hari"):
        actions.propose_change(id=new_event_id(now()), by=None, at=late, **given, ends_on=new + timedelta(days=9))


def test_a_dispute_climbs_after_seven_days_and_ends_by_what_both_agree_to(in_force, police, person, today):
    client = person("chair")
    sent = {"id": new_event_id(now()), "article": "2", "words": "Jawaban selalu lewat sehari."}
    assert client.post(reverse("agreement:dispute", args=[in_force]), sent).status_code == 302
    dispute = Dispute.objects.get()
    with pytest.raises(Refused, match="diberi 7 hari"):
        do(actions.move_dispute, dispute=dispute.key)
    for week in (1, 2):
        at = now() + timedelta(days=7 * week)
        actions.move_dispute(id=new_event_id(now()), by=None, at=at, dispute=dispute.key)
    with pytest.raises(Refused, match="tingkat terakhir"):
        actions.move_dispute(id=new_event_id(now()), by=None, at=now() + timedelta(days=30), dispute=dispute.key)
    days = Disputes(Agreement.objects.get()).days(dispute)
    assert [(days[step] - today).days for step in lifecycle.STEPS] == [0, 7, 14]
    key = do(actions.propose_settlement, dispute=dispute.key, words="Batas dua hari kerja.").key
    police.state(in_force, MatterAnswered(about=key, agrees=True))
    assert "Batas dua hari kerja." in page_of(client, "agreement", in_force).content.decode()
    with pytest.raises(Refused, match="sudah selesai"):
        do(actions.move_dispute, dispute=dispute.key)


def test_a_step_too_early_from_another_node_is_kept_and_changes_nothing(in_force, police, today):
    raised = police.state(in_force, DisputeRaised(article=1, raised_on=today, text=Words(words="a")))
    early = police.state(in_force, DisputeMoved(after=raised, moved_on=today + timedelta(days=6)))
    assert Entry.objects.get(key=early).verdict == "the days of the step before were not over"


def test_an_acting_official_goes_on_where_another_began_and_nothing_is_signed_anew(in_force, person, police, today):
    acting = Actor(id="b" * 16, office="chair", acting=True)
    given = {"agreement": in_force, "change": "end", "from_on": today, "reason": "Selesai."}
    actions.propose_change(id=new_event_id(now()), by=acting, at=now(), **given)
    assert (Change.objects.get().acting, Agreement.objects.get().state) == (True, "in_force")


def test_who_is_left_out_needs_no_number():
    form = PartyForm({}, prefix="p", party="x", name="X", may_be_left_out=True)
    assert form.is_valid() and not form.is_included


def test_a_node_that_was_away_takes_the_same_turns(draft, police, person, node, today):
    """Everything said while our node was away arrives at once, after our own."""
    agreement, first = draft
    parties = [police.id, node.id]
    theirs = revision(parties, [first], title="Dua", signed_on=today, starts_on=today, ends_on=today + timedelta(9))
    second = police.state(agreement, theirs, deliver=False)
    third = police.state(
        agreement,
        msgspec.structs.replace(theirs, predecessors=[second]),
        deliver=False,
    )
    do(actions.comment_on, revision=first, article=0, words="Sebelum terputus.")
    police.deliver(police.log(agreement))
    assert Negotiation(Agreement.objects.get()).heads == [third]
    with pytest.raises(Refused, match="sudah diganti"):
        do(actions.answer_revision, revision=first, agrees=True)
    assert rebuild.check() == []
