"""Groups for the four roles, with the permissions each one needs."""

from django.db import migrations

ROLES = {
    "Service agents": [
        "profiles.search_customers",
        "consent.view_contact_permission",
    ],
    "Data stewards": [
        "profiles.search_customers",
        "profiles.see_matching_evidence",
        "consent.view_contact_permission",
        "matching.review_matches",
        "profiles.view_source",
    ],
    "Privacy officers": [
        "profiles.search_customers",
        "profiles.see_matching_evidence",
        "consent.view_contact_permission",
        "consent.view_ledgerentry",
        "profiles.view_source",
    ],
    "Admins": [
        "profiles.view_source",
        "profiles.add_source",
        "profiles.change_source",
        "profiles.view_sourcetoken",
        "profiles.add_sourcetoken",
        "profiles.change_sourcetoken",
        "c360.view_user",
        "c360.add_user",
        "c360.change_user",
        "auth.view_group",
    ],
}


def permission(apps, name):
    """Find or make a permission; Django itself makes them only after all migrations."""
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    app_label, codename = name.split(".")
    model, label = OWNERS.get(name, (codename.split("_", 1)[1], None))
    content_type, _ = ContentType.objects.get_or_create(app_label=app_label, model=model)
    found, _ = Permission.objects.get_or_create(
        content_type=content_type,
        codename=codename,
        defaults={"name": label or f"Can {codename.replace('_', ' ', 1)}"},
    )
    return found


OWNERS = {
    "profiles.search_customers": ("profile", "Can search for customers and open them"),
    "profiles.see_matching_evidence": ("profile", "Can see why records were joined"),
    "consent.view_contact_permission": (
        "ledgerentry",
        "Can see whether a customer may be contacted",
    ),
    "matching.review_matches": ("reviewcase", "Can decide, split and undo matches"),
    "consent.view_ledgerentry": ("ledgerentry", "Can view ledger entry"),
    "profiles.view_source": ("source", "Can view source"),
    "profiles.add_source": ("source", "Can add source"),
    "profiles.change_source": ("source", "Can change source"),
    "profiles.view_sourcetoken": ("sourcetoken", "Can view source token"),
    "profiles.add_sourcetoken": ("sourcetoken", "Can add source token"),
    "profiles.change_sourcetoken": ("sourcetoken", "Can change source token"),
    "c360.view_user": ("user", "Can view user"),
    "c360.add_user": ("user", "Can add user"),
    "c360.change_user": ("user", "Can change user"),
    "auth.view_group": ("group", "Can view group"),
}


def add_roles(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for role, names in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.add(*[permission(apps, name) for name in names])


class Migration(migrations.Migration):

    dependencies = [
        ('c360', '0001_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('profiles', '0001_initial'),
        ('matching', '0001_initial'),
        ('consent', '0001_initial'),
    ]

    operations = [migrations.RunPython(add_roles, migrations.RunPython.noop)]
