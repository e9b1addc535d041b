"""Groups for the four roles, with the permissions each one needs."""

from django.db import migrations

PERMISSIONS = {
    "Service agents": {
        "profiles.profile": ("search_customers",),
        "consent.ledgerentry": ("view_contact_permission", "record_statement"),
    },
    "Data stewards": {
        "profiles.profile": ("search_customers", "see_matching_evidence"),
        "profiles.source": ("view_source",),
        "matching.reviewcase": ("review_matches",),
        "matching.qualityrun": ("see_data_quality",),
        "consent.ledgerentry": ("view_contact_permission",),
    },
    "Privacy officers": {
        "profiles.profile": ("search_customers", "see_matching_evidence"),
        "profiles.source": ("view_source",),
        "consent.ledgerentry": (
            "view_contact_permission",
            "record_statement",
            "view_ledgerentry",
        ),
        "consent.accessentry": ("view_accessentry",),
        "consent.checkpoint": ("view_checkpoint",),
        "consent.purpose": ("view_purpose", "add_purpose", "change_purpose"),
        "consent.policyversion": (
            "view_policyversion",
            "add_policyversion",
            "change_policyversion",
        ),
        "consent.processingactivity": (
            "view_processingactivity",
            "add_processingactivity",
            "change_processingactivity",
        ),
        "consent.fieldbasis": (
            "view_fieldbasis",
            "add_fieldbasis",
            "change_fieldbasis",
            "delete_fieldbasis",
        ),
    },
    "Admins": {
        "profiles.source": ("view_source", "add_source", "change_source", "delete_source"),
        "profiles.sourcetoken": (
            "view_sourcetoken",
            "add_sourcetoken",
            "change_sourcetoken",
        ),
        "c360.user": ("view_user", "add_user", "change_user"),
        "c360.personaltoken": ("view_personaltoken", "change_personaltoken"),
        "auth.group": ("view_group",),
        "matching.qualityrun": ("see_data_quality",),
        "consent.accessentry": ("view_accessentry",),
        "consent.purpose": ("view_purpose", "add_purpose", "change_purpose"),
        "consent.fieldbasis": (
            "view_fieldbasis",
            "add_fieldbasis",
            "change_fieldbasis",
            "delete_fieldbasis",
        ),
    },
}
LABELS = {
    "search_customers": "Can search for customers and open them",
    "see_matching_evidence": "Can see why records were joined",
    "view_contact_permission": "Can see whether a customer may be contacted",
    "record_statement": "Can record what a customer says about consent",
    "review_matches": "Can decide, split and undo matches",
    "see_data_quality": "Can see how good the data of each source is",
}
NAMES = {
    "accessentry": "access entry",
    "fieldbasis": "field basis",
    "ledgerentry": "ledger entry",
    "personaltoken": "personal token",
    "policyversion": "policy version",
    "processingactivity": "processing activity",
    "sourcetoken": "source token",
}


def label(codename):
    """The words Django shows, as it would write them itself."""
    verb, _, model = codename.partition("_")
    return LABELS.get(codename, f"Can {verb} {NAMES.get(model, model)}")


def permission(apps, model, codename):
    """Find or make a permission; Django itself makes them only after all migrations."""
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    app_label, name = model.split(".")
    content_type, _ = ContentType.objects.get_or_create(app_label=app_label, model=name)
    found, _ = Permission.objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": label(codename)}
    )
    return found


def add_roles(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for role, models in PERMISSIONS.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.add(
            *(
                permission(apps, model, codename)
                for model, codenames in models.items()
                for codename in codenames
            )
        )


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
