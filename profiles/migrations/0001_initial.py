import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import profiles.models.profile
import uuid
from django.conf import settings
from django.contrib.postgres.operations import CreateExtension, TrigramExtension
from django.db import migrations, models

# Every word carries a letter for what it is, so that one query can ask for all kinds at once:
# n name, s sound of a name, p place, b birthday, c postal code. Names and places stand whole and
# in their parts. Texts are cut, because PostgreSQL refuses words of 2 kB and more.
FOUND_BY = r"""
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

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),  # search by misspelt names
        CreateExtension('fuzzystrmatch'),  # search by sound
        migrations.RunSQL(
            FOUND_BY, 'DROP FUNCTION c360_found_by(text, varchar[], varchar[], jsonb)'
        ),
        migrations.CreateModel(
            name='SourceRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(max_length=200)),
                ('version', models.PositiveIntegerField(default=1)),
                ('attributes', models.JSONField(default=dict)),
                ('content_hash', models.CharField(max_length=64)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('born_at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('deleted_at', models.DateTimeField(null=True)),
                ('erased_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('kind', models.CharField(blank=True, help_text='CRM, shop, support desk…', max_length=40)),
                ('owner', models.CharField(blank=True, help_text='Who answers for its data.', max_length=120)),
                ('trust_class', models.CharField(choices=[('server', 'Server'), ('browser', 'Browser'), ('file', 'File'), ('webhook', 'Webhook')], default='file', max_length=10)),
                ('stage', models.CharField(choices=[('observe', 'Observe: matches nothing yet'), ('suggest', 'Suggest: every match asks a person'), ('assist', 'Assist'), ('auto', 'Automatic')], default='auto', max_length=10)),
                ('priority', models.PositiveSmallIntegerField(default=50, help_text='Lower wins when values of one age disagree.')),
                ('region', models.CharField(blank=True, help_text='Country of telephone numbers without a prefix.', max_length=2)),
                ('max_age_days', models.PositiveIntegerField(blank=True, help_text='Older data counts as stale; empty means never.', null=True)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                'ordering': ['slug'],
            },
        ),
        migrations.CreateModel(
            name='SourceMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reads', models.CharField(choices=[('records', 'Person records'), ('events', 'Events')], max_length=10)),
                ('version', models.PositiveIntegerField()),
                ('spec', models.JSONField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mappings', to='profiles.source')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('source', 'reads', 'version'), name='mapping_versions_count_up')],
            },
        ),
        migrations.CreateModel(
            name='Profile',
            fields=[
                ('id', models.CharField(default=profiles.models.profile.new_profile_id, max_length=14, primary_key=True, serialize=False)),
                ('record_count', models.PositiveIntegerField(default=0, help_text='Live records joined here; 0 means this id only redirects.')),
                ('golden', models.JSONField(default=dict, help_text='Attribute to chosen value and reason.')),
                ('display_name', models.CharField(blank=True, max_length=240)),
                ('search_name', models.TextField(blank=True, help_text='Folded names of all joined records, for typo-tolerant search.')),
                ('name_sounds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), blank=True, default=list, size=None)),
                ('postcode_norm', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), blank=True, default=list, size=None)),
                ('found_by', models.GeneratedField(db_persist=True, expression=models.Func('search_name', 'name_sounds', 'postcode_norm', 'golden', function='c360_found_by'), help_text='What search asks for: n name, s sound, p place, b birthday, c postal code.', output_field=django.contrib.postgres.search.SearchVectorField())),
                ('last_event_at', models.DateTimeField(null=True)),
                ('updated_at', models.DateTimeField(help_text='Last change of what it shows.', null=True)),
                ('birth_record', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='birth_profile', to='profiles.sourcerecord')),
            ],
            options={
                'permissions': [('search_customers', 'Can search for customers and open them'), ('see_matching_evidence', 'Can see why records were joined')],
                'indexes': [django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('search_name', name='gin_trgm_ops'), name='profile_name_trigrams'), django.contrib.postgres.indexes.GinIndex(fields=['found_by'], name='profile_found_by')],
            },
        ),
        migrations.AddField(
            model_name='sourcerecord',
            name='source',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='records', to='profiles.source'),
        ),
        migrations.CreateModel(
            name='EventMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.CharField(max_length=200)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='profiles.source')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('source', 'message_id'), name='one_event_per_message')],
            },
        ),
        migrations.CreateModel(
            name='CustomerObject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('namespace', models.CharField(max_length=60)),
                ('object_id', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('order', 'Order'), ('payment', 'Payment'), ('refund', 'Refund'), ('return', 'Return'), ('delivery', 'Delivery'), ('subscription', 'Subscription'), ('ticket', 'Ticket'), ('call', 'Call'), ('chat', 'Chat'), ('message', 'Message'), ('visit', 'Visit'), ('product', 'Product view'), ('search', 'Site search'), ('cart', 'Cart'), ('consent', 'Consent'), ('loyalty', 'Loyalty'), ('review', 'Product review'), ('account', 'Account'), ('identity', 'Identity'), ('note', 'Note'), ('other', 'Other')], max_length=14)),
                ('record_key', models.CharField(blank=True, max_length=200)),
                ('state', models.CharField(blank=True, max_length=60)),
                ('state_message_id', models.CharField(help_text='The message that gave the state; breaks ties of time.', max_length=200)),
                ('state_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField(help_text='Earliest event.')),
                ('amount_minor', models.BigIntegerField(null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('record', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='objects_of_record', to='profiles.sourcerecord')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='profiles.source')),
            ],
            options={
                'indexes': [models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Reverse(django.db.models.functions.text.Upper('object_id')), name='text_pattern_ops'), name='object_tail'), models.Index(fields=['record', 'kind', '-state_at'], name='object_of_record'), models.Index(condition=models.Q(('record', None)), fields=['source', 'record_key'], name='object_waits_for_record')],
                'constraints': [models.UniqueConstraint(fields=('namespace', 'object_id'), name='one_object_per_id')],
            },
        ),
        migrations.AddField(
            model_name='sourcerecord',
            name='mapping',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='profiles.sourcemapping'),
        ),
        migrations.CreateModel(
            name='RecordVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_hash', models.CharField(max_length=64)),
                ('payload', models.JSONField(help_text='The row as it arrived.')),
                ('attributes', models.JSONField(default=dict)),
                ('is_deletion', models.BooleanField(default=False)),
                ('source_updated_at', models.DateTimeField(null=True)),
                ('received_at', models.DateTimeField()),
                ('record', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='profiles.sourcerecord')),
                ('mapping', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='profiles.sourcemapping')),
            ],
            options={
                'indexes': [models.Index(fields=['record', 'content_hash'], name='version_of_record')],
            },
        ),
        migrations.CreateModel(
            name='QuarantinedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('origin', models.CharField(help_text="File name, or 'api'.", max_length=255)),
                ('line', models.PositiveIntegerField(null=True)),
                ('column', models.CharField(blank=True, max_length=120)),
                ('value', models.TextField(blank=True)),
                ('reason', models.CharField(max_length=255)),
                ('raw', models.JSONField()),
                ('row_hash', models.CharField(max_length=64)),
                ('received_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('settled_at', models.DateTimeField(help_text='When a later import read the row.', null=True)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='quarantined_rows', to='profiles.source')),
                ('mapping', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='profiles.sourcemapping')),
            ],
            options={
                'indexes': [models.Index(fields=['source', '-received_at'], name='quarantine_of_source')],
                'constraints': [models.UniqueConstraint(fields=('source', 'row_hash', 'reason'), name='bad_row_is_kept_once')],
            },
        ),
        migrations.CreateModel(
            name='SourceToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('hint', models.CharField(editable=False, help_text="The token's last letters.", max_length=8)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('last_used_at', models.DateTimeField(editable=False, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='profiles.source')),
            ],
        ),
        migrations.CreateModel(
            name='Suppression',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('source_key', 'Source key'), ('contact_point', 'Contact point')], max_length=16)),
                ('digest', models.BinaryField(help_text='HMAC-SHA256; the key is outside.', max_length=32)),
                ('key_id', models.CharField(max_length=16)),
                ('purpose', models.CharField(blank=True, help_text='Empty means all.', max_length=60)),
                ('mode', models.CharField(choices=[('block_ingest', 'Refuse the record'), ('quarantine', 'Hold the record for a person to look at'), ('no_contact', 'Never contact')], max_length=16)),
                ('cause', models.CharField(choices=[('erasure', 'Erasure'), ('objection', 'Objection'), ('bounce', 'Bounce'), ('legal', 'Legal')], max_length=12)),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
                ('lifted_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('kind', 'digest', 'key_id', 'purpose'), name='one_suppression_per_value')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('record', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='membership', serialize=False, to='profiles.sourcerecord')),
                ('component', models.BigIntegerField()),
                ('profile', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='profiles.profile')),
            ],
            options={
                'indexes': [models.Index(fields=['component'], name='membership_component')],
            },
        ),
        migrations.CreateModel(
            name='Identifier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('namespace', models.CharField(max_length=60)),
                ('value_norm', models.CharField(max_length=254)),
                ('record', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='identifiers', to='profiles.sourcerecord')),
            ],
            options={
                'indexes': [models.Index(fields=['value_norm', 'namespace'], name='identifier_lookup'), models.Index(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Reverse('value_norm'), name='text_pattern_ops'), condition=models.Q(('namespace', 'phone')), name='phone_tail')],
                'constraints': [models.UniqueConstraint(fields=('record', 'namespace', 'value_norm'), name='identifier_once_per_record')],
            },
        ),
        migrations.CreateModel(
            name='CorrectionProposal',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('attribute', models.CharField(help_text='As golden values are named.', max_length=80)),
                ('old_hash', models.CharField(help_text='Keyed hash of the value objected to.', max_length=64)),
                ('value', models.JSONField(default=dict, help_text='Attributes as ingest reads them; empty where no better is known.')),
                ('why', models.CharField(choices=[('outdated', 'It is out of date'), ('misspelt', 'It is misspelt'), ('never', 'It never was theirs')], max_length=8)),
                ('said_by', models.CharField(choices=[('customer', 'The customer'), ('document', 'A letter or document'), ('staff', 'I saw it myself')], max_length=8)),
                ('words', models.CharField(blank=True, max_length=255)),
                ('proposed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('withdrawn', 'Taken back')], default='proposed', max_length=9)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='profiles.sourcerecord')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'proposed')), fields=['record', 'attribute'], name='standing_corrections')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'proposed'), ('withdrawn_at', None), ('withdrawn_by', None)), models.Q(('state', 'withdrawn'), ('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='who_withdrew_a_correction_is_known')],
            },
        ),
        migrations.AddIndex(
            model_name='sourcerecord',
            index=models.Index(fields=['source', '-received_at'], name='record_source_freshness'),
        ),
        migrations.AddConstraint(
            model_name='sourcerecord',
            constraint=models.UniqueConstraint(fields=('source', 'external_id'), name='one_record_per_source_key'),
        ),
    ]
