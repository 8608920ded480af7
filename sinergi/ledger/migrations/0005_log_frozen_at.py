from django.db import migrations, models
from django.db.models import F


def freeze_as_they_stand(apps, schema_editor):
    """Logs that were frozen because of two histories stay as far as they are folded now."""
    logs = apps.get_model("ledger", "Log").objects
    forked = apps.get_model("ledger", "Equivocation").objects.values("log_id")
    logs.filter(pk__in=forked).update(frozen_at=F("folded"))


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_joined_terms"),
    ]

    operations = [
        migrations.AddField(
            model_name="log",
            name="frozen_at",
            field=models.BigIntegerField(null=True),
        ),
        migrations.RunPython(freeze_as_they_stand, migrations.RunPython.noop),
    ]
