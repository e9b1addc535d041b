"""Admins may delete a source that never sent anything, see `profiles.admin`."""

from django.db import migrations


def add_permission(apps, schema_editor):
    """Django itself makes permissions only after all migrations."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    source, _ = ContentType.objects.get_or_create(app_label="profiles", model="source")
    permission, _ = Permission.objects.get_or_create(
        content_type=source,
        codename="delete_source",
        defaults={"name": "Can delete source"},
    )
    Group.objects.get(name="Admins").permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ('c360', '0002_roles'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('profiles', '0001_initial'),
    ]

    operations = [migrations.RunPython(add_permission, migrations.RunPython.noop)]
