"""Who may record statements, see the access log, and look after purposes and bases."""

from django.db import migrations

AGENTS, OFFICERS, ADMINS = "Service agents", "Privacy officers", "Admins"
PERMISSIONS = {
    "record_statement": ("ledgerentry", AGENTS, OFFICERS),
    "view_accessentry": ("accessentry", OFFICERS, ADMINS),
    "view_checkpoint": ("checkpoint", OFFICERS),
    "view_purpose": ("purpose", OFFICERS),
    "add_purpose": ("purpose", OFFICERS),
    "change_purpose": ("purpose", OFFICERS),
    "view_policyversion": ("policyversion", OFFICERS),
    "add_policyversion": ("policyversion", OFFICERS),
    "change_policyversion": ("policyversion", OFFICERS),
    "view_processingactivity": ("processingactivity", OFFICERS),
    "add_processingactivity": ("processingactivity", OFFICERS),
    "change_processingactivity": ("processingactivity", OFFICERS),
    "view_fieldbasis": ("fieldbasis", OFFICERS, ADMINS),
    "add_fieldbasis": ("fieldbasis", OFFICERS, ADMINS),
    "change_fieldbasis": ("fieldbasis", OFFICERS, ADMINS),
    "delete_fieldbasis": ("fieldbasis", OFFICERS, ADMINS),
}
LABELS = {
    "record_statement": "Can record what a customer says about consent",
    "view_accessentry": "Can view access entry",
    "view_policyversion": "Can view policy version",
    "add_policyversion": "Can add policy version",
    "change_policyversion": "Can change policy version",
    "view_processingactivity": "Can view processing activity",
    "add_processingactivity": "Can add processing activity",
    "change_processingactivity": "Can change processing activity",
    "view_fieldbasis": "Can view field basis",
    "add_fieldbasis": "Can add field basis",
    "change_fieldbasis": "Can change field basis",
    "delete_fieldbasis": "Can delete field basis",
}


def give_permissions(apps, schema_editor):
    """Django itself makes permissions only after all migrations."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for codename, (model, *roles) in PERMISSIONS.items():
        content_type, _ = ContentType.objects.get_or_create(app_label="consent", model=model)
        name = LABELS.get(codename, f"Can {codename.replace('_', ' ', 1)}")
        permission, _ = Permission.objects.get_or_create(
            content_type=content_type, codename=codename, defaults={"name": name}
        )
        for role in roles:
            Group.objects.get(name=role).permissions.add(permission)


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0008_chains'),
        ('c360', '0002_roles'),
    ]

    operations = [migrations.RunPython(give_permissions, migrations.RunPython.noop)]
