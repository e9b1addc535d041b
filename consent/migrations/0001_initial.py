import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

# Serves: who else lives at an address that somebody refused (`consent.holders`).
BY_POSTAL_CODE = """
CREATE INDEX record_by_postal_code ON profiles_sourcerecord
    ((replace(lower(attributes #>> '{address,postal_code}'), ' ', '')))
    WHERE attributes #>> '{address,postal_code}' IS NOT NULL
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('profiles', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Purpose',
            fields=[
                ('key', models.SlugField(max_length=60, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('description', models.TextField(blank=True)),
                ('mode', models.CharField(choices=[('opt_in', 'Only with a yes'), ('opt_out', 'Unless refused'), ('necessary', 'Needed for the service itself; no advertising')], default='opt_in', max_length=10)),
                ('validity_months', models.PositiveSmallIntegerField(blank=True, help_text='How long a yes lasts; empty means until taken back.', null=True)),
                ('dpv_iri', models.URLField(blank=True, help_text='Its term in the W3C Data Privacy Vocabulary, for receipts.')),
                ('is_retired', models.BooleanField(default=False, help_text='Nothing new is asked under it, and nothing is allowed.')),
            ],
        ),
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('log', models.CharField(choices=[('consent', 'Consent ledger'), ('access', 'Access log')], max_length=8)),
                ('chain', models.PositiveIntegerField()),
                ('size', models.BigIntegerField(help_text='The number of its last row.')),
                ('head', models.CharField(help_text='Hash of that row, hex.', max_length=64)),
                ('previous', models.CharField(blank=True, help_text='SHA-256 of the checkpoint before, hex.', max_length=64)),
                ('signed_at', models.DateTimeField()),
                ('key_id', models.CharField(max_length=16)),
                ('signature', models.CharField(help_text='Hex.', max_length=128)),
            ],
            options={
                'default_permissions': ('view',),
                'constraints': [models.UniqueConstraint(fields=('log', 'chain', 'size'), name='one_checkpoint_per_head')],
            },
        ),
        migrations.CreateModel(
            name='ContactPoint',
            fields=[
                ('ref', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('email', 'E-mail address'), ('phone', 'Phone number'), ('postal', 'Postal address')], max_length=8)),
                ('digest', models.BinaryField(help_text='HMAC-SHA256; the key is outside.', max_length=32)),
                ('key_id', models.CharField(max_length=16)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'digest', 'key_id'), name='one_contact_point_per_value')],
            },
        ),
        migrations.CreateModel(
            name='PermissionState',
            fields=[
                ('profile', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='permission_state', serialize=False, to='profiles.profile')),
                ('is_stale', models.BooleanField(default=False)),
                ('computed_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('is_stale', True)), fields=['profile'], name='permission_is_stale')],
            },
        ),
        migrations.CreateModel(
            name='ProcessingActivity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, unique=True)),
                ('description', models.TextField(blank=True)),
                ('role', models.CharField(choices=[('controller', 'Controller'), ('joint', 'Joint controller'), ('processor', 'Processor')], default='controller', max_length=12)),
                ('people', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, size=None)),
                ('data_categories', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, size=None)),
                ('recipients', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, size=None)),
                ('transfers', models.TextField(blank=True, help_text='Countries outside, and the safeguard.')),
                ('retention', models.TextField(blank=True, help_text='When the data is erased.')),
                ('security', models.TextField(blank=True, help_text='How the data is protected.')),
                ('assessment', models.CharField(blank=True, help_text='Where the impact or interest assessment is.', max_length=200)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('purposes', models.ManyToManyField(blank=True, related_name='activities', to='consent.purpose')),
            ],
        ),
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('jurisdiction', models.CharField(help_text='Country or region, e.g. GB.', max_length=8)),
                ('language', models.CharField(help_text='Such as en or de.', max_length=12)),
                ('version', models.PositiveIntegerField()),
                ('body', models.TextField(help_text='What people read, word for word.')),
                ('body_sha256', models.CharField(editable=False, max_length=64)),
                ('labels', models.JSONField(default=list, help_text='The buttons and boxes, in their order.')),
                ('material_change', models.BooleanField(default=False, help_text='A yes to an earlier version no longer counts.')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('published_at', models.DateTimeField(editable=False, null=True)),
                ('purpose', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='policies', to='consent.purpose')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('purpose', 'jurisdiction', 'language', 'version'), name='policy_versions_count_up')],
            },
        ),
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entry_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('channel', models.CharField(blank=True, choices=[('email', 'E-mail'), ('sms', 'SMS'), ('phone', 'Phone'), ('post', 'Post')], help_text='Empty means all.', max_length=8)),
                ('decision', models.CharField(choices=[('granted', 'Allowed'), ('refused', 'Refused'), ('withdrawn', 'Taken back'), ('objected', 'Objected'), ('requested', 'Asked, not confirmed yet'), ('invalidated', 'Found invalid'), ('corrected', 'Was about somebody else')], max_length=12)),
                ('scope', models.CharField(choices=[('contact_point', 'One contact point'), ('record', 'The record'), ('snapshot', 'All records joined at that time')], default='record', max_length=14)),
                ('scope_records', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('basis', models.CharField(choices=[('consent', 'Consent'), ('contract', 'Contract'), ('legal_obligation', 'Legal obligation'), ('vital_interests', 'Vital interests'), ('public_task', 'Public task'), ('legitimate_interests', 'Legitimate interests')], default='consent', max_length=24)),
                ('jurisdiction', models.CharField(blank=True, max_length=8)),
                ('language', models.CharField(blank=True, max_length=12)),
                ('stated_at', models.DateTimeField(help_text='When the person said so.')),
                ('precision', models.CharField(choices=[('exact', 'To the second'), ('day', 'To the day'), ('undated', 'The time of the row stands in')], default='exact', max_length=8)),
                ('valid_until', models.DateTimeField(null=True)),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('method', models.CharField(choices=[('import', 'Came with a record'), ('agent', 'Told to an agent'), ('api', 'Sent by another system'), ('form', 'Given on a form'), ('unsubscribe', 'Unsubscribed from a mail'), ('paper', 'On paper')], max_length=12)),
                ('actor_type', models.CharField(choices=[('subject', 'The person'), ('agent', 'An agent for the person'), ('source', 'A source'), ('system', 'The system')], default='source', max_length=8)),
                ('evidence_commitment', models.BinaryField(help_text="HMAC of the evidence under the subject's key.", max_length=32, null=True)),
                ('body', models.JSONField(default=dict, help_text='Further facts; nothing personal.')),
                ('statement_hash', models.CharField(help_text='Of what was stated: the same statement enters once.', max_length=64)),
                ('chain', models.PositiveIntegerField(help_text='The year; each begins with the last head.')),
                ('seq', models.BigIntegerField()),
                ('prev_hash', models.BinaryField(max_length=32)),
                ('row_hash', models.BinaryField(max_length=32)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('contact_point', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='consent.contactpoint')),
                ('corrects', models.ForeignKey(help_text='The earlier entry that this one invalidates or corrects.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.ledgerentry')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ledger_entries', to='profiles.sourcerecord')),
                ('policy_version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.policyversion')),
                ('purpose', models.ForeignKey(help_text='Empty means all.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.purpose')),
            ],
            options={
                'permissions': [('view_contact_permission', 'Can see whether a customer may be contacted'), ('record_statement', 'Can record what a customer says about consent')],
                'default_permissions': ('view',),
                'indexes': [models.Index(condition=models.Q(('contact_point__isnull', False)), fields=['contact_point'], name='ledger_by_contact_point'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('scope', 'snapshot')), fields=['scope_records'], name='ledger_by_snapshot')],
                'constraints': [models.UniqueConstraint(fields=('record', 'statement_hash'), name='one_entry_per_statement'), models.UniqueConstraint(fields=('chain', 'seq'), name='ledger_has_no_gaps'), models.CheckConstraint(condition=models.Q(('channel__in', ['', 'email', 'sms', 'phone', 'post'])), name='channel_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('decision', 'granted'), _negated=True), models.Q(('purpose__isnull', False), models.Q(('channel', ''), _negated=True)), _connector='OR'), name='a_yes_is_to_something'), models.CheckConstraint(condition=models.Q(models.Q(('decision__in', ['invalidated', 'corrected']), _negated=True), ('corrects__isnull', False), _connector='OR'), name='a_correction_names_an_entry')],
            },
        ),
        migrations.CreateModel(
            name='FieldBasis',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attribute', models.CharField(help_text='As its mapping names it, or `events` for its events.', max_length=80)),
                ('basis', models.CharField(choices=[('consent', 'Consent'), ('contract', 'Contract'), ('legal_obligation', 'Legal obligation'), ('vital_interests', 'Vital interests'), ('public_task', 'Public task'), ('legitimate_interests', 'Legitimate interests')], max_length=24)),
                ('special_condition', models.CharField(blank=True, help_text='Article 9(2) condition of sensitive data.', max_length=80)),
                ('reference', models.CharField(blank=True, help_text='The clause, law or assessment it rests on.', max_length=200)),
                ('retention_days', models.PositiveIntegerField(help_text='Days kept after last seen.')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='field_bases', to='profiles.source')),
                ('activity', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='field_bases', to='consent.processingactivity')),
                ('purpose', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='consent.purpose')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('source', 'attribute', 'purpose'), name='one_basis_per_purpose'), models.CheckConstraint(condition=models.Q(('retention_days__gt', 0)), name='retention_is_a_time')],
            },
        ),
        migrations.CreateModel(
            name='EffectivePermission',
            fields=[
                ('pk', models.CompositePrimaryKey('profile_id', 'purpose_id', 'channel', 'contact_point_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(max_length=8)),
                ('allowed', models.BooleanField()),
                ('reason', models.CharField(max_length=20)),
                ('since', models.DateTimeField(null=True)),
                ('record_id', models.BigIntegerField(help_text='Whose word it is.', null=True)),
                ('entry_id', models.BigIntegerField(help_text='The deciding ledger entry.', null=True)),
                ('records_disagree', models.BooleanField(default=False)),
                ('valid_until', models.DateTimeField(help_text='An allowed one ends then.', null=True)),
                ('changes_at', models.DateTimeField(null=True)),
                ('contact_point', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='consent.contactpoint')),
                ('profile', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='permissions', to='profiles.profile')),
                ('purpose', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='consent.purpose')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('changes_at__isnull', False)), fields=['changes_at'], name='permission_changes_at')],
            },
        ),
        migrations.CreateModel(
            name='SubjectKey',
            fields=[
                ('ref', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('wrapped_key', models.BinaryField(null=True)),
                ('wrapping_key_id', models.CharField(max_length=16)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('destroyed_at', models.DateTimeField(null=True)),
                ('record', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='subject_key', to='profiles.sourcerecord')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('destroyed_at__isnull', False), ('wrapped_key', None)), models.Q(('destroyed_at', None), ('wrapped_key__isnull', False)), _connector='OR'), name='a_key_is_there_or_destroyed')],
            },
        ),
        migrations.CreateModel(
            name='ConsentEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entry_id', models.UUIDField(help_text='Of the ledger entry it proves.', unique=True)),
                ('kind', models.CharField(choices=[('row', 'Row of a source'), ('script', 'Text read out'), ('form', 'Form')], max_length=8)),
                ('payload', models.BinaryField(help_text="AES-GCM under the subject's key.")),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('subject_key', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='consent.subjectkey')),
            ],
        ),
        migrations.CreateModel(
            name='AccessEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('entry_id', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('at', models.DateTimeField()),
                ('roles', models.CharField(blank=True, max_length=120)),
                ('session', models.CharField(blank=True, help_text='Keyed hash of it.', max_length=16)),
                ('address', models.GenericIPAddressField(null=True)),
                ('action', models.CharField(choices=[('view', 'Looked at'), ('search', 'Searched'), ('list', 'Listed'), ('reveal', 'Showed a masked value of'), ('export', 'Exported'), ('change', 'Changed'), ('review', 'Reviewed a match of'), ('api', 'Read by interface')], max_length=8)),
                ('view', models.CharField(help_text='The name of the address asked.', max_length=80)),
                ('status', models.PositiveSmallIntegerField(help_text='Of the answer.')),
                ('profiles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=14), default=list, size=None)),
                ('records', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), default=list, size=None)),
                ('terms', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=32), default=list, help_text='Keyed hashes of search words.', size=None)),
                ('results', models.PositiveIntegerField(null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('request_id', models.CharField(blank=True, max_length=40)),
                ('chain', models.PositiveIntegerField()),
                ('seq', models.BigIntegerField()),
                ('prev_hash', models.BinaryField(max_length=32)),
                ('row_hash', models.BinaryField(max_length=32)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('source', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='profiles.source')),
            ],
            options={
                'default_permissions': ('view',),
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['profiles'], name='access_by_profile'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('records', []), _negated=True), fields=['records'], name='access_by_record'), models.Index(condition=models.Q(('action', 'export')), fields=['at'], name='access_by_export'), models.Index(fields=['actor', '-at'], name='access_by_actor'), django.contrib.postgres.indexes.BrinIndex(fields=['at'], name='access_by_time', pages_per_range=32)],
                'constraints': [models.UniqueConstraint(fields=('chain', 'seq'), name='access_log_has_no_gaps')],
            },
        ),
        migrations.RunSQL(BY_POSTAL_CODE, 'DROP INDEX record_by_postal_code'),
    ]
