"""Indexes that nothing reads, because another one begins with the same column, are dropped.

Each cost every write of its table. By name, since altering the fields would check all foreign
keys anew; the names are those Django gives. Those for LIKE on ids were never asked.
"""

import django.db.models.deletion
from django.db import migrations, models

INDEXES = {
    "profiles_identifier_record_id_046d822e": "profiles_identifier (record_id)",
    "profiles_recordversion_record_id_52f3dfba": "profiles_recordversion (record_id)",
    "profiles_sourcerecord_source_id_0186e12b": "profiles_sourcerecord (source_id)",
    "profiles_profile_id_d9b59daa_like": "profiles_profile (id varchar_pattern_ops)",
    "profiles_membership_profile_id_1f8a3d53_like": (
        "profiles_membership (profile_id varchar_pattern_ops)"
    ),
}


class Migration(migrations.Migration):
    dependencies = [("profiles", "0009_own_lock_of_months")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX IF EXISTS {name}",
                    f"CREATE INDEX IF NOT EXISTS {name} ON {columns}",
                )
                for name, columns in INDEXES.items()
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="identifier",
                    name="record",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identifiers",
                        to="profiles.sourcerecord",
                    ),
                ),
                migrations.AlterField(
                    model_name="recordversion",
                    name="record",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="profiles.sourcerecord",
                    ),
                ),
                migrations.AlterField(
                    model_name="sourcerecord",
                    name="source",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="profiles.source",
                    ),
                ),
            ],
        )
    ]
