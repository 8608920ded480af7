"""What each fact about the agreement changes.

The terms an agreement shows are a function of the set of its revisions, signatures and changes: `settle` works them
out anew after each, so that the order in which they arrived leaves no trace.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sinergi.features.agreement import (
    binding,  # noqa: F401  what may not be stated yet
    rules,
)
from sinergi.features.agreement.events import (
    AgreementConfirmed,
    AgreementEntered,
    AgreementLeft,
    AgreementOpened,
    AgreementSigned,
    AgreementText,
    ChangeProposed,
    DisputeMoved,
    DisputeRaised,
    EvidenceProposed,
    GateCorrected,
    GatePassed,
    MatterAnswered,
    PaperBound,
    RevisionAnswered,
    RevisionCommented,
    RevisionProposed,
    RevisionText,
    SettlementProposed,
    SignerNamed,
    SignerRevoked,
    SignerText,
    Terms,
    Words,
)
from sinergi.features.agreement.models import (
    Agreement,
    Change,
    Comment,
    Dispute,
    DisputeStep,
    EvidenceProposal,
    GatePassage,
    MatterAnswer,
    NamedSigner,
    Paper,
    Revision,
    RevisionAnswer,
    Settlement,
    Signature,
    Standing,
)
from sinergi.features.agreement.rules import evidence, lifecycle, revisions, signing
from sinergi.kernel.errors import Refused
from sinergi.kernel.succession import holding
from sinergi.kernel.words import line, paragraphs
from sinergi.ledger.catalog import Envelope, Had, Ignored, folds, folds_text, judges


@folds(AgreementEntered)
def entered(event: AgreementEntered, envelope: Envelope) -> None:
    """The terms, as the founder entered them."""
    wrong = rules.flaw(event)
    if wrong is not None:
        raise Ignored(f"its {wrong} cannot be the terms of an agreement")
    Agreement.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        exercise=envelope.exercise,
        parties=event.parties,
        numbers=event.numbers,
        title=event.title,
        place=event.place,
        signed_on=event.signed_on,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        scopes=event.scopes,
        articles=msgspec.to_builtins(event.articles),
        scan=event.scan,
        scan_size=event.scan_size,
        entered_at=envelope.at,
        entered_by=envelope.office,
    )


@folds_text(AgreementEntered)
def entered_text(text: AgreementText | None, envelope: Envelope) -> None:
    """The words of the articles and who signed."""
    if text is None:
        Agreement.objects.filter(key=envelope.key).update(signers=None, article_texts=None)
        settle(envelope.agreement)
        return
    # Another agency's words are kept as they can be shown: PostgreSQL, for one, stores no NUL character.
    signers = [
        {name: line(words)[:200] for name, words in msgspec.to_builtins(signer).items()} for signer in text.signers[:64]
    ]
    articles = {number: paragraphs(words) for number, words in text.articles.items() if number.isdecimal()}
    Agreement.objects.filter(key=envelope.key).update(signers=signers, article_texts=articles)
    settle(envelope.agreement)


@folds(AgreementConfirmed)
def confirmed(event: AgreementConfirmed, envelope: Envelope) -> None:
    """Another party stands behind the same terms."""
    agreement = Agreement.objects.get(agreement=envelope.agreement)
    if agreement.drafted or event.entered != agreement.key or event.scan != agreement.scan:
        raise Ignored("it confirms other terms than the ones entered")
    Standing.insert(
        key=envelope.key,
        agreement_id=agreement.agreement,
        agency=envelope.agency,
        confirmed_at=envelope.at,
        office=envelope.office,
    )


@folds(AgreementLeft)
def left(event: AgreementLeft, envelope: Envelope) -> None:
    """A party's last fact under the agreement."""
    Standing.insert(
        key=envelope.key,
        agreement_id=envelope.agreement,
        agency=envelope.agency,
        left_at=envelope.at,
        reason=event.reason,
        office=envelope.office,
    )


@folds(AgreementOpened)
def opened(event: AgreementOpened, envelope: Envelope) -> None:
    """An agreement to be negotiated, with its first revision."""
    wrong = rules.terms_flaw(event.terms, parties=event.parties)
    if wrong is not None or not rules.is_fingerprint(event.terms.words):
        raise Ignored(f"its {wrong or 'words'} cannot be the terms of an agreement")
    terms = event.terms
    Agreement.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        exercise=envelope.exercise,
        parties=event.parties,
        scan="",
        scan_size=0,
        entered_at=envelope.at,
        entered_by=envelope.office,
        drafted=True,
        revision=envelope.key,
        **_shown(terms),
    )
    _insert_revision(terms, envelope, parties=event.parties, predecessors=[], amends="")


@folds(RevisionProposed)
def proposed(event: RevisionProposed, envelope: Envelope) -> None:
    """Another revision, of the agreement itself or of an addendum to what holds."""
    agreement = Agreement.objects.get(agreement=envelope.agreement)
    wrong = rules.terms_flaw(event.terms, parties=agreement.parties)
    if wrong is not None or not rules.is_fingerprint(event.terms.words):
        raise Ignored(f"its {wrong or 'words'} cannot be the terms of an agreement")
    amends = event.amends or ""
    known = {one.key: one.amends for one in Revision.every(agreement=envelope.agreement)}
    if amends and amends not in known and amends != agreement.key:
        raise Ignored("it amends something that is no text of this agreement")
    if not amends and not (agreement.drafted and event.predecessors):
        raise Ignored("it neither amends anything nor says what it was made from")
    if len(set(event.predecessors)) != len(event.predecessors) or len(event.predecessors) > revisions.MOST_PREDECESSORS:
        raise Ignored("it names what it was made from twice, or too much")
    if any(known.get(key) != amends for key in event.predecessors):
        raise Ignored("it was made from something else than revisions of the same text")
    _insert_revision(
        event.terms, envelope, parties=agreement.parties, predecessors=sorted(event.predecessors), amends=amends
    )
    settle(envelope.agreement)


@folds_text(AgreementOpened)
def opened_text(text: RevisionText | None, envelope: Envelope) -> None:
    """The words of the first revision."""
    _revision_text(text, envelope)


@folds_text(RevisionProposed)
def proposed_text(text: RevisionText | None, envelope: Envelope) -> None:
    """The words of a revision."""
    _revision_text(text, envelope)


@folds(RevisionCommented)
def commented(event: RevisionCommented, envelope: Envelope) -> None:
    """A remark on one article."""
    revision = _revision(event.revision, envelope)
    if not 0 <= event.article <= len(revision.terms["articles"]):
        raise Ignored("it speaks of no article of that revision")
    Comment.insert(
        key=envelope.key,
        revision=revision.key,
        article=event.article,
        said_at=envelope.at,
        **_author(envelope),
    )


@folds_text(RevisionCommented)
def commented_text(text: Words | None, envelope: Envelope) -> None:
    """What was said."""
    Comment.change({"key": envelope.key}, words=_words(text))


@folds(RevisionAnswered)
def revision_answered(event: RevisionAnswered, envelope: Envelope) -> None:
    """A party's yes or no to the words of a revision."""
    revision = _revision(event.revision, envelope)
    if revision.agency == envelope.agency:
        raise Ignored("nobody answers what they said themselves")
    if RevisionAnswer.look("key", where={"revision": revision.key, "agency": envelope.agency}):
        raise Ignored("its author had answered before")
    RevisionAnswer.insert(
        key=envelope.key,
        revision=revision.key,
        agrees=event.agrees,
        answered_at=envelope.at,
        **_author(envelope),
    )


@folds_text(RevisionAnswered)
def revision_answered_text(text: Words | None, envelope: Envelope) -> None:
    """Why, or what with it."""
    RevisionAnswer.change({"key": envelope.key}, words=_words(text))


@folds(GatePassed)
def gate_passed(event: GatePassed, envelope: Envelope) -> None:
    """A party took a revision through one step before signing."""
    revision = _revision(event.revision, envelope)
    paper = _step_paper(event)
    where = {"revision": revision.key, "agency": envelope.agency, "gate": event.gate}
    if GatePassage.look("key", where=where):
        raise Ignored("its author had taken this step before")
    GatePassage.insert(
        key=envelope.key,
        revision=revision.key,
        gate=event.gate,
        passed_at=envelope.at,
        **paper,
        **_author(envelope),
    )


@folds(GateCorrected)
def gate_corrected(event: GateCorrected, envelope: Envelope) -> None:
    """Another paper for a step the author took; the wrong one stays, and this one names it."""
    paper = _step_paper(event)
    where = {"key": event.passage, "agreement": envelope.agreement, "agency": envelope.agency}
    wrong = GatePassage.look("revision", "gate", where=where)
    if wrong is None:
        raise Ignored("it corrects no step of its author's")
    # Both are in the author's own log, so every node finds the same.
    if GatePassage.look("key", where={"replaces": event.passage}):
        raise Ignored("its author had replaced that paper before")
    GatePassage.insert(
        key=envelope.key,
        revision=wrong[0],
        gate=wrong[1],
        passed_at=envelope.at,
        replaces=event.passage,
        **paper,
        **_author(envelope),
    )


@folds(SignerNamed)
def signer_named(event: SignerNamed, envelope: Envelope) -> None:
    """An official of the author's and the key they sign with."""
    wrong = signing.named_flaw(event)
    if wrong:
        raise Ignored(f"its {wrong} cannot be an official's")
    if signing.rival(event, NamedSigner.every(agreement=envelope.agreement, agency=envelope.agency)):
        raise Ignored("its author named somebody else for that office at that time")
    NamedSigner.insert(
        key=envelope.key,
        agreement=envelope.agreement,
        agency=envelope.agency,
        official=event.official,
        office=event.office,
        acting=event.acting,
        host=event.host,
        public=event.public,
        from_at=event.from_at,
        until_at=event.until_at,
        named_at=envelope.at,
    )


@folds_text(SignerNamed)
def signer_text(text: SignerText | None, envelope: Envelope) -> None:
    """The official's name."""
    NamedSigner.change(
        {"key": envelope.key},
        name=None if text is None else line(text.name)[:200],
        identity_number=None if text is None else line(text.identity_number)[:40],
    )


@folds(SignerRevoked)
def signer_revoked(event: SignerRevoked, envelope: Envelope) -> None:
    """A key of the author's that signs nothing from here on, in their own log: the same place everywhere."""
    signer = _signer(event.signer, envelope)
    if signer.agency != envelope.agency or signer.revoked:
        raise Ignored("the key is not the author's, or was revoked before")
    NamedSigner.change({"key": signer.key}, revoked_at=envelope.at)


@folds(AgreementSigned)
def signed(event: AgreementSigned, envelope: Envelope) -> None:
    """A party's signature under a revision, if it is one."""
    revision, signer = _revision(event.revision, envelope), _signer(event.signer, envelope)
    actor = envelope.actor
    flaw = signing.signed_flaw(
        event,
        revision,
        signer,
        agency=envelope.agency,
        actor=("", "", False) if actor is None else (actor.id, actor.office, actor.acting),
        at=envelope.at,
    )
    if flaw:
        raise Ignored(flaw)
    Signature.insert(
        key=envelope.key,
        revision=revision.key,
        signed_at=envelope.at,
        signer=signer.key,
        place=event.place,
        signed_on=event.signed_on,
        signature=event.signature,
        **_author(envelope),
    )
    settle(envelope.agreement)


@folds(PaperBound)
def paper_bound(event: PaperBound, envelope: Envelope) -> None:
    """A file the author keeps as the signed text."""
    revision = _revision(event.revision, envelope)
    if not rules.is_fingerprint(event.document) or not 0 < event.size <= rules.LARGEST_SCAN:
        raise Ignored("its paper has no fingerprint or no size")
    if not Signature.look("key", where={"revision": revision.key, "agency": envelope.agency}):
        raise Ignored("its author has not signed that revision")
    Paper.insert(
        key=envelope.key,
        revision=revision.key,
        paper=event.paper,
        document=event.document,
        size=event.size,
        bound_at=envelope.at,
        **_author(envelope),
    )


@folds(ChangeProposed)
def change_proposed(event: ChangeProposed, envelope: Envelope) -> None:
    """A proposed extension, suspension, resumption or end."""
    if lifecycle.change_flaw(event):
        raise Ignored("its days are none of such a change")
    if event.after is not None and not Change.look("key", where={"key": event.after, "agreement": envelope.agreement}):
        raise Ignored("it follows something that is no change of this agreement")
    Change.insert(
        key=envelope.key,
        what=event.change,
        from_on=event.from_on,
        ends_on=event.ends_on,
        after=event.after or "",
        proposed_at=envelope.at,
        **_author(envelope),
    )


@folds_text(ChangeProposed)
def change_proposed_text(text: Words | None, envelope: Envelope) -> None:
    """Why."""
    Change.change({"key": envelope.key}, words=_words(text))


@folds(EvidenceProposed)
def evidence_proposed(event: EvidenceProposed, envelope: Envelope) -> None:
    """What evidence a party wants."""
    if evidence.flaw(event):
        raise Ignored("it wants two things at once, or within no time that can be")
    where = {"key": event.after, "agreement": envelope.agreement}
    if event.after is not None and not EvidenceProposal.look("key", where=where):
        raise Ignored("it follows something that is no such proposal of this agreement")
    EvidenceProposal.insert(
        key=envelope.key,
        demands=msgspec.to_builtins(event.demands),
        after=event.after or "",
        proposed_at=envelope.at,
        **_author(envelope),
    )


@folds_text(EvidenceProposed)
def evidence_proposed_text(text: Words | None, envelope: Envelope) -> None:
    """Why."""
    EvidenceProposal.change({"key": envelope.key}, words=_words(text))


@folds(DisputeRaised)
def dispute_raised(event: DisputeRaised, envelope: Envelope) -> None:
    """A disagreement before the working group."""
    if not 1 <= event.article <= rules.MOST_ARTICLES or not rules.is_day(event.raised_on):
        raise Ignored("it is about no article or has no day")
    Dispute.insert(
        key=envelope.key,
        article=event.article,
        raised_on=event.raised_on,
        raised_at=envelope.at,
        **_author(envelope),
    )


@folds_text(DisputeRaised)
def dispute_raised_text(text: Words | None, envelope: Envelope) -> None:
    """What about."""
    Dispute.change({"key": envelope.key}, words=_words(text))


@folds(DisputeMoved)
def dispute_moved(event: DisputeMoved, envelope: Envelope) -> None:
    """A dispute before those above the ones who could not settle it."""
    raised = Dispute.look("key", "raised_on", where={"key": event.after, "agreement": envelope.agreement})
    stepped = DisputeStep.look(
        "dispute", "moved_on", where={"key": event.after, "agreement": envelope.agreement, "step": "leaders"}
    )
    before = raised or stepped
    if before is None:
        raise Ignored("there is no dispute that could go a step further")
    dispute, since = before
    if not lifecycle.may_move(since, event.moved_on):
        raise Ignored("the days of the step before were not over")
    DisputeStep.insert(
        key=envelope.key,
        dispute=dispute,
        step="leaders" if raised else "above",
        moved_on=event.moved_on,
        moved_at=envelope.at,
        **_author(envelope),
    )


@folds(SettlementProposed)
def settlement_proposed(event: SettlementProposed, envelope: Envelope) -> None:
    """How a dispute ends, if all agree."""
    raised = Dispute.look("raised_on", where={"key": event.dispute, "agreement": envelope.agreement})
    if raised is None or event.settled_on < raised[0] or not rules.is_day(event.settled_on):
        raise Ignored("there is no such dispute, or it was raised later")
    Settlement.insert(
        key=envelope.key,
        dispute=event.dispute,
        settled_on=event.settled_on,
        proposed_at=envelope.at,
        **_author(envelope),
    )


@folds_text(SettlementProposed)
def settlement_proposed_text(text: Words | None, envelope: Envelope) -> None:
    """What was settled."""
    Settlement.change({"key": envelope.key}, words=_words(text))


@folds(MatterAnswered)
def matter_answered(event: MatterAnswered, envelope: Envelope) -> None:
    """A party's yes or no to a change or a settlement."""
    where = {"key": event.about, "agreement": envelope.agreement}
    tables = (Change, Settlement, EvidenceProposal)
    named = next(filter(None, (table.look("agency", where=where) for table in tables)), None)
    if named is None:
        raise Ignored("it answers neither a change nor a settlement")
    if named[0] == envelope.agency:
        raise Ignored("nobody answers what they said themselves")
    if MatterAnswer.look("key", where={"about": event.about, "agency": envelope.agency}):
        raise Ignored("its author had answered before")
    MatterAnswer.insert(
        key=envelope.key,
        about=event.about,
        agrees=event.agrees,
        answered_at=envelope.at,
        **_author(envelope),
    )
    settle(envelope.agreement)


@folds_text(MatterAnswered)
def matter_answered_text(text: Words | None, envelope: Envelope) -> None:
    """Why not, or what with it."""
    MatterAnswer.change({"key": envelope.key}, words=_words(text))


def settle(agreement_id: str) -> None:
    """Work out what the agreement's row shows from every revision, signature and change there is."""
    row = next(iter(Agreement.every(agreement=agreement_id)), None)
    if row is None:
        return
    shown: dict[str, Any] = {"changes": msgspec.to_builtins(_agreed_changes(row))}
    found = {one.key: one for one in Revision.every(agreement=agreement_id)}
    signatures = Signature.every(agreement=agreement_id)
    signed = {(one.agency, one.revision) for one in signatures}
    start = "" if row.drafted else row.key
    holds = revisions.holding(found.values(), signed, row.parties, start=start)
    obliging = [found[key] for key in holds if found[key].terms.get("obligations")]
    shown["obligations"] = [_signed_list(one, signatures) for one in obliging]
    if row.drafted:
        # Before anything holds, the newest text says what people negotiate about.
        base = found[holds[0] if holds else revisions.newest(found.values())]
        shown |= _shown(msgspec.convert(base.terms, Terms)) | {"revision": base.key, "signed": bool(holds)}
        shown |= {"signers": base.signers, "article_texts": base.article_texts}
    if holds and found[holds[-1]].amends:
        # An addendum keeps the agreement's name, numbers and day of signing, and replaces what was agreed.
        newest = found[holds[-1]]
        terms = _shown(msgspec.convert(newest.terms, Terms))
        shown |= {name: terms[name] for name in ("starts_on", "ends_on", "scopes", "articles")}
        shown |= {"revision": newest.key, "article_texts": newest.article_texts}
    Agreement.change({"key": row.key}, **shown)


def _signed_list(one: Revision, signatures: list[Signature]) -> dict[str, Any]:
    """The obligations of a revision that every party signed, as the agreement's row keeps them."""
    terms = msgspec.convert(one.terms, Terms)
    signed = ((each.agency, each.signed_at) for each in signatures if each.revision == one.key)
    counts_from = revisions.begins(signed, terms.starts_on)
    items = msgspec.to_builtins(terms.obligations)
    return {"key": one.key, "counts_from": f"{counts_from}", "items": items, "titles": one.obligation_titles}


@judges
def not_while_suspended(envelope: Envelope, had: Had) -> None:
    """Nothing is stated under an agreement on a day on which its author knew it to be suspended.

    Not what has arrived here decides, but what the author had: the same on every node.
    """
    if envelope.kind.startswith(lifecycle.GOES_ON):
        return
    if not Change.look("key", where={"agreement": envelope.agreement, "what": "suspension"}):
        return
    row = Agreement.objects.get(agreement=envelope.agreement)
    if rules.is_suspended(_agreed_changes(row, had), on=row.day_on(envelope.at)):
        raise Ignored(
            "the agreement was suspended when this was stated",
            Refused("Perjanjian ini sedang ditangguhkan.", code="PKS-37", field="agreement"),
        )


def _agreed_changes(row: Agreement, had: Had = lambda key: True) -> list[rules.AgreedChange]:
    """What every party agreed to, in order; of the proposals and answers that somebody `had`."""
    agreed: dict[str, set[str]] = {}
    for answer in MatterAnswer.every(agreement=row.agreement):
        if answer.agrees and had(answer.key):
            agreed.setdefault(answer.about, set()).add(answer.agency)
    changes = {one.key: one for one in Change.every(agreement=row.agreement) if had(one.key)}
    everybody = set(row.parties)
    complete = [(one.key, one.after) for one in changes.values() if everybody <= {one.agency, *agreed.get(one.key, ())}]
    return [
        msgspec.convert(
            {"key": key, "change": one.what, "from_on": one.from_on, "ends_on": one.ends_on}, rules.AgreedChange
        )
        for key, one in ((key, changes[key]) for key in holding(complete)[0])
    ]


def _insert_revision(
    terms: Terms, envelope: Envelope, *, parties: list[str], predecessors: list[str], amends: str
) -> None:
    Revision.insert(
        key=envelope.key,
        exercise=envelope.exercise,
        proposed_at=envelope.at,
        predecessors=predecessors,
        amends=amends,
        digest=revisions.digest(
            envelope.agreement, parties=parties, terms=terms, predecessors=predecessors, amends=amends
        ),
        terms=msgspec.to_builtins(terms),
        **_author(envelope),
    )


def _revision_text(text: RevisionText | None, envelope: Envelope) -> None:
    """The words of a revision, if they are the ones its terms name: others are nobody's terms and not shown."""
    found = Revision.objects.get(key=envelope.key)
    row = Agreement.objects.get(agreement=envelope.agreement)
    if text is None or not revisions.is_text_of(text, msgspec.convert(found.terms, Terms), parties=row.parties):
        gone = dict.fromkeys(("article_texts", "signers", "remark", "obligation_titles"))
        Revision.change({"key": found.key}, is_whole=False, **gone)
    else:
        Revision.change(
            {"key": found.key},
            is_whole=True,
            article_texts=text.articles,
            signers=msgspec.to_builtins(text.signers),
            remark=text.remark,
            obligation_titles=text.obligations,
        )
    settle(envelope.agreement)


def _step_paper(event: GatePassed | GateCorrected) -> dict[str, Any]:
    """The columns of the paper that shows a step, if it can be one."""
    if not rules.is_line(event.number, rules.LONGEST_NUMBER) or not rules.is_fingerprint(event.document):
        raise Ignored("its paper has no number or no fingerprint")
    if not 0 < event.document_size <= rules.LARGEST_SCAN or not rules.is_day(event.dated):
        raise Ignored("its paper has no size or no day")
    return {name: getattr(event, name) for name in ("number", "dated", "document", "document_size")}


def _revision(key: str, envelope: Envelope) -> Revision:
    found = next(iter(Revision.every(key=key, agreement=envelope.agreement)), None)
    if found is None:
        raise Ignored("there is no such revision of this agreement")
    return found


def _signer(key: str, envelope: Envelope) -> NamedSigner:
    found = next(iter(NamedSigner.every(key=key, agreement=envelope.agreement)), None)
    if found is None:
        raise Ignored("it names no official of this agreement")
    return found


def _shown(terms: Terms) -> dict[str, Any]:
    """The columns of an agreement that its terms fill."""
    return {
        "title": terms.title,
        "numbers": terms.numbers,
        "place": terms.place,
        "signed_on": terms.signed_on,
        "starts_on": terms.starts_on,
        "ends_on": terms.ends_on,
        "scopes": list(terms.scopes),
        "articles": msgspec.to_builtins(terms.articles),
    }


def _author(envelope: Envelope) -> dict[str, Any]:
    return {
        "agreement": envelope.agreement,
        "agency": envelope.agency,
        "office": envelope.office,
        "acting": envelope.acting,
    }


def _words(text: Words | None) -> str | None:
    return None if text is None else paragraphs(text.words)[: rules.LONGEST_WORDS]
