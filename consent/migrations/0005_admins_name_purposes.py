"""Admins may add purposes and mend their names; nobody may delete one."""

from django.db import migrations

PERMISSIONS = {
    "view_purpose": "Can view purpose",
    "add_purpose": "Can add purpose",
    "change_purpose": "Can change purpose",
}


def let_admins_name_purposes(apps, schema_editor):
    """Django itself makes permissions only after all migrations."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    content_type, _ = ContentType.objects.get_or_create(app_label="consent", model="purpose")
    admins = Group.objects.get(name="Admins")
    for codename, name in PERMISSIONS.items():
        permission, _ = Permission.objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )
        admins.permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0004_dated_statements'),
        ('c360', '0002_roles'),
    ]

    operations = [migrations.RunPython(let_admins_name_purposes, migrations.RunPython.noop)]
