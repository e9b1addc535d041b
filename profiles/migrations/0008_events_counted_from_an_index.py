from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('profiles', '0007_corrections_people_propose'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='event',
            index=models.Index(
                fields=['record', 'kind', '-occurred_at'],
                include=['source', 'id', 'object_namespace', 'object_id'],
                name='event_of_kind',
            ),
        ),
        migrations.RemoveIndex(model_name='event', name='event_by_kind'),
    ]
