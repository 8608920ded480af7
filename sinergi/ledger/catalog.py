"""Every kind of fact and what it changes, read once from the list of features.

A kind of our own without a projection is a mistake in the program and stops the start. A kind of a newer peer is kept
and proven, and not folded.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import msgspec

from sinergi.kernel.actors import Actor
from sinergi.kernel.errors import Broken, Refused
from sinergi.ledger.events import Event, Text, UnknownKind, text_type


class Ignored(Exception):
    """The author may not state this. The entry stays as evidence and changes no table.

    `refusal`: what our own people are told who try to state it, where that is no mistake of the program.
    """

    def __init__(self, reason: str, refusal: Refused | None = None) -> None:
        super().__init__(reason)
        self.refusal = refusal


LONGEST_OFFICE = 64

Precondition = Callable[[str, Event], None]
_before_stating: list[Precondition] = []


def before_stating(check: Precondition) -> Precondition:
    """Have `check(agreement, event)` asked before this node states a fact of its own; it raises Refused to stop that.

    For what depends on what is here and on the hour. Facts of others are never judged by it.
    """
    if check not in _before_stating:
        _before_stating.append(check)
    return check


def may_be_stated(agreement: str, event: Event) -> None:
    """Raises Refused where a precondition does not hold."""
    for check in _before_stating:
        check(agreement, event)


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What a projection may know of the entry around a fact."""

    key: str
    log: str
    seq: int
    leaf: str
    agreement: str
    agency: str
    role: str
    kind: str
    at: datetime
    actor: Actor | None
    obligation: str
    exercise: bool
    refs: tuple[str, ...] = ()

    @property
    def office(self) -> str:
        """The office of the official who stated it, as much of it as tables keep; empty for a node's own facts."""
        return "" if self.actor is None else self.actor.office[:LONGEST_OFFICE]

    @property
    def acting(self) -> bool:
        """Whether that official held the office for somebody else (Plh)."""
        return self.actor is not None and self.actor.acting


Projection = Callable[[Any, Envelope], None]
Had = Callable[[str], bool]
"""Whether the author of an entry had the record with this key before it, and it is valid."""
Judge = Callable[[Envelope, Had], None]

_kinds: dict[tuple[str, int], type[Event]] = {}
_projections: dict[type[Event], Projection] = {}
_text_projections: dict[type[Event], Projection] = {}
_of_obligations: list[Callable[[Envelope], None]] = []
_judges: list[Judge] = []


def folds(event_type: type[Event]) -> Callable[[Projection], Projection]:
    """Mark the one function that folds this kind: it inserts a row by key or sets columns its speaker alone writes."""

    def register(function: Projection) -> Projection:
        if event_type in _projections and _projections[event_type].__qualname__ != function.__qualname__:
            raise Broken(f"{event_type.kind} has two projections")
        _projections[event_type] = function
        return function

    return register


def folds_text(event_type: type[Event]) -> Callable[[Projection], Projection]:
    """Mark the function that fills the columns of this kind's erasable part; called with None once it is erased."""

    def register(function: Projection) -> Projection:
        _text_projections[event_type] = function
        return function

    return register


def folds_obligation(function: Callable[[Envelope], None]) -> Callable[[Envelope], None]:
    """Mark a function that is told of every folded fact whose header names an obligation, after its own projection."""
    if function not in _of_obligations:
        _of_obligations.append(function)
    return function


def judges(function: Judge) -> Judge:
    """Mark a function that may refuse (raise Ignored) any fact under an agreement, whatever its kind.

    It may depend on the entry and on what its author had, never on what else has arrived here.
    """
    if function not in _judges:
        _judges.append(function)
    return function


def load() -> None:
    """Import the kinds and projections of every feature; raise Broken where a kind lacks its projection."""
    from django.conf import settings

    for package in ["sinergi.ledger.identity", *settings.FEATURES]:
        for name in ("events", "projections"):
            module = f"{package}.{name}"
            if _exists(module):
                import_module(module)
    for event_type in _concrete_kinds(Event):
        _kinds[event_type.kind, event_type.kind_version] = event_type
    missing = [event_type.kind for event_type in _kinds.values() if event_type not in _projections]
    missing += [
        f"{event_type.kind} (text)"
        for event_type in _kinds.values()
        if text_type(event_type) is not None and event_type not in _text_projections
    ]
    if missing:
        raise Broken(f"kinds without a projection: {', '.join(sorted(missing))}")


def kinds() -> dict[tuple[str, int], type[Event]]:
    """All known kinds by name and version."""
    return dict(_kinds)


def event_type(kind: str, version: int) -> type[Event]:
    """The type of one kind. Raises UnknownKind."""
    try:
        return _kinds[kind, version]
    except KeyError:
        raise UnknownKind(f"{kind} version {version}") from None


def fold(event: Event, envelope: Envelope, had: Had) -> None:
    """Run the projection of this event. Raises Ignored where its author may not state it."""
    if envelope.agreement:
        for judge in _judges:
            judge(envelope, had)
    _projections[type(event)](event, envelope)
    if envelope.obligation:
        for function in _of_obligations:
            function(envelope)


def fold_text(event_kind: type[Event], text: Text | None, envelope: Envelope) -> None:
    """Fill (or with None clear) the columns of the erasable part."""
    projection = _text_projections.get(event_kind)
    if projection is not None:
        projection(text, envelope)


def _concrete_kinds(base: type[Event]) -> list[type[Event]]:
    found = []
    for child in base.__subclasses__():
        found.extend(_concrete_kinds(child))
        if child.kind:
            found.append(child)
    return found


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
