import re
from typing import Any

from django.db import migrations, models
from django.utils import timezone

# How patterns were written before, and what an office had that never wrote one.
OLDER = {"{regency}": "{wilayah}", "{month}": "{bulan}", "{year}": "{tahun}", "{number}": "{nomor}"}
DEFAULTS = {"request": "{number:03d}/PP.08-SD/{regency}/{year}", "answer": "B/{number}/{month}/OPS.1.3/{year}"}


def in_new_words(pattern: str) -> str:
    """{number:03d}/{regency}/{year} as {nomor:3}/{wilayah}/{tahun}."""
    pattern = re.sub(r"\{number:0([1-6])d\}", r"{nomor:\1}", pattern)
    for older, newer in OLDER.items():
        pattern = pattern.replace(older, newer)
    return pattern


def keep_patterns(apps: Any, schema_editor: Any) -> None:
    """A pattern that an office had set goes on, in the words of today."""
    change = apps.get_model("letters", "PatternChange")
    now = timezone.now()
    for paper in apps.get_model("letters", "Stationery").objects.all():
        for series, default in DEFAULTS.items():
            pattern = getattr(paper, f"{series}_pattern")
            if pattern != default:
                change.objects.create(
                    series=series, pattern=in_new_words(pattern), first=0, year=now.year, changed_at=now
                )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("security", "0004_letterhead_moves"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Stationery",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("head", models.JSONField(default=list)),
                        ("address", models.CharField(default="", max_length=200)),
                        ("city", models.CharField(default="", max_length=60)),
                        ("office", models.CharField(default="", max_length=80)),
                        ("signer", models.CharField(default="", max_length=120)),
                        ("rank", models.CharField(default="", max_length=80)),
                        ("request_pattern", models.CharField(default=DEFAULTS["request"], max_length=80)),
                        ("answer_pattern", models.CharField(default=DEFAULTS["answer"], max_length=80)),
                        ("copies", models.JSONField(default=list)),
                    ],
                ),
            ],
        ),
        migrations.CreateModel(
            name="PatternChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series", models.CharField(db_index=True, max_length=12)),
                ("pattern", models.CharField(max_length=80)),
                ("first", models.PositiveIntegerField(default=0)),
                ("year", models.PositiveSmallIntegerField()),
                ("changed_at", models.DateTimeField()),
                ("actor", models.CharField(default="", max_length=32)),
                ("office", models.CharField(default="", max_length=64)),
            ],
        ),
        migrations.RunPython(keep_patterns, migrations.RunPython.noop),
        migrations.RemoveField(model_name="stationery", name="request_pattern"),
        migrations.RemoveField(model_name="stationery", name="answer_pattern"),
    ]
