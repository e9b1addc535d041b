"""What a version of survivorship says stays as it is: values name the version that chose them."""

from django.db import migrations

RULES_STAY = """
CREATE FUNCTION profiles_rules_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a version of rules stays as it is: make another one' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER rules_stay BEFORE UPDATE OF spec, version, made_by_id, based_on
    ON profiles_survivorshipversion FOR EACH ROW
    WHEN ((old.spec, old.version, old.made_by_id, old.based_on)
        IS DISTINCT FROM (new.spec, new.version, new.made_by_id, new.based_on))
    EXECUTE FUNCTION profiles_rules_stay();
"""
NO_LONGER = """
DROP TRIGGER rules_stay ON profiles_survivorshipversion;
DROP FUNCTION profiles_rules_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0004_survivorship_as_data")]

    operations = [migrations.RunSQL(RULES_STAY, NO_LONGER)]
