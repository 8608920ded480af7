"""Whether a record was stated by a party while the agreement was in force, from records alone. Pure.

docs/protocol/validity.md, the rules that need no knowledge of a kind. The names of the three kinds that make and end
an agreement are part of the protocol (agreement.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sinergi.kernel import canonical
from sinergi.ledger.envelope import Header, log_id
from sinergi.ledger.evidence.container import BadEvidence

FOUNDING = "agreement.entered"
JOINING = "agreement.confirmed"
LEAVING = "agreement.left"


class Standing:
    """Collects what parties said of the agreement, then judges records against it."""

    def __init__(self) -> None:
        self.parties: list[str] = []
        self.keys: dict[str, tuple[str, int]] = {}
        self._founding: Header | None = None
        self._joinings: list[Header] = []
        self._leavings: list[Header] = []
        self._joined: dict[str, int] = {}
        self._left: dict[str, int] = {}

    def note(self, header: Header) -> None:
        """Take notice of one proven record."""
        self.keys.setdefault(header.key, (header.log, header.seq))
        if header.type == FOUNDING and header.seq == 0 and self._founding is None and _founds(header):
            self._founding = header
        elif header.type == JOINING:
            self._joinings.append(header)
        elif header.type == LEAVING:
            self._leavings.append(header)

    def settle(self, agreement: str) -> None:
        """Work out who joined and left where. Raises BadEvidence where no founding makes this agreement's id."""
        if agreement == "":
            return
        founding = self._founding
        if founding is None or founding.agr != agreement:
            raise BadEvidence("line 1, the header", "no founding record in the file makes this agreement's id")
        self.parties = list(founding.facts["parties"])
        self._joined = {founding.agency: 0}
        for header in self._joinings:
            known = self._is_first_of_its_id(header) and header.agency in self.parties and header.role == founding.role
            same = header.refs == [founding.key] and header.facts.get("scan") == founding.facts.get("scan")
            if known and same and founding.log in header.seen and header.agency not in self._joined:
                self._joined[header.agency] = header.seq
        for header in self._leavings:
            if self._trouble(header) == "" and header.agency not in self._left:
                self._left[header.agency] = header.seq

    def judge(self, header: Header, root: Callable[[str, int], bytes | None]) -> str:
        """Empty where the rules hold, else the rule that does not."""
        if header.agr == "":
            return "" if self._is_first_of_its_id(header) else "its id was used before in this log"
        for log, mark in header.seen.items():
            known = root(log, mark.size)
            if known is not None and known.hex() != mark.root:
                return "its author saw another history of a partner's log"
        return self._trouble(header)

    def _trouble(self, header: Header) -> str:
        founding = self._founding
        assert founding is not None, "settle() found it"
        if not self._is_first_of_its_id(header):
            return "its id was used before in this log"
        if header.type == FOUNDING:
            return (
                "" if header.key == founding.key else "an agreement is founded once, at the start of its founder's log"
            )
        if header.agency not in self.parties or header.role != founding.role:
            return "its author is no party to this agreement"
        if self._left.get(header.agency, header.seq) < header.seq:
            return "its author had left the agreement"
        if header.type == JOINING:
            return "" if self._joined.get(header.agency) == header.seq else "it does not confirm the terms entered"
        for party in [header.agency] if header.type == LEAVING else self.parties:
            log = log_id(header.agr, party, header.role)
            seen = header.seen[log].size if log in header.seen else 0
            reach = header.seq if log == header.log else seen
            if party not in self._joined or self._joined[party] >= reach:
                return "the agreement was not in force when this was stated"
        return ""

    def _is_first_of_its_id(self, header: Header) -> bool:
        return self.keys[header.key] == (header.log, header.seq)


def _founds(header: Header) -> bool:
    parties = header.facts.get("parties")
    if (
        not isinstance(parties, list)
        or parties[:1] != [header.agency]
        or not 2 <= len(set(map(str, parties))) == len(parties)
    ):
        return False
    return hashlib.sha256(b"sinergi agreement v1\n" + canonical.encode(header.facts)).hexdigest() == header.agr
