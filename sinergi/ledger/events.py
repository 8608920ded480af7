"""How a feature declares what agencies tell each other."""

from __future__ import annotations

import functools
import hashlib
from datetime import MAXYEAR, date
from typing import Any, ClassVar, NewType, TypeVar, get_args, get_type_hints

import msgspec

from sinergi.kernel import canonical
from sinergi.kernel.errors import Broken

E = TypeVar("E", bound="Event")
RecordKey = NewType("RecordKey", str)
"""The 26-letter key of another record. A fact with such a field is folded only after that record."""


class UnknownKind(Broken):
    """A kind this version does not know. Kept and proven, not shown."""


class Malformed(Broken):
    """The content does not fit its kind."""


# Kinds that begin so may be stated from the Opening of an agreement on, before it is in force.
NEGOTIATION = "negotiation."


class Text(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Free text and personal data: lives in the erasable body, never in the header."""


class EventMeta(msgspec.StructMeta):
    """Lets an event class be declared with its kind's name."""

    def __new__(
        mcls,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        *,
        kind: str = "",
        version: int = 1,
        must: bool = False,
        **options: Any,
    ) -> EventMeta:
        options.setdefault("kw_only", True)
        taken = {"kind", "kind_version", "must"} & set(namespace.get("__annotations__", {}))
        if bases and bases[0] is not msgspec.Struct and taken:
            raise Broken(f"{name}: {', '.join(sorted(taken))} cannot be the name of a field")
        made = super().__new__(mcls, name, bases, namespace, **options)
        made.kind, made.kind_version, made.must = kind, version, must  # type: ignore[attr-defined]
        return made


class Event(msgspec.Struct, metaclass=EventMeta, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A fact one agency states. Its fields are coded (codes, numbers, instants, keys) and go into the header for ever.

    The one field called `text` (a `Text` or None) goes into the erasable body. Declare with the kind's name::

        class AssistanceWithdrawn(Event, kind="security.assistance_withdrawn"):
            request: RecordKey

    `version` grows only for a breaking change; added fields need a default. `must` marks a kind that an older node may
    not pass over silently.
    """

    kind: ClassVar[str] = ""
    kind_version: ClassVar[int] = 1
    must: ClassVar[bool] = False
    text: Text | None = None


class Founding(Event):
    """The first fact of an agreement. Its facts make the agreement's id; its author is one of `parties`.

    `parties` are agency ids, `nonce` 32 random hex digits so that nobody can guess the id.
    """

    parties: list[str]
    nonce: str


class Opening(Founding):
    """Founds an agreement whose terms are still negotiated: nobody has joined by it, not even its author."""


class Joining(Event):
    """A party stands behind terms. The agreement is in force once every party has joined the same ones."""

    def joins_to(self) -> str:
        """The record that holds those terms. Who founds an agreement other than by an Opening joins its founding."""
        raise NotImplementedError


class Leaving(Event):
    """The author's last valid fact under this agreement."""


def founding_id(event: Founding) -> str:
    """The agreement's id: the hash of its founding facts, in hex."""
    return hashlib.sha256(b"sinergi agreement v1\n" + canonical.encode(facts_of(event))).hexdigest()


@functools.cache
def text_type(event_type: type[Event]) -> type[Text] | None:
    """The type of the erasable body of this kind, or None where the kind has none."""
    hint = get_type_hints(event_type).get("text")
    found = [item for item in get_args(hint) if isinstance(item, type) and issubclass(item, Text) and item is not Text]
    return found[0] if found else None


@functools.cache
def reference_fields(event_type: type[Event]) -> tuple[str, ...]:
    """Names of the fields that hold keys of other records, in declaration order."""
    hints = get_type_hints(event_type)
    return tuple(
        field.name
        for field in msgspec.structs.fields(event_type)
        if hints[field.name] is RecordKey or RecordKey in get_args(hints[field.name])
    )


def is_beyond_calendar(event: Event) -> bool:
    """Whether a day or time among its facts lies in the last year there is: no rule could count on from it."""
    given = (getattr(event, name) for name in event.__struct_fields__)
    return any(isinstance(value, date) and value.year == MAXYEAR for value in given)


def references(event: Event) -> list[str]:
    """Keys of the records this fact names, sorted, each once."""
    named: set[str] = set()
    for name in reference_fields(type(event)):
        value = getattr(event, name)
        named.update([value] if isinstance(value, str) else value or [])
    return sorted(named)


def facts_of(event: Event) -> dict[str, Any]:
    """The coded part of an event as plain data."""
    plain = msgspec.to_builtins(event, order="sorted")
    plain.pop("text", None)
    return plain


def one_form(event: E) -> E:
    """The same event as everybody reads it who gets it.

    A default that is left out is told by identity: the same word out of a form would be written, and partners refuse a
    fact that is not in its one form.
    """
    return msgspec.convert(msgspec.to_builtins(event), type(event))


def body_of(event: Event) -> bytes | None:
    """The erasable part of an event as canonical JSON bytes, or None where there is none."""
    return None if event.text is None else canonical.encode(event.text)


def read_facts(event_type: type[Event], facts: dict[str, Any]) -> Event:
    """Build the event from the header's facts. Raises Malformed where they do not fit the kind."""
    if "text" in facts:
        raise Malformed(f"{event_type.kind}: free text inside the header")
    try:
        event = msgspec.convert(facts, event_type, strict=True)
    except msgspec.ValidationError as error:
        raise Malformed(f"{event_type.kind}: {error}") from error
    if facts_of(event) != facts:
        raise Malformed(f"{event_type.kind}: facts not in their one form")
    return event


def read_text(event_type: type[Event], body: bytes) -> Text:
    """Build the erasable part from its bytes. Raises Malformed where they do not fit the kind."""
    kind_of_text = text_type(event_type)
    if kind_of_text is None:
        raise Malformed(f"{event_type.kind} has no body")
    try:
        return msgspec.json.decode(body, type=kind_of_text)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Malformed(f"{event_type.kind}: {error}") from error
