from sinergi.ledger.catalog import Envelope, folds, folds_text
from tests.sync.chatter.events import Said, SaidText
from tests.sync.chatter.models import Saying


@folds(Said)
def said(event: Said, envelope: Envelope) -> None:
    Saying.insert(key=envelope.key, agreement=envelope.agreement, agency=envelope.agency, number=event.number)


@folds_text(Said)
def said_text(text: SaidText | None, envelope: Envelope) -> None:
    Saying.change({"key": envelope.key}, words=text.words if text else None)
