"""Where people want reminders, which went out, and how the server stands. Ordinary rows; the ledger knows none."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from sinergi.access.models import User

Due = tuple[str, str, str, str]


class Mailbox(models.Model):
    """Where a person wants reminders. `refusal` is the server's code for an address it does not take, else 0."""

    user = models.OneToOneField(User, models.CASCADE, related_name="mailbox")
    address = models.CharField(max_length=200)
    refusal = models.PositiveSmallIntegerField(default=0)
    refused_at = models.DateTimeField(null=True)


class Reminder(models.Model):
    """One reminder: of one due, at one step, to one person, for ever once.

    sending: being handed over now. sent: the server took it. unsure: it was cut off while being handed over, so nobody
    knows; it is not sent again. refused: the server did not take it. What was surely not sent has no row.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="reminders")
    agreement = models.CharField(max_length=64)
    code = models.CharField(max_length=4)
    mark = models.CharField(max_length=40)
    step = models.CharField(max_length=10)
    state = models.CharField(max_length=8, default="sending", db_index=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "agreement", "code", "mark", "step"], name="reminder_once")
        ]

    @property
    def due(self) -> Due:
        """What it reminds of, and which step."""
        return (self.agreement, self.code, self.mark, self.step)


class Server(models.Model):
    """How the server of e-mail stands: one row. `trouble` is a code of `post.Trouble`, `since` when it began.

    The last test message: where to, when asked for, and `trial_told`: asked, or a verdict or trouble of `post`.
    """

    trouble = models.CharField(max_length=8, default="")
    since = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    trial_to = models.CharField(max_length=200, default="")
    trial_at = models.DateTimeField(null=True)
    trial_told = models.CharField(max_length=8, default="")
