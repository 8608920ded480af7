from sinergi.ledger.events import Event, RecordKey, Text


class SaidText(Text):
    words: str


class Said(Event, kind="chatter.said"):
    number: int
    answers: RecordKey | None = None
    text: SaidText | None = None
