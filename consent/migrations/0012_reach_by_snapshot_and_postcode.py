"""Statements are found by the records they were made for, and people by their postal code."""

import django.contrib.postgres.indexes
from django.db import migrations, models

# Serves: who else lives at an address that somebody refused (`consent.holders`).
BY_POSTAL_CODE = """
CREATE INDEX record_by_postal_code ON profiles_sourcerecord
    ((replace(lower(attributes #>> '{address,postal_code}'), ' ', '')))
    WHERE attributes #>> '{address,postal_code}' IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0011_published_texts_stay'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='ledgerentry',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('scope', 'snapshot')), fields=['scope_records'], name='ledger_by_snapshot'),
        ),
        migrations.RunSQL(BY_POSTAL_CODE, "DROP INDEX record_by_postal_code"),
    ]
