from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('matching', '0002_claim_marks_that_failed'),
    ]

    operations = [
        migrations.AddField(
            model_name='matchmodelversion',
            name='report',
            field=models.JSONField(help_text='What would change against the version live then; no values.', null=True),
        ),
    ]
