"""Customers and what happened to them, as statements that the database fills itself with.

Each is one record of one of four sources. Every fourth has twelve events: an order of five
steps, a ticket of two, visits and messages over a year and a half. Two stand out: one customer
of forty records and one of 100,000 events, most of them visits.
"""

MANY_RECORDS, MANY_EVENTS = "P-000000000004", "P-000000000008"
JOINED = range(1001, 1040)  # whose records are those of `MANY_RECORDS`; their ids lead on
GIVEN = [
    "Anna", "Brian", "Clara", "David", "Elena", "Frank", "Greta", "Henry", "Irene", "James",
    "Karen", "Louis", "Maria", "Nigel", "Olive", "Peter", "Queenie", "Robert", "Sarah",
    "Thomas", "Ursula", "Victor", "Wendy", "Xavier", "Yvonne", "Zachary", "Philippa",
    "Desmond", "Magdalena", "Theodore", "Gwendolyn", "Jonathan",
]  # fmt: skip
FAMILY = [
    "Abernathy", "Brzozowska", "Cartwright", "Dunmore", "Ellison", "Featherstone",
    "Gallagher", "Harrington", "Ingleby", "Jessop", "Kowalska", "Lockwood", "Middleton",
    "Northcott", "Oldfield", "Pemberley", "Quigley", "Ravenscroft", "Sutherland",
    "Thistlewood", "Underhill", "Vaughan", "Winstanley", "Yardley", "Ashworth", "Blackwood",
    "Cresswell", "Delacroix", "Eastwood", "Fairbairn", "Grimshaw", "Holloway",
]  # fmt: skip
TOWNS = ["Leeds", "York", "Hull", "Bath", "Derby", "Truro", "Exeter", "Dover", "Ripon", "Wells"]
STEP_KINDS = [
    "order", "payment", "order", "delivery", "delivery", "ticket", "call", "visit",
    "product", "message", "visit", "message",
]  # fmt: skip
STEP_STATES = ("placed", "", "packed", "sent", "delivered", "open", "open", *[""] * 5)


def _array(words: tuple[str, ...] | list[str]) -> str:
    return "ARRAY[" + ", ".join(f"'{word}'" for word in words) + "]"


def _pick(words: list[str], number: str) -> str:
    return f"({_array(words)})[1 + {number} % {len(words)}]"


PLACE = "now() - interval '1 hour' * (1 + (n * 7919 + step * 1097) % 13000)"
FILL = f"""
SELECT c360_ensure_event_month((now() - interval '1 month' * back)::date)
FROM generate_series(0, 19) back;
INSERT INTO profiles_source (slug, name, kind, owner, trust_class, stage, priority, region,
    is_active, created_at)
SELECT slug, initcap(slug), '', '', 'file', 'auto', 50, 'GB', true, now()
FROM unnest(ARRAY['shop', 'crm', 'app', 'support']) slug;
INSERT INTO profiles_sourcerecord (id, source_id, external_id, version, attributes,
    content_hash, born_at, received_at)
SELECT n, s.id, n::text, 1, jsonb_build_object(
        'given_name', {_pick(GIVEN, "n")}, 'family_name', {_pick(FAMILY, "(n / 32)")},
        'email', ARRAY['m' || n || '@example.org'],
        'phone', ARRAY['+44' || 7000000000 + n]),
    '', now() - interval '2 years', now()
FROM generate_series(1, {{profiles}}) n
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM profiles_source) s
    ON s.place = n % 4
ORDER BY 1;
INSERT INTO profiles_identifier (record_id, namespace, value_norm)
SELECT id, each.* FROM profiles_sourcerecord, LATERAL (VALUES
    ('email', attributes #>> '{{{{email,0}}}}'),
    ('phone', attributes #>> '{{{{phone,0}}}}')) each;
INSERT INTO profiles_profile (id, birth_record_id, record_count, golden, display_name,
    search_name, name_sounds, postcode_norm, updated_at)
SELECT 'P-' || lpad(r.id::text, 12, '0'), r.id, 1,
    jsonb_build_object('full_name', said(r.id, s.slug, to_jsonb(r.called)),
        'email', said(r.id, s.slug, attributes #> '{{{{email,0}}}}'),
        'phone', said(r.id, s.slug, attributes #> '{{{{phone,0}}}}'),
        'birth_date', said(r.id, s.slug, to_jsonb(1940 + r.id % 60 || '-05-03')),
        'address', said(r.id, s.slug, jsonb_build_object('line1', r.id % 200 || ' High Street',
            'city', {_pick(TOWNS, "r.id")}, 'postal_code', 'LS' || r.id % 90 || ' 1AA'))),
    r.called, lower(r.called),
    ARRAY[dmetaphone(attributes ->> 'given_name'), dmetaphone(attributes ->> 'family_name')],
    ARRAY['LS' || r.id % 90 || '1AA'], now()
FROM (SELECT *, concat(attributes ->> 'given_name', ' ', attributes ->> 'family_name') AS called
      FROM profiles_sourcerecord) r JOIN profiles_source s ON s.id = r.source_id;
INSERT INTO profiles_membership (record_id, profile_id, component)
SELECT birth_record_id, id, birth_record_id FROM profiles_profile;
UPDATE profiles_membership SET profile_id = '{MANY_RECORDS}', component = 4
WHERE record_id BETWEEN {JOINED[0]} AND {JOINED[-1]};
UPDATE profiles_profile SET record_count = 0
WHERE birth_record_id BETWEEN {JOINED[0]} AND {JOINED[-1]};
UPDATE profiles_profile SET record_count = 40 WHERE id = '{MANY_RECORDS}';
INSERT INTO consent_contactpoint (ref, kind, digest, key_id, created_at)
SELECT lpad(to_hex(birth_record_id), 32, '0')::uuid, 'email',
    sha256(birth_record_id::text::bytea), 'bench', now() FROM profiles_profile;
INSERT INTO consent_permissionstate (profile_id, is_stale, computed_at)
SELECT id, false, now() FROM profiles_profile;
INSERT INTO consent_effectivepermission (profile_id, purpose_id, channel, contact_point_id,
    allowed, reason, since, record_id, entry_id, records_disagree, valid_until)
SELECT p.id, purpose, 'email', lpad(to_hex(birth_record_id), 32, '0')::uuid, false,
    'withdrawn', now() - interval '1 day', birth_record_id, birth_record_id, false, NULL
FROM profiles_profile p, unnest(ARRAY['marketing', 'service']) purpose;
INSERT INTO profiles_event (source_id, message_id, record_id, record_key, kind, name,
    occurred_at, received_at, channel, text, object_namespace, object_id, object_state,
    amount_minor, currency, identifiers, properties)
SELECT r.source_id, r.id || '-' || step, r.id, r.external_id,
    ({_array(STEP_KINDS)})[step], 'Step ' || step || ' of what happened', {PLACE},
    now() - interval '1 day', 'web', 'Two planters and a watering can, to be left with the '
        || 'neighbour at number ' || n % 97 || ' if nobody is at home',
    CASE WHEN step <= 5 THEN 'shop:order' WHEN step <= 7 THEN 'support:ticket' ELSE '' END,
    CASE WHEN step <= 5 THEN 'HP-' || n WHEN step <= 7 THEN 'T-' || n ELSE '' END,
    ({_array(STEP_STATES)})[step], CASE step WHEN 1 THEN 4200 + n % 9000 END,
    CASE step WHEN 1 THEN 'GBP' ELSE '' END, '{{{{}}}}', '{{{{"carrier": "Royal Mail"}}}}'
FROM (SELECT *, id AS n FROM profiles_sourcerecord) r, generate_series(1, 12) step
WHERE r.id % 4 = 0 OR r.id BETWEEN 1001 AND 1039;
INSERT INTO profiles_event (source_id, message_id, record_id, record_key, kind, name,
    occurred_at, received_at, channel, text, object_namespace, object_id, object_state,
    amount_minor, currency, identifiers, properties)
SELECT r.source_id, 'many-' || step, r.id, r.external_id,
    CASE WHEN step % 10 = 0 THEN 'order' WHEN step % 10 = 1 THEN 'message' ELSE 'visit' END,
    'Visit or order ' || step, now() - interval '1 minute' * (step * 7),
    now() - interval '1 day', 'app', 'Looked at planters, watering cans and benches for '
        || step % 60 || ' minutes on a tablet',
    CASE WHEN step % 10 = 0 THEN 'shop:order' ELSE '' END,
    CASE WHEN step % 10 = 0 THEN 'MANY-' || step / 50 ELSE '' END,
    CASE WHEN step % 10 = 0 THEN 'placed' ELSE '' END,
    CASE WHEN step % 10 = 0 THEN 4200 END, CASE WHEN step % 10 = 0 THEN 'GBP' ELSE '' END,
    '{{{{}}}}', '{{{{}}}}'
FROM profiles_sourcerecord r, generate_series(1, 100000) step WHERE r.id = 8;
INSERT INTO profiles_customerobject (namespace, object_id, kind, source_id, record_id,
    record_key, state, state_message_id, state_at, opened_at, amount_minor, currency)
SELECT object_namespace, object_id, CASE object_namespace WHEN 'shop:order' THEN 'order'
        ELSE 'ticket' END, min(source_id), min(record_id), min(record_key), max(object_state),
    '', max(occurred_at), min(occurred_at), max(amount_minor), max(currency)
FROM profiles_event WHERE object_id <> '' GROUP BY object_namespace, object_id
"""  # noqa: S608 - words of our own
# What a golden value looks like; gone again when the database is.
SAID = """
CREATE FUNCTION said(record bigint, source text, value jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('value', value, 'record', record, 'source', source,
        'rule', 'newest', 'since', '2026-01-01T00:00:00+00:00', 'losers', '[]'::jsonb)
$$
"""
