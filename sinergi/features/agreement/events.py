"""What parties say about the agreement as a whole."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from sinergi.kernel.obligation import Item
from sinergi.ledger.events import Event, Founding, Joining, Leaving, Opening, RecordKey, Text

Scope = Literal["data", "security", "law", "regulation", "capacity", "facility"]
Gate = Literal["plenary", "legal_review", "report"]
EvidenceAct = Literal["requests", "orders", "reports", "deliveries"]
ChangeKind = Literal["extension", "suspension", "resumption", "end"]
SCOPES: tuple[Scope, ...] = ("data", "security", "law", "regulation", "capacity", "facility")


class Article(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One article (pasal): its number, heading and the scope it carries out, if it carries out one."""

    number: int
    title: str
    scope: Scope | None = None


class Signer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who signed the paper for one party. Personal data: lives in the erasable part only."""

    party: str
    name: str
    office: str
    identity_number: str = ""


class AgreementText(Text):
    """The words of the articles by number and the names of those who signed."""

    signers: list[Signer]
    articles: dict[str, str] = {}


class AgreementEntered(Founding, kind="agreement.entered", must=True):
    """The founder enters an agreement signed on paper: same order of `parties` and `numbers`.

    `scan` is the SHA-256 of the scanned paper, in hex: whoever holds the scan can show that it is this agreement.
    """

    title: str
    numbers: list[str]
    place: str
    signed_on: date
    starts_on: date
    ends_on: date
    scopes: list[Scope]
    articles: list[Article]
    scan: str
    scan_size: int
    text: AgreementText | None = None


class AgreementConfirmed(Joining, kind="agreement.confirmed", must=True):
    """Another party confirms that its paper says the same; `scan` repeats the hash of the scan it checked."""

    entered: RecordKey
    scan: str

    def joins_to(self) -> str:
        """The terms that were entered."""
        return self.entered


class AgreementLeft(Leaving, kind="agreement.left", must=True):
    """The author's last fact under this agreement; `reason` is a code, the words travel by letter.

    `withdrawn`: it was entered or confirmed, and is taken back before every party stood behind it.
    """

    reason: Literal["ended_by_consent", "term_over", "void_law", "withdrawn"]


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a revision of an agreement says, in codes; `numbers` in the order of the parties.

    `place` and `signed_on`: where and on which day it is to be signed. `words` is the SHA-256, in hex, of the canonical
    bytes of its text: who signs the revision signs the words of its articles too. `obligations`: who owes what by when;
    once it is in force they are the list that counts. None: it says nothing of them, and another list may hold.
    """

    title: str
    numbers: list[str]
    place: str
    signed_on: date
    starts_on: date
    ends_on: date
    scopes: list[Scope]
    articles: list[Article]
    words: str
    obligations: list[Item] = []


class RevisionText(Text):
    """The words of the articles by number, who is to sign, a remark for the others, the obligations by name.

    `obligations`: what each of them is called, by code. `salt` (32 random hex digits) keeps `Terms.words` from telling
    anything once this is erased.
    """

    salt: str
    articles: dict[str, str]
    signers: list[Signer]
    remark: str = ""
    obligations: dict[str, str] = {}


class Words(Text):
    """What somebody says in their own words."""

    words: str


class AgreementOpened(Opening, kind="agreement.opened", must=True):
    """A party opens an agreement to be negotiated; its terms are the first revision, its record key that revision's."""

    terms: Terms
    text: RevisionText | None = None


class RevisionProposed(Event, kind="negotiation.revision_proposed", must=True):
    """A party proposes other terms, made from the revisions `predecessors`: two of them bring two proposals together.

    `amends` is the record whose terms it changes, for an addendum to terms in force; then `predecessors` may be empty.
    """

    terms: Terms
    predecessors: list[RecordKey]
    amends: RecordKey | None = None
    text: RevisionText | None = None


class RevisionCommented(Event, kind="negotiation.revision_commented"):
    """A party says something about one article of a revision; article 0 is the whole."""

    revision: RecordKey
    article: int
    text: Words | None = None


class RevisionAnswered(Event, kind="negotiation.revision_answered"):
    """Another party agrees to the words of a revision, or sends it back. It does not sign by that."""

    revision: RecordKey
    agrees: bool
    text: Words | None = None


class GatePassed(Event, kind="negotiation.gate_passed"):
    """The author's office has taken a revision through one of the steps before signing.

    plenary: the minutes of the commission's plenary. legal_review: the opinion of its legal officer. report: the report
    to the office above. `document` is the SHA-256 of the paper in hex, `number` its number.
    """

    revision: RecordKey
    gate: Gate
    number: str
    dated: date
    document: str
    document_size: int


class GateCorrected(Event, kind="negotiation.gate_corrected"):
    """The author's office puts another paper in the place of a wrong one; both stay listed, the old one as replaced.

    `passage` is the record with the wrong paper: a `GatePassed`, or what corrected it last. The rest as there.
    """

    passage: RecordKey
    number: str
    dated: date
    document: str
    document_size: int


class SignerText(Text):
    """The official's rank or title and name, as written under the agreement, and NRP or NIP."""

    name: str
    identity_number: str = ""


class SignerNamed(Event, kind="negotiation.signer_named", must=True):
    """The author's agency names an official who signs for it: office, period (end exclusive) and public key.

    `official` is the pseudonym under which the official acts, `acting` a Plh. `public` is the SubjectPublicKeyInfo of
    their passkey in hex, `host` the name at which the passkey was made.
    """

    official: str
    office: Literal["chair", "resort_chief"]
    host: str
    public: str
    from_at: datetime
    acting: bool = False
    until_at: datetime | None = None
    text: SignerText | None = None


class SignerRevoked(Event, kind="negotiation.signer_revoked", must=True):
    """The author's agency takes a key back: what it signed before in this log stands, nothing after."""

    signer: RecordKey


class AgreementSigned(Joining, kind="agreement.signed", must=True):
    """An official named by the author signs a revision: a WebAuthn assertion whose challenge is made from it.

    `authenticator` (authenticatorData), `client` (clientDataJSON) and `signature` are base64url without padding, as the
    device gave them; docs/protocol/signature.md says what they are made over and how to verify them.
    """

    revision: RecordKey
    signer: RecordKey
    digest: str
    place: str
    signed_on: date
    authenticator: str
    client: str
    signature: str

    def joins_to(self) -> str:
        """The revision that was signed."""
        return self.revision


class PaperBound(Event, kind="agreement.paper_bound"):
    """The author keeps this file as the signed text of a revision; its SHA-256 in hex shows that it is the same.

    signed_pdf: the text with the electronic signatures, as printed by the author's node. wet_scan: the scan of the
    paper that was signed by hand.
    """

    revision: RecordKey
    paper: Literal["signed_pdf", "wet_scan"]
    document: str
    size: int


class ChangeProposed(Event, kind="agreement.change_proposed", must=True):
    """A party proposes to extend, suspend, resume or end the agreement from a day on. It holds once all others agreed.

    `after` is the change that held when this was proposed, absent where there was none. `ends_on`: the new last day of
    an extension, and no other change has one.
    """

    change: ChangeKind
    from_on: date
    ends_on: date | None = None
    after: RecordKey | None = None
    text: Words | None = None


class EvidenceDemand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Facts of this sort are to have this grade within so many hours; with `binds` nothing is built on one before."""

    act: EvidenceAct
    grade: Literal["arrived", "witnessed", "stamped"]
    hours: int
    binds: bool = False


class EvidenceProposed(Event, kind="agreement.evidence_proposed"):
    """A party proposes which evidence facts under the agreement are to have. It holds once all others agreed.

    `demands` is all that is wanted from then on, an empty list nothing; `after`: the proposal that held before.
    """

    demands: list[EvidenceDemand]
    after: RecordKey | None = None
    text: Words | None = None


class DisputeRaised(Event, kind="agreement.dispute_raised"):
    """A party brings a disagreement about an article before the working group: the first step of settling it."""

    article: int
    raised_on: date
    text: Words | None = None


class DisputeMoved(Event, kind="agreement.dispute_moved"):
    """A party takes an unsettled dispute to the next step, once the days of the step before are over.

    `after` the dispute itself it goes to the leaders of the parties, `after` such a step to the offices above them.
    """

    after: RecordKey
    moved_on: date


class SettlementProposed(Event, kind="agreement.settlement_proposed"):
    """A party writes down how a dispute ends; it is settled once all others agreed."""

    dispute: RecordKey
    settled_on: date
    text: Words | None = None


class MatterAnswered(Event, kind="agreement.matter_answered", must=True):
    """Another party agrees to a change, a settlement or what evidence is wanted, or does not."""

    about: RecordKey
    agrees: bool
    text: Words | None = None
