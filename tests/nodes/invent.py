"""Invents facts of any kind from its declaration alone, so that a new kind is tested before anybody thinks of it.

Most inventions are nonsense, and that is wanted: what a node refuses it must refuse in every order of arrival. Two
rules of thumb make enough of them sensible: instants of one fact ascend, and a field that names a record prefers
records whose kind sounds like the field (`answer` → `…assistance_answered`).
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

import msgspec

from sinergi.features.data.events import Field
from sinergi.features.obligations.events import Past
from sinergi.kernel.obligation import Due, Item
from sinergi.ledger.events import Event, RecordKey
from tests.nodes.simulator import NOON

WORDS = ("1203022001", "1203", "1203", "ab" * 32, "Sprin/74/II/2024", "kata", "")
# What such a field must hold to be valid: codes and marks of the example obligations below, a letter and a district.
OFTEN = {
    "code": ("D-03", "P-06", "D-03", "P-06", "D-3"),
    "mark": ("H-7", "H-7", "H-3", "H-3", "H 3"),
    "letter": ("ab" * 32,),
    "letter_number": ("B/7/II/2024",),
    "district": ("120302",),
    "period": ("tahun-2024",),
    "written": ("12/PR.07-SD/1203/2024",),
    "pdf_hash": ("ab" * 32,),
    "docx_hash": ("ab" * 32,),
    "obligation": ("D-03",),
    "object": ("ab" * 32,),
}
# What replaces something is rarely valid before there is something to replace.
SELDOM = {"corrects", "replaces", "consequence_test"}
# What something is delivered for: without it, only what was asked for.
MOSTLY = {"obligation"}
NAMES = {
    "erasure": "erasure.requested",
    "session": "standing_duties.session_proposed",
    "move": "standing_duties.session_moved",
    "follows": "standing_duties.session_moved",
    "of_list": "obligations.proposed",
    "replaces": "obligations.proposed",
}


class Inventor:
    """Invents from one source of chance; `records` are the (kind, key) that may be named, oldest first."""

    def __init__(self, chance: random.Random, parties: tuple[str, ...] = ()) -> None:
        self.chance = chance
        self.records: list[tuple[str, str]] = []
        self._parties = parties
        self._examples = _obligations(parties)

    def event(self, kind: type[Event]) -> Event:
        """A fact of this kind."""
        self._at = NOON + timedelta(hours=self.chance.randint(0, 240))
        self._named: list[str] = []
        hints = get_type_hints(kind)
        given = {}
        for field in msgspec.structs.fields(kind):
            left_out = 0.9 if field.name in SELDOM else 0.1 if field.name in MOSTLY else 0.4
            if not field.required and self.chance.random() < left_out:
                continue
            hint = hints[field.name]
            if get_origin(hint) is list and RecordKey in get_args(hint):
                named = [self._record(kind.kind, field.name) for _ in range(self.chance.randint(0, 2))]
                given[field.name] = sorted(set(named))
            elif hint is RecordKey or RecordKey in get_args(hint):
                given[field.name] = self._record(kind.kind, field.name)
            else:
                given[field.name] = self._value(hint, field.name)
        return kind(**given)

    def _record(self, kind: str, field: str) -> str:
        exact = kind if field == "corrects" else NAMES.get(field)
        feature = kind.split(".")[0] if field == "about" else field[:6]
        likely = [key for other, key in self.records if (other == exact if exact else feature in other)]
        if not likely and self._named and self.chance.random() < 0.9:
            likely = self._named
        # Often what was said last: facts come in answer to each other.
        named = self.chance.choice((likely or [key for _, key in self.records])[-self.chance.randint(1, 9) :])
        self._named.append(named)
        return named

    def _value(self, hint: Any, field: str) -> Any:
        if isinstance(hint, NewType):
            return self._value(hint.__supertype__, field)
        origin, inner = get_origin(hint), get_args(hint)
        if origin is Annotated:
            return self._value(inner[0], field)
        if origin in (Union, UnionType):
            return self._value(self.chance.choice([one for one in inner if one is not NoneType]), field)
        if origin is Literal:
            return self.chance.choice(inner)
        if origin is list and inner[0] is Item and self._examples and self.chance.random() < 0.8:
            return self._examples
        if origin is list and inner[0] is Past and self.chance.random() < 0.8:
            return [Past(told="missed", code="D-03", on=NOON.date() - timedelta(days=1))]
        if field == "fields":
            return [Field(name="kata", cls="terbuka")] if inner[0] is Field else ["kata"]
        if field == "recipient" and self._parties:
            return self._parties[1]
        if origin is list:
            return [self._value(inner[0], field) for _ in range(self.chance.randint(0, 2))]
        if origin is dict:
            return {str(number): self._value(inner[1], field) for number in range(self.chance.randint(0, 2))}
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            hints = get_type_hints(hint)
            return hint(**{one.name: self._value(hints[one.name], one.name) for one in msgspec.structs.fields(hint)})
        if hint is datetime:
            self._at += timedelta(hours=self.chance.randint(1, 9))
            return self._at
        if hint is bool:
            return self.chance.random() < 0.5
        if hint is int:
            return 2024 if field == "year" else self.chance.randint(0, 30)
        if hint is date:
            return NOON.date() + timedelta(days=self.chance.randint(0, 9))
        assert hint is str, f"{field}: teach this inventor {hint}"
        return self.chance.choice(OFTEN.get(field, WORDS))


def _obligations(parties: tuple[str, ...]) -> list[Item]:
    """Two obligations between the first two parties, one each way."""
    if len(parties) < 2:
        return []
    due = [Due(rule="stage", stage="voting", days=[-7, -3])]
    return [
        Item(code=code, article=4, debtors=[debtor], creditors=[creditor], dues=due, evidence="list")
        for code, debtor, creditor in (("D-03", *parties[:2]), ("P-06", *parties[1::-1]))
    ]
