import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('profiles', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='QualityRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True)),
                ('taken_at', models.DateTimeField()),
                ('records', models.PositiveIntegerField(help_text='Live records counted.')),
            ],
            options={
                'permissions': [('see_data_quality', 'Can see how good the data of each source is')],
            },
        ),
        migrations.CreateModel(
            name='GenericKey',
            fields=[
                ('key', models.BigIntegerField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=24)),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'indexes': [models.Index(fields=['kind'], include=('key',), name='generic_of_kind')],
            },
        ),
        migrations.CreateModel(
            name='KeyedRecord',
            fields=[
                ('record', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='profiles.sourcerecord')),
                ('scheme', models.PositiveSmallIntegerField(help_text='`KEY_SCHEME` of the code then.')),
                ('outdated', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), null=True, size=None)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('outdated__isnull', False)), fields=['record'], name='keys_outdated')],
            },
        ),
        migrations.CreateModel(
            name='MatchModelVersion',
            fields=[
                ('version', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('shadow', 'Shadow'), ('live', 'Live'), ('retired', 'Retired')], default='draft', max_length=8)),
                ('spec', models.JSONField()),
                ('report', models.JSONField(help_text='What would change against the version live then; no values.', null=True)),
                ('is_automatic', models.BooleanField(default=False, help_text='Nobody chose it: it is renewed from the records as they grow.')),
                ('based_on', models.CharField(blank=True, help_text='The version it was derived from.', max_length=40)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('published_at', models.DateTimeField(null=True)),
                ('made_by', models.ForeignKey(help_text='Who made it on a page; nobody where a command or the machine did.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'live')), fields=('state',), name='one_live_model')],
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('pk', models.CompositePrimaryKey('lo', 'hi', blank=True, editable=False, primary_key=True, serialize=False)),
                ('weight_bits', models.FloatField(help_text='log2 odds; above zero speaks for a match')),
                ('joins', models.BooleanField(help_text='At or above the join threshold of its model.')),
                ('levels', models.JSONField(help_text='Comparison to the level reached.')),
                ('bits', models.JSONField(help_text='Comparison to its part of the weight, in bits.')),
                ('lo_version', models.PositiveIntegerField()),
                ('hi_version', models.PositiveIntegerField()),
                ('hi', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.sourcerecord')),
                ('lo', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.sourcerecord')),
                ('model_version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='matching.matchmodelversion')),
            ],
            options={
                'indexes': [models.Index(fields=['hi'], name='link_from_hi')],
                'constraints': [models.CheckConstraint(condition=models.Q(('lo__lt', models.F('hi'))), name='link_is_ordered')],
            },
        ),
        migrations.CreateModel(
            name='MergeEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('join', 'Joined'), ('split', 'Split'), ('move', 'Moved')], max_length=5)),
                ('records', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), help_text='Records that moved.', size=None)),
                ('members_after', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), help_text='All records of the target.', size=None)),
                ('evidence', models.JSONField(help_text='Links and decisions that caused it; no values.')),
                ('action', models.UUIDField(help_text="The person's action, if one caused it.", null=True)),
                ('happened_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('hash_before', models.CharField(max_length=64)),
                ('hash_after', models.CharField(max_length=64)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('from_profile', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.profile')),
                ('model_version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='matching.matchmodelversion')),
                ('to_profile', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.profile')),
            ],
            options={
                'indexes': [models.Index(fields=['to_profile', '-id'], name='receipt_of_target'), models.Index(fields=['from_profile', '-id'], name='receipt_of_origin'), models.Index(fields=['action'], name='receipt_of_action')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('report', 'Report without an answer'), ('stage', 'Source stepped back'), ('agreement', 'Stewards agree less'), ('limit', 'Quality above its limit'), ('simulated', 'Simulation finished'), ('draft', 'Draft left lying')], max_length=10)),
                ('subject', models.CharField(max_length=300)),
                ('detail', models.JSONField(default=dict)),
                ('since', models.DateTimeField(default=django.utils.timezone.now)),
                ('cleared_at', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('done_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('seen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('cleared_at', None)), fields=('kind', 'subject'), name='one_open_notice_per_subject')],
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('publish', 'Published'), ('take_back', 'Taken back'), ('spread', 'Applied to all records'), ('command', 'Published by command'), ('automatic', 'Fitted to the records')], max_length=9)),
                ('scope', models.CharField(choices=[('new', 'New data only'), ('all', 'All records, in the background')], default='all', max_length=3)),
                ('report', models.JSONField(help_text='What it rested on; no values.', null=True)),
                ('marked', models.PositiveIntegerField(help_text='Records to be resolved again.')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_by', models.ForeignKey(help_text='Who made the version; nobody where a command or the machine did.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaced', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='matching.matchmodelversion')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='matching.matchmodelversion')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'publish'), _negated=True), models.Q(('by__isnull', False), ('report__isnull', False)), _connector='OR'), name='who_publishes_has_a_name_and_a_report'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'publish'), _negated=True), ('made_by', None), models.Q(('by', models.F('made_by')), _negated=True), _connector='OR'), name='who_made_a_version_does_not_publish_it')],
            },
        ),
        migrations.CreateModel(
            name='QualityFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('metric', models.CharField(choices=[('missing', 'Missing'), ('invalid', 'Unusable'), ('stale', 'Out of date'), ('conflict', 'In conflict'), ('quarantined', 'Rows in quarantine')], max_length=12)),
                ('attribute', models.CharField(blank=True, max_length=200)),
                ('count', models.PositiveIntegerField()),
                ('total', models.PositiveIntegerField()),
                ('detail', models.JSONField(default=dict)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.source')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='figures', to='matching.qualityrun')),
            ],
            options={
                'indexes': [models.Index(fields=['source', 'metric', 'attribute'], name='figure_trend')],
                'constraints': [models.UniqueConstraint(fields=('run', 'metric', 'source', 'attribute'), name='one_figure_per_cell')],
            },
        ),
        migrations.CreateModel(
            name='QualityThreshold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('metric', models.CharField(choices=[('missing', 'Missing'), ('invalid', 'Unusable'), ('stale', 'Out of date'), ('conflict', 'In conflict'), ('quarantined', 'Rows in quarantine')], max_length=12)),
                ('attribute', models.CharField(blank=True, max_length=200)),
                ('percent', models.PositiveSmallIntegerField(validators=[django.core.validators.MaxValueValidator(100)])),
                ('set_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('set_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.source')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('metric', 'source', 'attribute'), name='one_threshold_per_cell'), models.CheckConstraint(condition=models.Q(('percent__lte', 100)), name='threshold_is_a_percentage')],
            },
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.UUIDField(help_text='The first answer.', unique=True)),
                ('first_verdict', models.CharField(choices=[('same', 'Same person'), ('different', 'Not the same person')], max_length=9)),
                ('drawn_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('put_off_until', models.DateTimeField(null=True)),
                ('verdict', models.CharField(blank=True, choices=[('same', 'Same person'), ('different', 'Not the same person')], max_length=9)),
                ('read_at', models.DateTimeField(null=True)),
                ('is_known', models.BooleanField(db_default=False, help_text='Drawn since its answer is known.')),
                ('first_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hi', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.sourcerecord')),
                ('lo', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.sourcerecord')),
                ('read_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('read_at', None)), fields=['drawn_at'], name='reading_due'), models.Index(fields=['read_by', '-read_at'], name='reading_of_steward')],
                'constraints': [models.CheckConstraint(condition=models.Q(('read_by', models.F('first_by')), _negated=True), name='nobody_reads_the_own_answer_again'), models.CheckConstraint(condition=models.Q(models.Q(('read_at', None), ('read_by', None), ('verdict', '')), models.Q(models.Q(('verdict', ''), _negated=True), ('read_at__isnull', False), ('read_by__isnull', False)), _connector='OR'), name='a_reading_has_its_time_and_person')],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('records_seen', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), help_text='All records joined at that moment.', size=None)),
                ('why', models.CharField(choices=[('customer', 'The customer says it is not theirs'), ('person', 'It belongs to someone else'), ('shared', 'Several people share this contact'), ('unsure', 'Something does not fit')], max_length=10)),
                ('words', models.CharField(blank=True, max_length=500)),
                ('reported_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('profile', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.profile')),
                ('reported_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['reported_by', '-reported_at'], name='report_of_agent'), django.contrib.postgres.indexes.GinIndex(fields=['records_seen'], name='report_by_record')],
            },
        ),
        migrations.CreateModel(
            name='ReviewCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('uncertain', 'The evidence is not strong enough'), ('identifier', 'Different verified identifiers'), ('birth_date', 'Different birth dates'), ('twins', 'Could be twins'), ('generation', 'Could be parent and child of one name'), ('household', 'Could be two people of one household'), ('weak_bridge', 'A single weak link would join two groups'), ('size', 'The group would become very large'), ('locked', 'A steward locked one of the two customers'), ('different', 'A person said some of these records are different people'), ('reported', 'Reported by an agent'), ('audit', 'A join of the machine is checked'), ('disputed', 'Two stewards answered differently')], max_length=12)),
                ('detail', models.TextField(blank=True, help_text='Field names and limits; never values.')),
                ('weight_bits', models.FloatField()),
                ('opened_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('settled_at', models.DateTimeField(null=True)),
                ('snoozed_until', models.DateTimeField(null=True)),
                ('stake', models.FloatField(db_default=1.0, help_text='See `queueing.stakes`; 1 is nothing.')),
                ('has_complaint', models.BooleanField(db_default=False)),
                ('assigned_at', models.DateTimeField(null=True)),
                ('claimed_until', models.DateTimeField(null=True)),
                ('assigned_to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('claimed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hi', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.sourcerecord')),
                ('lo', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.sourcerecord')),
            ],
            options={
                'permissions': [('review_matches', 'Can decide, split and undo matches')],
                'indexes': [models.Index(condition=models.Q(('settled_at', None)), fields=['-weight_bits', 'id'], name='open_cases_in_order'), models.Index(condition=models.Q(('settled_at', None)), fields=['hi'], name='open_case_from_hi')],
                'constraints': [models.CheckConstraint(condition=models.Q(('lo__lt', models.F('hi'))), name='case_is_ordered'), models.UniqueConstraint(condition=models.Q(('settled_at', None)), fields=('lo', 'hi'), name='one_open_case_per_pair')],
            },
        ),
        migrations.CreateModel(
            name='ReportedRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('events', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('asked_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='profiles.sourcerecord')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.sourcerecord')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='records', to='matching.report')),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reported_records', to='matching.reviewcase')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('report', 'record'), name='a_report_names_a_record_once'), models.CheckConstraint(condition=models.Q(('asked_of', None), models.Q(('asked_of', models.F('record')), _negated=True), _connector='OR'), name='nobody_is_compared_with_himself')],
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('same', 'Same person'), ('different', 'Not the same person'), ('unsure', 'Somebody else should say'), ('groups', 'Several records in groups')], max_length=9)),
                ('cautions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), help_text='Codes of why a second person is needed.', size=None)),
                ('reason', models.CharField(blank=True, max_length=255)),
                ('plan', models.JSONField(help_text='Record ids by group, for `groups`.', null=True)),
                ('proposed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('answer', models.CharField(blank=True, choices=[('agreed', 'A second person agreed'), ('overruled', 'A second person answered otherwise'), ('withdrawn', 'Taken back by who proposed it')], max_length=9)),
                ('answered_at', models.DateTimeField(null=True)),
                ('action', models.UUIDField(null=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='proposals', to='matching.reviewcase')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('action__isnull', False)), fields=['action'], name='proposal_of_action')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('answered_at', None)), fields=('case',), name='one_open_proposal_per_case'), models.CheckConstraint(condition=models.Q(models.Q(('answer', 'agreed'), _negated=True), models.Q(('answered_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='who_proposed_does_not_agree'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('answered_by', None)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='an_answer_has_its_time_and_person'), models.CheckConstraint(condition=models.Q(models.Q(('plan__isnull', False), ('verdict', 'groups')), models.Q(models.Q(('verdict', 'groups'), _negated=True), ('plan__isnull', True)), _connector='OR'), name='groups_are_proposed_with_a_plan')],
            },
        ),
        migrations.CreateModel(
            name='Audit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('share', models.FloatField(help_text='Of such joins, the share that is drawn: 0 to 1.')),
                ('weight_bits', models.FloatField()),
                ('drawn_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('hi', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.sourcerecord')),
                ('lo', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.sourcerecord')),
                ('model_version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='matching.matchmodelversion')),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='audits', to='matching.reviewcase')),
            ],
            options={
                'indexes': [models.Index(fields=['drawn_at'], name='audits_by_time')],
                'constraints': [models.CheckConstraint(condition=models.Q(('lo__lt', models.F('hi'))), name='audit_is_ordered'), models.CheckConstraint(condition=models.Q(('share__gt', 0), ('share__lte', 1)), name='audit_has_a_share'), models.UniqueConstraint(fields=('lo', 'hi'), name='a_join_is_audited_once')],
            },
        ),
        migrations.CreateModel(
            name='StageChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('set', 'Set by a person'), ('fell', 'Stepped back by itself')], max_length=4)),
                ('before', models.CharField(choices=[('observe', 'Observe: matches nothing yet'), ('suggest', 'Suggest: every match asks a person'), ('assist', 'Assist'), ('auto', 'Automatic')], max_length=10)),
                ('after', models.CharField(choices=[('observe', 'Observe: matches nothing yet'), ('suggest', 'Suggest: every match asks a person'), ('assist', 'Assist'), ('auto', 'Automatic')], max_length=10)),
                ('evidence', models.JSONField(help_text='Figures it rests on.')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.source')),
            ],
            options={
                'indexes': [models.Index(fields=['source', '-id'], name='stage_changes_of_source')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('by__isnull', False), ('kind', 'set')), models.Q(('by', None), ('kind', 'fell')), _connector='OR'), name='a_stage_is_set_by_a_person_or_falls')],
            },
        ),
        migrations.CreateModel(
            name='BlockKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=24)),
                ('key', models.BigIntegerField()),
                ('record', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='block_keys', to='profiles.sourcerecord')),
            ],
            options={
                'indexes': [models.Index(fields=['key'], include=('record', 'kind'), name='block_lookup')],
                'constraints': [models.UniqueConstraint(fields=('record', 'key'), name='key_once_per_record')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('verdict', models.CharField(choices=[('same', 'Same person'), ('different', 'Not the same person'), ('none', 'Nothing said')], max_length=10)),
                ('action', models.UUIDField(default=uuid.uuid4)),
                ('kind', models.CharField(choices=[('decide', 'Decided a pair'), ('split', 'Split records out'), ('undo', 'Took an action back')], max_length=6)),
                ('undoes', models.UUIDField(help_text='The action this one takes back.', null=True)),
                ('reason', models.CharField(blank=True, max_length=255)),
                ('decided_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('superseded_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hi', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.sourcerecord')),
                ('lo', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.sourcerecord')),
                ('supersedes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='matching.decision')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('superseded_at', None)), fields=['hi'], name='decision_from_hi'), models.Index(fields=['action'], name='decision_action'), models.Index(fields=['decided_by', '-decided_at'], name='decision_of_steward')],
                'constraints': [models.CheckConstraint(condition=models.Q(('lo__lt', models.F('hi'))), name='decision_is_ordered'), models.UniqueConstraint(condition=models.Q(('superseded_at', None)), fields=('lo', 'hi'), name='one_current_decision_per_pair')],
            },
        ),
        migrations.CreateModel(
            name='DirtyRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lane', models.PositiveSmallIntegerField(choices=[(0, 'Live'), (1, 'Bulk'), (2, 'Held: for new data only, until the version is applied to all')], default=0)),
                ('touched_keys', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('not_before', models.DateTimeField(default=django.utils.timezone.now)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('error', models.TextField(blank=True, help_text='Why the last attempt failed.')),
                ('record', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.sourcerecord')),
            ],
            options={
                'indexes': [models.Index(fields=['lane', 'id'], name='dirty_next'), models.Index(condition=models.Q(('attempts__gt', 0)), fields=['id'], name='dirty_again'), models.Index(fields=['record'], name='dirty_of_record')],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lock', models.UUIDField(help_text='What holds the record; empty for nothing.', null=True)),
                ('action', models.UUIDField(default=uuid.uuid4)),
                ('kind', models.CharField(choices=[('lock', 'Locked a customer'), ('unlock', 'Took a lock off'), ('undo', 'Took an action back')], max_length=6)),
                ('undoes', models.UUIDField(help_text='The action this one takes back.', null=True)),
                ('reason', models.CharField(blank=True, max_length=255)),
                ('decided_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('superseded_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='profiles.sourcerecord')),
                ('supersedes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='matching.hold')),
            ],
            options={
                'indexes': [models.Index(fields=['record', 'id'], name='hold_of_record'), models.Index(condition=models.Q(('kind', 'lock')), fields=['lock'], name='words_of_lock'), models.Index(fields=['action'], name='hold_action')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('superseded_at', None)), fields=('record',), name='one_current_hold_per_record'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'lock'), _negated=True), models.Q(('lock__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='a_lock_has_its_reason')],
            },
        ),
    ]
