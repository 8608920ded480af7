"""Addresses under which people subscribe to their calendar."""

from __future__ import annotations

from django.db import models

from sinergi.access.models import User


class FeedAddress(models.Model):
    """One secret address: whoever has it reads what its owner may read, of one agreement or (empty) of all.

    The secret is shown once and kept as a hash. `read_at`: when a program last came by, on which day.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="feeds")
    agreement = models.CharField(max_length=64, default="")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    read_on = models.DateField(null=True)
