"""Who acts: the official as the ledger knows them, without a name."""

from __future__ import annotations

import msgspec


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """An official of this node's agency, as passed into every action.

    `id` is a random pseudonym (the name lives in an erasable place), `office` a code of docs/glossary.md such as
    `resort_chief`, `acting` whether the office is held for somebody else (Plh).
    """

    id: str
    office: str
    acting: bool = False
