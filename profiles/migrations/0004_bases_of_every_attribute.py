"""A source has no basis of its own any more: each of its attributes has."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('profiles', '0003_search_by_tail'),
    ]

    operations = [
        migrations.RemoveField(model_name='source', name='default_basis'),
        migrations.RemoveField(model_name='source', name='default_purpose'),
        migrations.RemoveField(model_name='source', name='retention_days'),
    ]
