"""Valid facts about texts, changes and disputes from two partners, in any order of arrival: the same tables."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest

from sinergi.features.agreement.events import (
    AgreementOpened,
    ChangeProposed,
    DisputeMoved,
    DisputeRaised,
    EvidenceDemand,
    EvidenceProposed,
    GateCorrected,
    GatePassed,
    MatterAnswered,
    RevisionAnswered,
    RevisionCommented,
    SettlementProposed,
    Words,
)
from sinergi.features.agreement.tests.drafts import obliged, revision, terms_for, text_for
from sinergi.kernel.obligation import Item
from sinergi.ledger import catalog, envelope, rebuild
from sinergi.ledger.events import Event, founding_id
from sinergi.ledger.models import Entry
from tests.nodes.fixtures import KPU_PALUTA, KPU_TAPSEL, POLRES
from tests.nodes.simulator import NOON, Peer
from tests.nodes.test_any_order import deliver_in_some_order, differences, following, in_force, seen, snapshot, undone

ORDERS, FACTS = 4, 18
DAY = NOON.date()
NUMBERS = ["1", "2", "3"]


class Talk:
    """What two partners say, each from what it has of the other's log."""

    def __init__(self, chance: random.Random, peers: tuple[Peer, Peer], parties: list[str], about: str, amends: str):
        self.chance, self.peers, self.parties, self.about, self.amends = chance, peers, parties, about, amends
        self.said: list[tuple[str, str, str, int]] = []  # kind, key, agency, place
        self.known = {peer.id: 0 for peer in peers}
        self.done: set[tuple[str, str]] = set()
        self.text_of: dict[str, str] = {}
        self.obliging: set[str] = set()  # texts that carry obligations
        self.step_papers: dict[tuple[str, str], str] = {}  # agency and text: the paper of its step that counts

    def keys(self, peer: Peer, *kinds: str, others: bool = False) -> list[str]:
        """Records of these kinds that the partner has; `others`: only those it did not state and has not answered."""
        return [
            key
            for kind, key, agency, place in self.said
            if kind in kinds
            and (agency == peer.id or place < self.known[agency])
            and not (others and (agency == peer.id or (peer.id, key) in self.done))
        ]

    def step(self) -> None:
        """One partner states one valid fact, having seen the other's log up to some place."""
        peer, other = self.chance.sample(self.peers, 2)
        if self.chance.random() < 0.5:
            self.known[other.id] = len(other.log(self.about).entries)
        event = self.event(peer)
        if event is None:
            return
        marks = seen(self.about, other.log(self.about), self.known[other.id])
        if peer.log(self.about).entries:
            marks = following(peer, self.about, marks)
        key = peer.state(self.about, event, deliver=False, **marks)
        if isinstance(event, GatePassed | GateCorrected):
            of = event.revision if isinstance(event, GatePassed) else self.text_of[event.passage]
            self.step_papers[peer.id, of], self.text_of[key] = key, of
        if getattr(event, "terms", None) and event.terms.obligations:
            self.obliging.add(key)
        self.said.append((event.kind, key, peer.id, len(peer.log(self.about).entries) - 1))

    def event(self, peer: Peer):
        """Something this partner may say, or None where what it would answer has not reached it."""
        texts = self.keys(peer, "opened", "negotiation.revision_proposed")
        answerable = self.keys(peer, "opened", "negotiation.revision_proposed", others=True)
        proposals = ("agreement.change_proposed", "agreement.settlement_proposed", "agreement.evidence_proposed")
        matters, wanted = self.keys(peer, *proposals, others=True), self.keys(peer, proposals[-1])
        changes, disputes = self.keys(peer, "agreement.change_proposed"), self.keys(peer, "agreement.dispute_raised")
        pick, words = self.chance.choice, Words(words=f"kata {self.chance.random()}")
        made_from = sorted(self.chance.sample(texts, min(len(texts), self.chance.randint(1, 2))))
        changed = {"title": f"Judul {self.chance.random()}", "numbers": NUMBERS, "amends": self.amends or None}
        obligations = [obliged([other.id for other in self.peers])]
        changed["obligations"] = obligations if self.chance.random() < 0.7 else []
        obliging = [key for key in texts if key in self.obliging]
        offers = [
            (self.amends or texts) and (lambda: revision(self.parties, made_from, **changed)),
            texts and (lambda: RevisionCommented(revision=pick(texts), article=self.chance.randint(0, 2), text=words)),
            answerable
            and (lambda: RevisionAnswered(revision=self.answers(peer, answerable), agrees=pick([True, False]))),
            texts and (lambda: self.gate(peer, pick(texts))),
        ]
        if self.amends:
            after = pick([None, *changes])
            offers += [
                obliging and (lambda: self.listed(obligations, pick(obliging))),
                obliging and (lambda: self.done_under(peer, pick(obliging))),
                lambda: pick(
                    [
                        ChangeProposed(change="suspension", from_on=DAY, after=after, text=words),
                        EvidenceProposed(demands=[self.wants()], after=pick([None, *wanted]), text=words),
                    ]
                ),
                lambda: DisputeRaised(article=1, raised_on=DAY, text=words),
                matters and (lambda: MatterAnswered(about=self.answers(peer, matters), agrees=True)),
                disputes and (lambda: SettlementProposed(dispute=pick(disputes), settled_on=DAY, text=words)),
                disputes and (lambda: DisputeMoved(after=pick(disputes), moved_on=DAY + timedelta(days=7))),
            ]
        offered = pick([offer for offer in offers if offer] or [lambda: None])
        return offered()

    def wants(self) -> EvidenceDemand:
        """Some evidence for some facts."""
        act, grade = self.chance.choice(["orders", "reports"]), self.chance.choice(["arrived", "stamped"])
        return EvidenceDemand(act=act, grade=grade, hours=self.chance.randint(1, 99), binds=self.chance.random() < 0.5)

    def answers(self, peer: Peer, keys: list[str]) -> str:
        """One of these, which the partner has then answered."""
        key = self.chance.choice(keys)
        self.done.add((peer.id, key))
        return key

    def listed(self, obligations: list[Item], text: str) -> Event:
        """A list made from a text, signed or not."""
        return catalog.event_type("obligations.proposed", 1)(items=obligations, counts_from=DAY, replaces=text)

    def done_under(self, peer: Peer, text: str) -> Event:
        """The debtor says it was done, the creditor that it was not, whether the text was signed or not."""
        statement = "done" if peer is self.peers[1] else "dispute"
        return catalog.event_type("obligations.stated", 1)(of_list=text, statement=statement, code="D-02", mark="H-7")

    def gate(self, peer: Peer, text: str) -> GatePassed | GateCorrected:
        """A step this partner takes with that text, or another paper for it where it was taken."""
        paper = {"number": "1", "dated": DAY, "document": "a" * 64, "document_size": 1}
        if wrong := self.step_papers.get((peer.id, text)):
            return GateCorrected(passage=wrong, **paper)
        return GatePassed(revision=text, gate="report", **paper)


@pytest.mark.slow
@pytest.mark.parametrize("drafted", [False, True], ids=["paper", "draft"])
def test_any_order_of_arrival_of_valid_facts_gives_the_same_tables(found_node, secretary, drafted):
    own = found_node(**KPU_PALUTA)
    police, commission = peers = (Peer(**POLRES), Peer(**KPU_TAPSEL))
    for peer in peers:
        peer.meet()
    verdicts: Counter[str] = Counter()
    for number in range(6):
        chance = random.Random(number)
        for peer in peers:
            peer.logs.clear()
        with undone():
            parties = [police.id, own.id, commission.id]
            if drafted:
                text = text_for(parties)
                event = AgreementOpened(
                    parties=parties, nonce=f"{number:032x}", terms=terms_for(text, numbers=NUMBERS), text=text
                )
                agreement = founding_id(event)
                founding = police.state(agreement, event)
                # The commission's log begins here, so that this node knows both.
                commission.state(
                    agreement,
                    RevisionCommented(revision=founding, article=0, text=Words(words="a")),
                    **seen(agreement, police.log(agreement), 1),
                )
                talk = Talk(chance, peers, parties, agreement, "")
                talk.said.append(("opened", founding, police.id, 0))
            else:
                agreement = in_force(police, commission, own.id, secretary, chance)
                founding = envelope.parse(police.log(agreement).entries[0]).header.key
                talk = Talk(chance, peers, parties, agreement, founding)
            talk.known = {peer.id: len(peer.log(agreement).entries) for peer in peers}
            for _ in range(FACTS):
                talk.step()
            outcomes = []
            for _ in range(ORDERS):
                with undone():
                    deliver_in_some_order(chance, peers, agreement)
                    outcomes.append(snapshot())
                    verdicts.update(Entry.objects.values_list("state", flat=True))
                    verdicts.update(Entry.objects.filter(state="folded").values_list("kind", flat=True))
                    verdicts.update(Entry.objects.exclude(verdict="").values_list("verdict", flat=True))
                    assert rebuild.check() == []
            for outcome in outcomes:
                assert differences(outcomes[0], outcome) == []
    assert verdicts["waiting"] == verdicts["invalid"] == 0, verdicts
    wanted = {"negotiation.revision_proposed", "negotiation.revision_answered", "negotiation.gate_passed"}
    wanted |= {"negotiation.gate_corrected"}
    lifecycle = {"change_proposed", "dispute_raised", "dispute_moved", "settlement_proposed", "matter_answered"}
    lifecycle |= {"evidence_proposed"}
    wanted |= set() if drafted else {f"agreement.{kind}" for kind in lifecycle}
    wanted |= set() if drafted else {"obligations.proposed", "obligations.stated"}
    assert wanted <= set(verdicts), wanted - set(verdicts)
