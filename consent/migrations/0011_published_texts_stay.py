"""A published text is frozen by the database itself, and has the hash of what it says."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION consent_published_texts_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND old.published_at IS NOT NULL THEN
        RAISE EXCEPTION 'a published text is frozen: % is refused; make a new version', TG_OP
            USING ERRCODE = '42501';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN old;
    END IF;
    IF new.published_at IS NOT NULL
       AND new.body_sha256 <> encode(sha256(convert_to(new.body, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'a published text has the hash of what it says'
            USING ERRCODE = '23514';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER published_texts_stay BEFORE INSERT OR UPDATE OR DELETE ON consent_policyversion
    FOR EACH ROW EXECUTE FUNCTION consent_published_texts_stay();
ALTER TABLE consent_policyversion ENABLE ALWAYS TRIGGER published_texts_stay;
"""

RELEASE = """
DROP TRIGGER published_texts_stay ON consent_policyversion;
DROP FUNCTION consent_published_texts_stay();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0009_who_may_see_and_record'),
    ]

    operations = [migrations.RunSQL(PROTECT, RELEASE)]
