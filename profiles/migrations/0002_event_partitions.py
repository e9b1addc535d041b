"""Events in monthly partitions, made on demand by the tables' owner.

The application's role may not run DDL; it calls `c360_ensure_event_month`, which runs with the
owner's rights and does one thing only.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

CREATE_EVENTS = """
CREATE SEQUENCE profiles_event_id AS bigint;
CREATE TABLE profiles_event (
    id bigint NOT NULL DEFAULT nextval('profiles_event_id'),
    source_id bigint NOT NULL REFERENCES profiles_source (id) DEFERRABLE INITIALLY DEFERRED,
    message_id varchar(200) NOT NULL,
    record_id bigint REFERENCES profiles_sourcerecord (id) DEFERRABLE INITIALLY DEFERRED,
    record_key varchar(200) NOT NULL,
    kind varchar(14) NOT NULL,
    name varchar(160) NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    channel varchar(40) NOT NULL,
    text text NOT NULL,
    object_namespace varchar(60) NOT NULL,
    object_id varchar(120) NOT NULL,
    object_state varchar(60) NOT NULL,
    amount_minor bigint,
    currency varchar(3) NOT NULL,
    identifiers jsonb NOT NULL,
    properties jsonb NOT NULL,
    retention_until timestamptz,
    part_of_namespace varchar(60) NOT NULL DEFAULT '',
    part_of_id varchar(120) NOT NULL DEFAULT '',
    PRIMARY KEY (occurred_at, id)
) PARTITION BY RANGE (occurred_at);
ALTER SEQUENCE profiles_event_id OWNED BY profiles_event.id;
CREATE INDEX event_timeline ON profiles_event (record_id, occurred_at DESC, id DESC);
CREATE INDEX event_of_kind ON profiles_event (record_id, kind, occurred_at DESC)
    INCLUDE (source_id, id, object_namespace, object_id);
CREATE INDEX event_waits_for_record ON profiles_event (source_id, record_key)
    WHERE record_id IS NULL;
CREATE INDEX event_of_object ON profiles_event (object_namespace, object_id)
    WHERE object_id <> '';
CREATE INDEX event_of_part ON profiles_event (record_id, occurred_at DESC, id DESC)
    WHERE part_of_id <> '';

CREATE FUNCTION c360_ensure_event_month(month date) RETURNS void
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

DROP_EVENTS = """
DROP FUNCTION c360_ensure_event_month(date);
DROP TABLE profiles_event;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('profiles', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE_EVENTS, DROP_EVENTS)],
            state_operations=[
                migrations.CreateModel(
                    name='Event',
                    fields=[
                        ('pk', models.CompositePrimaryKey('occurred_at', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                        ('id', models.BigIntegerField(db_default=models.Func(models.Value('profiles_event_id'), function='nextval'))),
                        ('message_id', models.CharField(max_length=200)),
                        ('record_key', models.CharField(blank=True, max_length=200)),
                        ('kind', models.CharField(choices=[('order', 'Order'), ('payment', 'Payment'), ('refund', 'Refund'), ('return', 'Return'), ('delivery', 'Delivery'), ('subscription', 'Subscription'), ('ticket', 'Ticket'), ('call', 'Call'), ('chat', 'Chat'), ('message', 'Message'), ('visit', 'Visit'), ('product', 'Product view'), ('search', 'Site search'), ('cart', 'Cart'), ('consent', 'Consent'), ('loyalty', 'Loyalty'), ('review', 'Product review'), ('account', 'Account'), ('identity', 'Identity'), ('note', 'Note'), ('other', 'Other')], max_length=14)),
                        ('name', models.CharField(max_length=160)),
                        ('occurred_at', models.DateTimeField()),
                        ('received_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('channel', models.CharField(blank=True, max_length=40)),
                        ('text', models.TextField(blank=True)),
                        ('object_namespace', models.CharField(blank=True, max_length=60)),
                        ('object_id', models.CharField(blank=True, max_length=120)),
                        ('object_state', models.CharField(blank=True, max_length=60)),
                        ('part_of_namespace', models.CharField(blank=True, db_default='', default='', max_length=60)),
                        ('part_of_id', models.CharField(blank=True, db_default='', default='', max_length=120)),
                        ('amount_minor', models.BigIntegerField(help_text="In the currency's minor unit.", null=True)),
                        ('currency', models.CharField(blank=True, max_length=3)),
                        ('identifiers', models.JSONField(default=dict)),
                        ('properties', models.JSONField(default=dict)),
                        ('retention_until', models.DateTimeField(null=True)),
                        ('record', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='profiles.sourcerecord')),
                        ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='profiles.source')),
                    ],
                ),
                migrations.AddIndex(
                    model_name='event',
                    index=models.Index(fields=['record', '-occurred_at', '-id'], name='event_timeline'),
                ),
                migrations.AddIndex(
                    model_name='event',
                    index=models.Index(fields=['record', 'kind', '-occurred_at'], include=('source', 'id', 'object_namespace', 'object_id'), name='event_of_kind'),
                ),
                migrations.AddIndex(
                    model_name='event',
                    index=models.Index(condition=models.Q(('record', None)), fields=['source', 'record_key'], name='event_waits_for_record'),
                ),
                migrations.AddIndex(
                    model_name='event',
                    index=models.Index(condition=models.Q(('object_id', ''), _negated=True), fields=['object_namespace', 'object_id'], name='event_of_object'),
                ),
                migrations.AddIndex(
                    model_name='event',
                    index=models.Index(condition=models.Q(('part_of_id', ''), _negated=True), fields=['record', '-occurred_at', '-id'], name='event_of_part'),
                ),
            ],
        ),
    ]
