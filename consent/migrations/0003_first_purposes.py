"""The purposes every installation starts with."""

from django.db import migrations

PURPOSES = {
    "marketing": ("Marketing", "News and offers."),
    "service": ("Service", "Messages about orders, tickets and the account."),
}


def add_purposes(apps, schema_editor):
    Purpose = apps.get_model("consent", "Purpose")
    for key, (name, description) in PURPOSES.items():
        Purpose.objects.get_or_create(
            key=key, defaults={"name": name, "description": description}
        )


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0002_ledger_is_append_only'),
    ]

    operations = [migrations.RunPython(add_purposes, migrations.RunPython.noop)]
