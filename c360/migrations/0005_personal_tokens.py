"""Tokens of people; admins see all of them and may withdraw them."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


PERMISSIONS = {
    "view_personaltoken": "Can view personal token",
    "change_personaltoken": "Can change personal token",
}


def add_permissions(apps, schema_editor):
    """Django itself makes permissions only after all migrations."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    model, _ = ContentType.objects.get_or_create(app_label="c360", model="personaltoken")
    for codename, name in PERMISSIONS.items():
        permission, _ = Permission.objects.get_or_create(
            content_type=model, codename=codename, defaults={"name": name}
        )
        Group.objects.get(name="Admins").permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ('c360', '0004_user_preferences'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonalToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='What it is for.', max_length=60)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('customers:read', 'Find customers and read their details'), ('timeline:read', 'Read what happened with customers'), ('consent:read', 'Read whether customers may be contacted'), ('evidence:read', 'Read why records were joined'), ('reveal', 'Read masked values, with a reason that is logged'), ('embed', 'Make links that show one customer in another page')], max_length=20), size=None)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('hint', models.CharField(editable=False, help_text='Its last letters.', max_length=8)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('expires_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(editable=False, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='personal_tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('scopes', []), _negated=True), name='personal_token_has_a_scope'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='personal_token_expires')],
            },
        ),
        migrations.RunPython(add_permissions, migrations.RunPython.noop),
    ]
