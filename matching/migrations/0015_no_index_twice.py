"""Indexes that nothing reads are dropped: each cost every write of its table.

Another one begins with the same column, or none is ever asked by it: links and receipts by the
version of a model, ids by LIKE. By name, since altering the fields would check all foreign keys
anew; the names are those Django gives.
"""

import django.db.models.deletion
from django.db import migrations, models

INDEXES = {
    "matching_blockkey_record_id_9b9e0a2a": "matching_blockkey (record_id)",
    "matching_dirtyrecord_record_id_5c7c2bfe": "matching_dirtyrecord (record_id)",
    "matching_link_hi_id_11eb3930": "matching_link (hi_id)",
    "matching_link_lo_id_8e0352a9": "matching_link (lo_id)",
    "matching_link_model_version_id_407a9419": "matching_link (model_version_id)",
    "matching_link_model_version_id_407a9419_like": (
        "matching_link (model_version_id varchar_pattern_ops)"
    ),
    "matching_mergeevent_from_profile_id_6a506816": "matching_mergeevent (from_profile_id)",
    "matching_mergeevent_from_profile_id_6a506816_like": (
        "matching_mergeevent (from_profile_id varchar_pattern_ops)"
    ),
    "matching_mergeevent_to_profile_id_a0bc6237": "matching_mergeevent (to_profile_id)",
    "matching_mergeevent_to_profile_id_a0bc6237_like": (
        "matching_mergeevent (to_profile_id varchar_pattern_ops)"
    ),
    "matching_mergeevent_model_version_id_6231891f": "matching_mergeevent (model_version_id)",
    "matching_mergeevent_model_version_id_6231891f_like": (
        "matching_mergeevent (model_version_id varchar_pattern_ops)"
    ),
}


class Migration(migrations.Migration):
    dependencies = [
        ("matching", "0014_second_readings"),
        ("profiles", "0010_no_index_twice"),
    ]

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
                    model_name="blockkey",
                    name="record",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="block_keys",
                        to="profiles.sourcerecord",
                    ),
                ),
                migrations.AlterField(
                    model_name="dirtyrecord",
                    name="record",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="profiles.sourcerecord",
                    ),
                ),
                migrations.AlterField(
                    model_name="link",
                    name="hi",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="profiles.sourcerecord",
                    ),
                ),
                migrations.AlterField(
                    model_name="link",
                    name="lo",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="profiles.sourcerecord",
                    ),
                ),
                migrations.AlterField(
                    model_name="link",
                    name="model_version",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="matching.matchmodelversion",
                    ),
                ),
                migrations.AlterField(
                    model_name="mergeevent",
                    name="from_profile",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="profiles.profile",
                    ),
                ),
                migrations.AlterField(
                    model_name="mergeevent",
                    name="model_version",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="matching.matchmodelversion",
                    ),
                ),
                migrations.AlterField(
                    model_name="mergeevent",
                    name="to_profile",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="profiles.profile",
                    ),
                ),
            ],
        )
    ]
