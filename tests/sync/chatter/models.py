from django.db import models

from sinergi.ledger.models import Folded


class Saying(Folded):
    agreement = models.CharField(max_length=64)
    agency = models.CharField(max_length=64)
    number = models.IntegerField()
    words = models.TextField(null=True)

    class Meta:
        app_label = "chatter"
