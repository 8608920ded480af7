"""Whether a record was stated by a party while the agreement was in force, from records alone. Pure.

docs/protocol/validity.md, the rules that need no knowledge of a kind. The names of the five kinds that make and end
an agreement are part of the protocol (agreement.md). Whether a person's signature holds is a rule of its kind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sinergi.kernel import canonical
from sinergi.ledger.envelope import Header, log_id
from sinergi.ledger.events import NEGOTIATION
from sinergi.ledger.evidence.container import BadEvidence

ENTERED = "agreement.entered"
OPENED = "agreement.opened"
CONFIRMED = "agreement.confirmed"
SIGNED = "agreement.signed"
LEAVING = "agreement.left"


class Standing:
    """Collects what parties said of the agreement, then judges records against it.

    `trusts`: whether no revocation of a key takes a record back.
    """

    def __init__(self, trusts: Callable[[Header], bool]) -> None:
        self._trusts = trusts
        self.parties: list[str] = []
        self.keys: dict[str, tuple[str, int]] = {}
        self._founding: Header | None = None
        self._joinings: list[Header] = []
        self._leavings: list[Header] = []
        # By party and record of the terms, the place where it joined them.
        self._joined: dict[str, dict[str, int]] = {}
        self._left: dict[str, int] = {}

    def note(self, header: Header) -> None:
        """Take notice of one proven record."""
        self.keys.setdefault(header.key, (header.log, header.seq))
        if header.agr and not self._trusts(header):
            return
        if header.type in (ENTERED, OPENED) and header.seq == 0 and self._founding is None and _founds(header):
            self._founding = header
        elif header.type in (CONFIRMED, SIGNED):
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
        self._joined = {party: {} for party in self.parties}
        if founding.type == ENTERED:
            self._joined[founding.agency][founding.key] = 0
        for header in self._joinings:
            known = self._is_first_of_its_id(header) and header.agency in self.parties and header.role == founding.role
            if known and (terms := self._terms_of(header, founding)):
                self._joined[header.agency].setdefault(terms, header.seq)
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
        if not self._trusts(header):
            return "its key was revoked for this place of its log"
        if header.type in (ENTERED, OPENED):
            return (
                "" if header.key == founding.key else "an agreement is founded once, at the start of its founder's log"
            )
        if header.agency not in self.parties or header.role != founding.role:
            return "its author is no party to this agreement"
        if self._left.get(header.agency, header.seq) < header.seq:
            return "its author had left the agreement"
        if header.type in (CONFIRMED, SIGNED):
            joined = self._joined[header.agency].values()
            return "" if header.seq in joined else "it does not confirm the terms"
        may_precede = header.type == LEAVING or header.type.startswith(NEGOTIATION)
        if founding.type == OPENED and may_precede:
            return "" if _reach(header, founding.agency) else "its author had not seen the agreement opened"
        asked = [header.agency] if header.type == LEAVING else self.parties
        within = [
            {terms for terms, seq in self._joined[party].items() if seq < _reach(header, party)} for party in asked
        ]
        return "" if set.intersection(*within) else "the agreement was not in force when this was stated"

    def _terms_of(self, header: Header, founding: Header) -> str:
        """The record whose terms this joining stands behind; empty where it may not."""
        if header.type == SIGNED:
            revision = header.facts.get("revision")
            return revision if isinstance(revision, str) and revision in header.refs else ""
        same = header.refs == [founding.key] and header.facts.get("scan") == founding.facts.get("scan")
        return founding.key if founding.type == ENTERED and same and founding.log in header.seen else ""

    def _is_first_of_its_id(self, header: Header) -> bool:
        return self.keys[header.key] == (header.log, header.seq)


def _reach(header: Header, agency: str) -> int:
    if agency == header.agency:
        return header.seq
    mark = header.seen.get(log_id(header.agr, agency, header.role))
    return mark.size if mark else 0


def _founds(header: Header) -> bool:
    parties = header.facts.get("parties")
    if (
        not isinstance(parties, list)
        or parties[:1] != [header.agency]
        or not 2 <= len(set(map(str, parties))) == len(parties)
    ):
        return False
    return hashlib.sha256(b"sinergi agreement v1\n" + canonical.encode(header.facts)).hexdigest() == header.agr
