"""What the frame keeps: the marks of deliveries that programs made. An ordinary table, never replicated."""

from __future__ import annotations

from django.db import models


class Delivery(models.Model):
    """One write of a program under its event id; `mark` tells the same body, address and person from any other."""

    id = models.CharField(primary_key=True, max_length=36)
    mark = models.CharField(max_length=64)
