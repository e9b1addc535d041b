"""One index by which names, sounds, towns, birthdays and postcodes are found together."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

# Every word carries a letter for what it is, so that one query can ask for all kinds at once:
# n name, s sound of a name, p place, b birthday, c postal code. Names and places stand whole and
# in their parts. Texts are cut, because PostgreSQL refuses words of 2 kB and more.
FUNCTION = r"""
CREATE FUNCTION c360_found_by(
    names text, sounds varchar[], postcodes varchar[], golden jsonb
) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(array_remove(
        string_to_array('n' || replace(n || translate(' ' || n, '-.''', '   ')
            || replace(' ' || n, '''', ''), ' ', ' n'), ' ')
        || string_to_array('p' || replace(p || translate(' ' || p, '-.''', '   '),
            ' ', ' p'), ' ')
        || string_to_array('s' || nullif(array_to_string(sounds, ' s'), ''), ' ')
        || string_to_array('c' || nullif(array_to_string(postcodes, '|c'), ''), '|')
        || ARRAY['b' || left(golden #>> '{birth_date,value}', 10)],
    NULL))
    FROM (SELECT nullif(left(names, 500), '') AS n, translate(
        lower(left(golden #>> '{address,value,city}', 100)),
        'àáâãäåāçćčďèéêëēęěìíîïłñńňòóôõöøōřšśťùúûüůūýÿžźż',
        'aaaaaaacccdeeeeeeeiiiilnnnooooooorsstuuuuuuyyzzz') AS p) AS told
$$
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0005_newest_of_a_kind")]

    operations = [
        migrations.RunSQL(
            FUNCTION, "DROP FUNCTION c360_found_by(text, varchar[], varchar[], jsonb)"
        ),
        migrations.AddField(
            model_name="profile",
            name="found_by",
            field=models.GeneratedField(
                expression=models.Func(
                    "search_name",
                    "name_sounds",
                    "postcode_norm",
                    "golden",
                    function="c360_found_by",
                ),
                output_field=django.contrib.postgres.search.SearchVectorField(),
                db_persist=True,
                help_text="What search asks for: n name, s sound, p place, b birthday, "
                "c postal code.",
            ),
        ),
        migrations.RemoveIndex(model_name="profile", name="profile_name_sounds"),
        migrations.RemoveIndex(model_name="profile", name="profile_postcodes"),
        migrations.AddIndex(
            model_name="profile",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["found_by"], name="profile_found_by"
            ),
        ),
    ]
