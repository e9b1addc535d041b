"""The ledger refuses changes in the database itself, whoever asks."""

from django.db import migrations

PROTECT = """
CREATE FUNCTION consent_ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the consent ledger only grows: % is refused', TG_OP USING ERRCODE = '42501';
END $$;
CREATE TRIGGER ledger_rows_stay BEFORE UPDATE OR DELETE ON consent_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION consent_ledger_is_append_only();
CREATE TRIGGER ledger_is_not_emptied BEFORE TRUNCATE ON consent_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION consent_ledger_is_append_only();
ALTER TABLE consent_ledgerentry ENABLE ALWAYS TRIGGER ledger_rows_stay;
ALTER TABLE consent_ledgerentry ENABLE ALWAYS TRIGGER ledger_is_not_emptied;
"""

RELEASE = """
DROP TRIGGER ledger_rows_stay ON consent_ledgerentry;
DROP TRIGGER ledger_is_not_emptied ON consent_ledgerentry;
DROP FUNCTION consent_ledger_is_append_only();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0001_initial'),
    ]

    operations = [migrations.RunSQL(PROTECT, RELEASE)]
