"""The database itself guards the ledger, the access log and published texts, whoever asks.

The ledger and the access log only grow, and number and chain their rows themselves.
The hash of a row is SHA-256 over a zero byte, the hash of the row before, and every column as
text: four bytes of length (big-endian) and UTF-8, or ff ff ff ff for a missing value. Moments
are microseconds since 1970, bytes are hex, lists are JSON. The first row of a year (of a month
in the access log) follows the last row of the one before; the first of all follows SHA-256 of
the table's name.

The triggers name their schema before `pg_temp`: a temporary table of the same name would
otherwise stand in for the chain.

A published text is frozen and has the hash of what it says.
"""

from django.db import migrations

PROTECT_LEDGER = """
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
PROTECT_TEXTS = """
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
        ('consent', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(PROTECT_LEDGER),
        migrations.RunSQL(PARTS),
        migrations.RunSQL(chain(
            "consent_ledgerentry", LEDGER, lock=1, moment="recorded_at", number=YEAR
        )),
        migrations.RunSQL(chain("consent_accessentry", ACCESS, lock=2, moment="at", number=MONTH)),
        migrations.RunSQL(PROTECT_ACCESS),
        migrations.RunSQL(PROTECT_TEXTS),
    ]
