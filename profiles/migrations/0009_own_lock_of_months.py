"""Months of events get an advisory lock of their own; theirs was that of the consent ledger.

A worker that read events and then wrote the ledger, and an import that made a month, waited for
each other.
"""

from django.db import migrations

MAKE_MONTH = """
CREATE OR REPLACE FUNCTION c360_ensure_event_month(month date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first date := date_trunc('month', month)::date;
    partition text := 'profiles_event_' || to_char(month, 'YYYY_MM');
BEGIN
    IF to_regclass('public.' || partition) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(362, 1);  -- two importers may need the same month
    EXECUTE format(
        'CREATE TABLE IF NOT EXISTS public.%I PARTITION OF public.profiles_event'
        ' FOR VALUES FROM (%L) TO (%L)',
        partition,
        first::timestamp AT TIME ZONE 'UTC',
        (first + interval '1 month')::timestamp AT TIME ZONE 'UTC'
    );
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("profiles", "0008_events_counted_from_an_index")]

    operations = [migrations.RunSQL(MAKE_MONTH, migrations.RunSQL.noop)]
