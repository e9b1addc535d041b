"""What a steward said stays as it was said: it can only be ended, once."""

from django.db import migrations

OVERRIDES_STAY = """
CREATE FUNCTION profiles_overrides_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a steward said stays as it is: end it and say something else'
        USING ERRCODE = '42501';
END $$;
CREATE TRIGGER overrides_stay BEFORE UPDATE ON profiles_override FOR EACH ROW
    WHEN (old.ended_at IS NOT NULL OR
        (old.id, old.record_id, old.attribute, old.value_hash, old.reason, old.said_by_id,
            old.said_at, old.until)
        IS DISTINCT FROM (new.id, new.record_id, new.attribute, new.value_hash, new.reason,
            new.said_by_id, new.said_at, new.until))
    EXECUTE FUNCTION profiles_overrides_stay();
"""
NO_LONGER = """
DROP TRIGGER overrides_stay ON profiles_override;
DROP FUNCTION profiles_overrides_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0006_overrides")]

    operations = [migrations.RunSQL(OVERRIDES_STAY, NO_LONGER)]
