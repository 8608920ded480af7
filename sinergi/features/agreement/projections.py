"""What each fact about the agreement changes."""

import msgspec

from sinergi.features.agreement import rules
from sinergi.features.agreement.events import AgreementConfirmed, AgreementEntered, AgreementLeft, AgreementText
from sinergi.features.agreement.models import Agreement, Standing
from sinergi.kernel.words import line, paragraphs
from sinergi.ledger.catalog import Envelope, Ignored, folds, folds_text


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
        entered_by=_office(envelope),
    )


@folds_text(AgreementEntered)
def entered_text(text: AgreementText | None, envelope: Envelope) -> None:
    """The words of the articles and who signed."""
    if text is None:
        Agreement.objects.filter(key=envelope.key).update(signers=None, article_texts=None)
        return
    # Another agency's words are kept as they can be shown: PostgreSQL, for one, stores no NUL character.
    signers = [
        {name: line(words)[:200] for name, words in msgspec.to_builtins(signer).items()} for signer in text.signers[:64]
    ]
    articles = {number: paragraphs(words) for number, words in text.articles.items() if number.isdecimal()}
    Agreement.objects.filter(key=envelope.key).update(signers=signers, article_texts=articles)


@folds(AgreementConfirmed)
def confirmed(event: AgreementConfirmed, envelope: Envelope) -> None:
    """Another party stands behind the same terms."""
    agreement = Agreement.objects.get(agreement=envelope.agreement)
    if event.entered != agreement.key or event.scan != agreement.scan:
        raise Ignored("it confirms other terms than the ones entered")
    Standing.insert(
        key=envelope.key,
        agreement_id=agreement.agreement,
        agency=envelope.agency,
        confirmed_at=envelope.at,
        office=_office(envelope),
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
        office=_office(envelope),
    )


def _office(envelope: Envelope) -> str:
    return "" if envelope.actor is None else envelope.actor.office[:64]
