from django.db import migrations


class Migration(migrations.Migration):
    """The letterhead belongs to the feature letters from here on: its table keeps every row under another name."""

    dependencies = [
        ("security", "0003_request_contestant"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable("Stationery", "letters_stationery")],
            state_operations=[migrations.DeleteModel("Stationery")],
        ),
    ]
