"""Ids of profiles are never asked for by LIKE; Django makes these indexes by itself."""

from django.db import migrations

INDEXES = {
    "profiles_profile_id_d9b59daa_like": "profiles_profile (id varchar_pattern_ops)",
    "profiles_membership_profile_id_1f8a3d53_like": (
        "profiles_membership (profile_id varchar_pattern_ops)"
    ),
}


class Migration(migrations.Migration):
    dependencies = [("profiles", "0002_event_partitions")]

    operations = [
        migrations.RunSQL(
            f"DROP INDEX IF EXISTS {name}", f"CREATE INDEX IF NOT EXISTS {name} ON {columns}"
        )
        for name, columns in INDEXES.items()
    ]
