"""The source of a record beside its keys: a candidate is read from one row."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
UPDATE matching_keyedrecord k SET source_id = r.source_id
FROM profiles_sourcerecord r WHERE r.id = k.record_id;
DELETE FROM matching_keyedrecord WHERE source_id IS NULL;
"""


def source(**null: bool) -> models.ForeignKey:
    return models.ForeignKey(
        to="profiles.source",
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
        **null,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0009_slim_block_lookup"),
        ("profiles", "0007_overrides_stay"),
    ]

    operations = [
        migrations.AddField("keyedrecord", "source", source(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("keyedrecord", "source", source()),
    ]
