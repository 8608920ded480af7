"""Changing this agency's own keys: a new one beside the old, then the old one no more. docs/protocol/keys.md.

A new key is on disk before the identity log names it, and takes its place once it is named: a kill in between leaves
either the old key in use or the new one, never a name without its key (`finish`).
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import msgspec
from nacl.signing import SigningKey

from sinergi.kernel import files
from sinergi.kernel.errors import Refused
from sinergi.kernel.ids import new_event_id
from sinergi.ledger import envelope, histories, keys, store
from sinergi.ledger.identity.events import ALGORITHM, USES, KeyAdded, KeyRevoked, PublicKey
from sinergi.ledger.models import Entry, Key, Log
from sinergi.ledger.writer import run

# From then on people are advised to change a key. Our own measure: no law names one.
ADVISED_DAYS = 365


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One key of this agency as an administrator sees it.

    `state`: used (it signs), spare (named, another one signs), revoked, or missing (its file is not here).
    """

    use: str
    kid: str
    since: datetime
    state: str
    reason: str
    days: int

    @property
    def is_old(self) -> bool:
        """Whether it should be changed by now."""
        return self.state == "used" and self.days >= ADVISED_DAYS


def listed(at: datetime) -> list[Held]:
    """Every key that this agency ever named, by use, the newest first."""
    own = store.own_agency()
    log = Log.objects.get(is_own=True, role="identity")
    named_at = {row.seq: store.stated_at(row) for row in Entry.objects.filter(log=log).order_by("seq")}
    signing = {use: keys.read(keys.folder(), use) for use in USES}
    ours = {use: envelope.key_id(bytes(key.verify_key)) for use, key in signing.items() if key is not None}
    found = []
    for use in USES:
        rows = list(Key.objects.filter(agency=own, use=use).order_by("-seq", "-pk"))
        for place, row in enumerate(rows):
            state = "revoked" if row.last is not None else "used" if ours.get(use) == row.kid else "spare"
            if state == "spare" and use not in ours and place == 0:
                state = "missing"
            since = named_at[row.seq]
            days = max(0, (at - since).days)
            found.append(Held(use=use, kid=row.kid, since=since, state=state, reason=row.reason, days=days))
    return found


def root_is_here() -> bool:
    """Whether the root key still lies in the node's folder, where a thief of the node would find it."""
    return keys.read(keys.folder(), "root") is not None


def rotate(use: str, *, root: SigningKey | None, at: datetime, sure: bool = False) -> str:
    """Name a new key for a use and sign with it from now on; its id. The old one stays good until it is revoked.

    `root`: the root key, where it is not in the node's folder any more. `sure`: also on a node that asks before it
    signs. Raises Refused.
    """
    finish()
    where, roots = keys.folder(), [_root(root)]
    new = SigningKey.generate()
    draft = where / f"{use}.next"
    files.keep_new(draft, f"{bytes(new).hex()}\n".encode())
    event = KeyAdded(key=PublicKey(use=use, alg=ALGORITHM, public=bytes(new.verify_key).hex()))
    try:
        signers = [new, *roots] if use == "event" else [_event_key(), *roots, new]
        _state(event, signers, at=at, sure=sure)
    finally:
        # Whatever happened: what the log says decides whether the new key stays.
        finish()
    return envelope.key_id(bytes(new.verify_key))


def revoke(
    kid: str, reason: str, *, root: SigningKey | None, at: datetime, since: datetime | None = None, sure: bool = False
) -> dict[str, int]:
    """Trust a key of ours no further than it was used before `since` (None: than until now); the last trusted places.

    Raises Refused, also for the last good key of its use: name a new one first.
    """
    finish()
    own = store.own_agency()
    row = Key.objects.filter(agency=own, kid=kid).first()
    if row is None:
        raise Refused("Kunci %(kid)s tidak pernah dinyatakan kantor ini.", code="K-120", words={"kid": kid[:40]})
    others = Key.objects.filter(agency=own, use=row.use, last__isnull=True).exclude(kid=kid)
    current = keys.read(keys.folder(), row.use)
    if not others.exists() or (current is not None and envelope.key_id(bytes(current.verify_key)) == kid):
        raise Refused(
            "Kunci ini sedang dipakai. Ganti dahulu: sinergi keys rotate %(use)s.", code="K-121", words={"use": row.use}
        )
    last = {}
    for log in Log.objects.filter(is_own=True, size__gt=0).exclude(role="identity").exclude(role="internal"):
        # Up to the first one that came too late: a clock may have been set back after it.
        late = Entry.objects.filter(log=log, stored_at__gte=since).order_by("seq") if since else Entry.objects.none()
        end = late.values_list("seq", flat=True).first()
        trusted = log.size if end is None else end
        if trusted:
            last[log.origin] = trusted - 1
    _state(KeyRevoked(key=kid, reason=reason, last=last), [_event_key(), _root(root)], at=at, sure=sure)  # type: ignore[arg-type]
    return last


def finish() -> None:
    """Put named new keys into their places, and away what was never named."""
    where = keys.folder()
    for draft in sorted(where.glob("*.next")):
        use = draft.stem
        kid = envelope.key_id(bytes(_read(draft).verify_key))
        if not Key.objects.filter(agency=store.own_agency(), use=use, kid=kid).exists():
            draft.unlink()
            continue
        place = where / f"{use}.key"
        old = keys.read(where, use)
        if use == "encryption" and old is not None:
            # What was sealed for it can still be opened.
            keep = where / f"{use}-{envelope.key_id(bytes(old.verify_key))[:8]}.key"
            if not keep.exists():
                os.link(place, keep)
        os.replace(draft, place)
        files.flush_names(where)
        keys.use(None)


def root_in(file: Path) -> SigningKey:
    """The root key in this file. Raises Refused."""
    try:
        return _read(file)
    except (OSError, ValueError) as error:
        raise Refused("Berkas %(name)s bukan kunci induk.", code="K-122", words={"name": file.name}) from error


def _state(event: KeyAdded | KeyRevoked, signers: list[SigningKey], *, at: datetime, sure: bool) -> None:
    try:
        run(lambda: store.append_identity(event, id=new_event_id(at), at=at, signers=signers, sure=sure))
    except envelope.BadEnvelope as error:
        raise Refused(
            "Kunci induk itu bukan milik kantor ini, atau kunci catatan simpul ini sudah dicabut.", code="K-123"
        ) from error


def _event_key() -> SigningKey:
    key = keys.read(keys.folder(), "event")
    if key is None:
        raise Refused("Kunci catatan (event) hilang; ganti itu dahulu: sinergi keys rotate event.", code="K-124")
    return key


def _root(given: SigningKey | None) -> SigningKey:
    key = given or keys.read(keys.folder(), "root")
    if key is None:
        raise Refused("Kunci induk tidak ada di simpul ini; sebut berkasnya dengan --root.", code="K-125")
    held = histories.named(store.own_agency().id)
    if held is None or envelope.key_id(bytes(key.verify_key)) not in held.roots:
        raise Refused("Kunci induk itu bukan milik kantor ini.", code="K-126")
    return key


def _read(file: Path) -> SigningKey:
    return SigningKey(bytes.fromhex(file.read_text().strip()))
