"""Partners of this node and the invitations it gave out. Ordinary rows: nobody has to prove them to anybody.

How far a partner's log has come here is in the log itself, and how far ours has come there in its cosignatures, so no
position is kept twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

# Longer than two idle rounds and their jitter without an answer counts as cut off.
CONTACT_EXPECTED = timedelta(minutes=3)
# One failed try may be a hiccup; people are told after this many in a row, some ten seconds.
FAILURES_TOLERATED = 2


class OwnAddress(models.Model):
    """Where partners reach this node: the address its invitations carry. One row."""

    url = models.CharField(max_length=200)


class Peer(models.Model):
    """A partner: where its node is reached and how the last attempts went."""

    agency = models.CharField(primary_key=True, max_length=64)
    # Exactly as in the invitation (or as the invited node named itself): no other address is ever asked.
    url = models.CharField(max_length=200)
    # An administrator confirmed that this partner is reached inside a private network.
    inside = models.BooleanField(default=False)
    introduced_at = models.DateTimeField()
    paused = models.BooleanField(default=False)
    # An administrator asked this agency, party to none of them, to witness our agreements' logs.
    witnesses = models.BooleanField(default=False)
    last_contact = models.DateTimeField(null=True)
    last_try = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, default="")

    def state(self, at: datetime) -> str:
        """paused, new (never reached), connected or apart."""
        if self.paused:
            return "paused"
        if self.last_contact is None:
            return "new"
        is_late = at - self.last_contact > CONTACT_EXPECTED
        return "apart" if self.failures > FAILURES_TOLERATED or (self.failures and is_late) else "connected"


class Invitation(models.Model):
    """An invitation this node gave out. The secret itself is only in the file; here is its hash."""

    id = models.CharField(primary_key=True, max_length=36)
    secret_hash = models.CharField(max_length=64, unique=True)
    for_whom = models.CharField(max_length=200)
    inside = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.CharField(max_length=64, default="")

    def state(self, at: datetime) -> str:
        """waiting, used or expired."""
        if self.used_at is not None:
            return "used"
        return "expired" if at >= self.expires_at else "waiting"


class Resumption(models.Model):
    """Two people let the node sign without a partner's answer after a start: who (pseudonyms), when and why."""

    at = models.DateTimeField()
    first = models.CharField(max_length=32)
    second = models.CharField(max_length=32)
    reason = models.CharField(max_length=500)


class Carried(models.Model):
    """A parcel that people carried by hand: when this node wrote or took it in, and with how many facts.

    `answered_at`: when the receipt for one of ours came back.
    """

    id = models.CharField(primary_key=True, max_length=36)
    agency = models.CharField(max_length=64, db_index=True)
    outgoing = models.BooleanField()
    at = models.DateTimeField()
    facts = models.PositiveIntegerField()
    answered_at = models.DateTimeField(null=True)
