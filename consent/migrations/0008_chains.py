"""The ledger and the access log number and chain their rows themselves.

The hash of a row is SHA-256 over a zero byte, the hash of the row before, and every column as
text: four bytes of length (big-endian) and UTF-8, or ff ff ff ff for a missing value. Moments
are microseconds since 1970, bytes are hex, lists are JSON. The first row of a year (of a month
in the access log) follows the last row of the one before; the first of all follows SHA-256 of
the table's name.

The triggers name their schema before `pg_temp`: a temporary table of the same name would
otherwise stand in for the chain.
"""

from django.db import migrations, models

TEXT, MOMENT, BYTES, LIST = "{}::text", "{micros}", "encode({}, 'hex')", "array_to_json({})::text"
LEDGER = {
    "id": TEXT, "seq": TEXT, "chain": TEXT, "entry_id": TEXT, "record_id": TEXT, "contact_point_id": TEXT,
    "purpose_id": TEXT, "channel": TEXT, "decision": TEXT, "scope": TEXT, "scope_records": LIST,
    "basis": TEXT, "policy_version_id": TEXT, "jurisdiction": TEXT, "language": TEXT,
    "stated_at": MOMENT, "precision": TEXT, "valid_until": MOMENT, "recorded_at": MOMENT,
    "method": TEXT, "actor_type": TEXT, "actor_id": TEXT, "corrects_id": TEXT,
    "evidence_commitment": BYTES, "body": TEXT, "statement_hash": TEXT,
}  # fmt: skip
ACCESS = {
    "id": TEXT, "seq": TEXT, "chain": TEXT, "entry_id": TEXT, "at": MOMENT, "actor_id": TEXT,
    "source_id": TEXT, "roles": TEXT, "session": TEXT, "address": TEXT, "action": TEXT,
    "view": TEXT, "status": TEXT, "profiles": LIST, "records": LIST, "fields": LIST,
    "terms": LIST, "results": TEXT, "reason": TEXT, "request_id": TEXT,
}  # fmt: skip

PARTS = """
CREATE FUNCTION consent_part(value text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(int4send(octet_length(convert_to(value, 'UTF8')))
                    || convert_to(value, 'UTF8'), '\\xffffffff'::bytea)
$$;
CREATE FUNCTION consent_micros(moment timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT (extract(epoch FROM moment) * 1000000)::bigint::text
$$;
"""
CHAIN = """
CREATE FUNCTION {table}_hash(new {table}) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256('\\x00'::bytea || new.prev_hash || {parts})
$$;
CREATE FUNCTION {table}_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last record;
BEGIN
    PERFORM pg_advisory_xact_lock(360, {lock});  -- until the commit: numbers have no gaps
    new.{moment} := clock_timestamp();
    new.chain := {chain};
    SELECT chain, seq, row_hash INTO last FROM {table} ORDER BY chain DESC, seq DESC LIMIT 1;
    new.chain := greatest(new.chain, coalesce(last.chain, 0));  -- clocks may go back
    new.seq := CASE WHEN last.chain = new.chain THEN last.seq ELSE 0 END + 1;
    new.prev_hash := coalesce(last.row_hash, sha256('{table}'::bytea));
    new.row_hash := {table}_hash(new);
    RETURN new;
END $$;
CREATE TRIGGER rows_are_chained BEFORE INSERT ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_chain();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER rows_are_chained;
DO $$ BEGIN
    EXECUTE format(
        'ALTER FUNCTION {table}_chain() SET search_path = %I, pg_temp', current_schema()
    );
END $$;
"""
PROTECT_ACCESS = """
CREATE FUNCTION consent_access_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the access log only grows: % is refused', TG_OP USING ERRCODE = '42501';
END $$;
CREATE TRIGGER access_rows_stay BEFORE UPDATE OR DELETE ON consent_accessentry
    FOR EACH ROW EXECUTE FUNCTION consent_access_is_append_only();
CREATE TRIGGER access_log_is_not_emptied BEFORE TRUNCATE ON consent_accessentry
    FOR EACH STATEMENT EXECUTE FUNCTION consent_access_is_append_only();
ALTER TABLE consent_accessentry ENABLE ALWAYS TRIGGER access_rows_stay;
ALTER TABLE consent_accessentry ENABLE ALWAYS TRIGGER access_log_is_not_emptied;
"""
FILL = """
ALTER TABLE consent_ledgerentry DISABLE TRIGGER ledger_rows_stay;
UPDATE consent_ledgerentry SET precision = CASE WHEN is_dated THEN 'exact' ELSE 'undated' END;
DO $$
DECLARE entry consent_ledgerentry; last consent_ledgerentry;
BEGIN
    FOR entry IN SELECT * FROM consent_ledgerentry ORDER BY recorded_at, id LOOP
        entry.chain := extract(year FROM entry.recorded_at AT TIME ZONE 'UTC');
        entry.seq := CASE WHEN last.chain = entry.chain THEN last.seq ELSE 0 END + 1;
        entry.prev_hash := coalesce(last.row_hash, sha256('consent_ledgerentry'::bytea));
        entry.row_hash := consent_ledgerentry_hash(entry);
        UPDATE consent_ledgerentry
        SET chain = entry.chain, seq = entry.seq, prev_hash = entry.prev_hash,
            row_hash = entry.row_hash
        WHERE id = entry.id;
        last := entry;
    END LOOP;
END $$;
ALTER TABLE consent_ledgerentry ENABLE ALWAYS TRIGGER ledger_rows_stay;
"""


def chain(table, columns, *, lock, moment, number):
    """The hash function and the trigger of one table."""

    def part(name, form):
        column = f"new.{name}"
        return f"consent_part({form.format(column, micros=f'consent_micros({column})')})"

    parts = " || ".join(part(name, form) for name, form in columns.items())
    return CHAIN.format(table=table, parts=parts, lock=lock, moment=moment, chain=number)


YEAR = "extract(year FROM new.recorded_at AT TIME ZONE 'UTC')"
MONTH = "to_char(new.at AT TIME ZONE 'UTC', 'YYYYMM')::integer"


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0007_lawful_basis_of_everything'),
    ]

    operations = [
        migrations.RunSQL(PARTS),
        migrations.RunSQL(chain(
            "consent_ledgerentry", LEDGER, lock=1, moment="recorded_at", number=YEAR
        )),
        migrations.RunSQL(FILL),
        migrations.RunSQL(chain("consent_accessentry", ACCESS, lock=2, moment="at", number=MONTH)),
        migrations.RunSQL(PROTECT_ACCESS),
        migrations.RemoveField(
            model_name='ledgerentry',
            name='is_dated',
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='chain',
            field=models.PositiveIntegerField(help_text='The year; each begins with the last head.'),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='prev_hash',
            field=models.BinaryField(max_length=32),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='row_hash',
            field=models.BinaryField(max_length=32),
        ),
        migrations.AlterField(
            model_name='ledgerentry',
            name='seq',
            field=models.BigIntegerField(),
        ),
    ]
