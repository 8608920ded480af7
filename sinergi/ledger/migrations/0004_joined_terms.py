"""Parties join terms, named by the record that holds them; the first start folds everything again and fills them."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("ledger", "0003_foldedby")]

    operations: ClassVar = [
        migrations.AddField("agreement", "opened", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="Joined",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("terms", models.CharField(max_length=26)),
                ("seq", models.BigIntegerField()),
                (
                    "party",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="joined", to="ledger.party"
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("party", "terms"), name="joined_once")]},
        ),
        migrations.RemoveField("party", "joined_seq"),
    ]
