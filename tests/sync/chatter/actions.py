from sinergi.ledger.writer import Receipt, Writing, command
from tests.sync.chatter.events import Said, SaidText


@command
def say(log: Writing, *, agreement: str, number: int, words: str = "") -> Receipt:
    return log.append(agreement, Said(number=number, text=SaidText(words=words) if words else None))
