"""Indexes for the pages that read the access log."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0012_reach_by_snapshot_and_postcode'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='accessentry',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('records', []), _negated=True), fields=['records'], name='access_by_record'),
        ),
        migrations.AddIndex(
            model_name='accessentry',
            index=models.Index(condition=models.Q(('action', 'export')), fields=['at'], name='access_by_export'),
        ),
        migrations.AddIndex(
            model_name='accessentry',
            index=django.contrib.postgres.indexes.BrinIndex(fields=['at'], name='access_by_time', pages_per_range=32),
        ),
    ]
