"""The SQL that counts defects, in set statements over all live records.

Temporary tables carry what several figures need: `quality_record` has a row for each live
record with the attributes it has, `quality_provided` the attributes a source is expected to
have, `quality_read` the columns each mapping reads, `quality_unusable` values that were there
and of which nothing was left, `quality_conflict` joined records that disagree. Attributes are
named as golden values are: the parts of a name are `full_name`, those of an address `address`.
"""

TABLES = (
    "quality_record",
    "quality_read",
    "quality_unusable",
    "quality_provided",
    "quality_conflict",
)

RECORDS = """
CREATE TEMPORARY TABLE quality_record ON COMMIT DROP AS
SELECT r.id, r.source_id, m.profile_id, coalesce(k.keys, 0) AS keys,
    coalesce(r.source_updated_at, r.received_at)
        < %(now)s - make_interval(days => s.max_age_days) AS is_stale,
    ARRAY(
        SELECT CASE WHEN a.key IN ('given_name', 'middle_name', 'family_name', 'suffix')
            THEN 'full_name' ELSE a.key END
        FROM jsonb_each(r.attributes) a
        WHERE a.key IN ('given_name', 'middle_name', 'family_name', 'suffix', 'birth_date',
                'gender', 'organisation', 'email', 'phone', 'address')
            AND a.value NOT IN ('null', '""', '[]', '{}')
        UNION
        SELECT held.key || '.' || a.key
        FROM jsonb_each(r.attributes) held, jsonb_each(
            CASE jsonb_typeof(held.value) WHEN 'object' THEN held.value ELSE '{}' END) a
        WHERE held.key IN ('identifiers', 'custom')
            AND a.value NOT IN ('null', '""', '[]', '{}')
    ) AS names
FROM profiles_sourcerecord r
JOIN profiles_source s ON s.id = r.source_id
JOIN profiles_membership m ON m.record_id = r.id
LEFT JOIN (
    SELECT record_id, count(*) AS keys FROM matching_blockkey GROUP BY record_id
) k ON k.record_id = r.id
WHERE r.deleted_at IS NULL AND r.erased_at IS NULL;
CREATE UNIQUE INDEX ON quality_record (id);
ANALYZE quality_record
"""

READ = """
CREATE TEMPORARY TABLE quality_read ON COMMIT DROP AS
SELECT map.id AS mapping_id, map.source_id, map.version, part.key AS part,
    CASE WHEN jsonb_typeof(cell) = 'object' THEN cell ->> 'column' ELSE cell #>> '{}' END
        AS cell,
    CASE WHEN part.key LIKE 'address.%%' THEN 'address'
        WHEN part.key IN ('prefix', 'given_name', 'middle_name', 'family_name', 'suffix',
            'full_name') THEN 'full_name' ELSE part.key END AS attribute
FROM profiles_sourcemapping map, jsonb_each(map.spec -> 'attributes') part,
    jsonb_array_elements(CASE WHEN jsonb_typeof(part.value) = 'array' THEN part.value
        ELSE jsonb_build_array(part.value) END) cell
WHERE map.reads = 'records'
"""

# What a call sent names every attribute by itself and has no mapping.
UNUSABLE = """
CREATE TEMPORARY TABLE quality_unusable ON COMMIT DROP AS
WITH said AS (
    SELECT r.id, r.source_id, read.attribute, read.part,
        coalesce(v.payload ->> read.cell, v.payload #>> string_to_array(read.cell, '.')) AS said
    FROM profiles_sourcerecord r
    JOIN profiles_recordversion v ON v.record_id = r.id AND v.content_hash = r.content_hash
    JOIN quality_read read ON read.mapping_id = v.mapping_id
    WHERE r.deleted_at IS NULL AND r.erased_at IS NULL
    UNION ALL
    SELECT r.id, r.source_id,
        CASE WHEN sent.part LIKE 'address.%%' THEN 'address'
            WHEN sent.part IN ('prefix', 'given_name', 'middle_name', 'family_name', 'suffix',
                'full_name') THEN 'full_name' ELSE sent.part END,
        sent.part, sent.said
    FROM profiles_sourcerecord r
    JOIN profiles_recordversion v ON v.record_id = r.id AND v.content_hash = r.content_hash,
    LATERAL (
        SELECT plain.key AS part, plain.value #>> '{}' AS said
        FROM jsonb_each(CASE jsonb_typeof(v.payload -> 'attributes') WHEN 'object'
            THEN v.payload -> 'attributes' ELSE '{}' END) plain
        WHERE jsonb_typeof(plain.value) <> 'object'
        UNION ALL
        SELECT held.key || '.' || inner_.key, inner_.value #>> '{}'
        FROM jsonb_each(CASE jsonb_typeof(v.payload -> 'attributes') WHEN 'object'
            THEN v.payload -> 'attributes' ELSE '{}' END) held,
        jsonb_each(CASE jsonb_typeof(held.value) WHEN 'object' THEN held.value ELSE '{}' END)
            inner_
    ) sent
    WHERE v.mapping_id IS NULL AND r.deleted_at IS NULL AND r.erased_at IS NULL
)
SELECT DISTINCT ON (said.id, said.attribute) said.id, said.source_id, said.attribute, said.said
FROM said JOIN profiles_sourcerecord r ON r.id = said.id
WHERE btrim(said.said, E' \\t\\r\\n\\u00a0') NOT IN ('', '[]', '{}')
    AND said.part <> 'prefix'
    AND CASE WHEN said.part = 'full_name'
        THEN NOT r.attributes ?| '{given_name,middle_name,family_name,suffix}'
        ELSE r.attributes #> string_to_array(said.part, '.') IS NULL END
ORDER BY said.id, said.attribute, said.part
"""

PROVIDED = """
CREATE TEMPORARY TABLE quality_provided ON COMMIT DROP AS
SELECT source_id, attribute FROM (
    SELECT DISTINCT r.source_id, name AS attribute
    FROM quality_record r, unnest(r.names) AS name
    UNION
    SELECT read.source_id, read.attribute FROM quality_read read
    JOIN (SELECT source_id, max(version) AS version FROM quality_read GROUP BY source_id) newest
        USING (source_id, version)
) provided WHERE length(attribute) <= 200
"""

# A value is in conflict where the record that has it does not have the chosen one as well.
CONFLICTS = """
CREATE TEMPORARY TABLE quality_conflict ON COMMIT DROP AS
SELECT p.id AS profile_id, g.key AS attribute, winner.source_id AS winner_id,
    array_agg(DISTINCT loser.source_id) || winner.source_id AS sources
FROM profiles_profile p, jsonb_each(p.golden) g
JOIN profiles_sourcerecord winner ON winner.id = (g.value ->> 'record')::bigint,
    jsonb_array_elements(g.value -> 'losers') lost
JOIN profiles_sourcerecord loser ON loser.id = (lost ->> 'record')::bigint,
LATERAL (SELECT loser.attributes #> CASE WHEN g.key ~ '^(identifiers|custom)\\.'
    THEN ARRAY[split_part(g.key, '.', 1), substr(g.key, strpos(g.key, '.') + 1)]
    ELSE ARRAY[g.key] END AS has) held
WHERE p.record_count > 1 AND loser.id <> winner.id
    AND NOT coalesce(jsonb_typeof(held.has) = 'array'
        AND held.has @> jsonb_build_array(g.value -> 'value'), false)
GROUP BY p.id, g.key, winner.source_id
"""

# Questions that a value would help to answer: one side lacks it, the other has it.
_PAIRS = """
WITH pairs AS (
    SELECT side.source_id, p.attribute, count(*) AS pairs
    FROM matching_reviewcase c
    CROSS JOIN LATERAL (VALUES (c.lo_id, c.hi_id), (c.hi_id, c.lo_id)) ends (one, two)
    JOIN quality_record side ON side.id = ends.one
    JOIN quality_record other ON other.id = ends.two
    JOIN quality_provided p ON p.source_id = side.source_id
    WHERE c.settled_at IS NULL
        AND NOT p.attribute = ANY(side.names) AND p.attribute = ANY(other.names)
    GROUP BY side.source_id, p.attribute
)
"""

MISSING = (
    _PAIRS
    + """
INSERT INTO matching_qualityfigure
    (run_id, metric, source_id, attribute, count, total, detail)
SELECT %(run)s, 'missing', r.source_id, p.attribute, count(*) FILTER (WHERE lacks), count(*),
    jsonb_build_object(
        'keyless', count(*) FILTER (WHERE lacks AND r.keys = 0),
        'keys', round(avg(r.keys) FILTER (WHERE lacks), 1),
        'keys_with', round(avg(r.keys) FILTER (WHERE NOT lacks), 1),
        'pairs', coalesce(max(pairs.pairs), 0))
FROM quality_record r
JOIN quality_provided p ON p.source_id = r.source_id
CROSS JOIN LATERAL (SELECT NOT p.attribute = ANY(r.names) AS lacks) looked
LEFT JOIN pairs ON pairs.source_id = r.source_id AND pairs.attribute = p.attribute
GROUP BY r.source_id, p.attribute
"""
)

# An unusable value that several customers share says nothing of any one of them.
INVALID = """
WITH live AS (SELECT source_id, count(*) AS n FROM quality_record GROUP BY source_id),
refused AS (
    SELECT q.source_id, coalesce(read.attribute, '') AS attribute, count(*) AS n
    FROM profiles_quarantinedrow q
    LEFT JOIN (SELECT DISTINCT mapping_id, cell, attribute FROM quality_read) read
        ON read.mapping_id = q.mapping_id AND read.cell = q."column"
    WHERE q.settled_at IS NULL GROUP BY 1, 2
),
waiting AS (SELECT source_id, sum(n) AS n FROM refused GROUP BY source_id),
said AS (
    SELECT source_id, attribute, count(*) AS n,
        count(*) FILTER (WHERE r.keys = 0) AS keyless
    FROM quality_unusable u JOIN quality_record r USING (id, source_id)
    GROUP BY source_id, attribute
),
shared AS (
    SELECT source_id, attribute, jsonb_agg(jsonb_build_array(said, n) ORDER BY n DESC, said)
        AS examples
    FROM (
        SELECT source_id, attribute, left(btrim(said), 60) AS said, count(*) AS n,
            row_number() OVER (
                PARTITION BY source_id, attribute ORDER BY count(*) DESC, left(btrim(said), 60)
            ) AS rank
        FROM quality_unusable JOIN quality_record r USING (id, source_id)
        GROUP BY 1, 2, 3 HAVING count(DISTINCT r.profile_id) >= %(shared)s
    ) ranked WHERE rank <= 8 GROUP BY source_id, attribute
),
cells AS (
    SELECT source_id, attribute FROM quality_provided
    UNION SELECT source_id, attribute FROM said WHERE length(attribute) <= 200
    UNION SELECT source_id, attribute FROM refused
)
INSERT INTO matching_qualityfigure
    (run_id, metric, source_id, attribute, count, total, detail)
SELECT %(run)s, 'invalid', source_id, attribute,
    coalesce(said.n, 0) + coalesce(refused.n, 0),
    coalesce(live.n, 0) + coalesce(waiting.n, 0),
    jsonb_build_object('rows', coalesce(refused.n, 0), 'keyless', coalesce(said.keyless, 0),
        'examples', coalesce(shared.examples, '[]'))
FROM cells
LEFT JOIN said USING (source_id, attribute)
LEFT JOIN refused USING (source_id, attribute)
LEFT JOIN shared USING (source_id, attribute)
LEFT JOIN live USING (source_id)
LEFT JOIN waiting USING (source_id)
"""

STALE = """
INSERT INTO matching_qualityfigure
    (run_id, metric, source_id, attribute, count, total, detail)
SELECT %(run)s, 'stale', r.source_id, name, count(*) FILTER (WHERE r.is_stale), count(*), '{}'
FROM quality_record r, unnest(r.names || '{""}'::text[]) AS name
WHERE r.is_stale IS NOT NULL AND length(name) <= 200
GROUP BY r.source_id, name
"""

CONFLICT = """
WITH comparable AS (
    SELECT profile_id, name FROM quality_record, unnest(names) AS name
    GROUP BY profile_id, name HAVING count(*) > 1
),
totals AS (
    SELECT r.source_id, name AS attribute, count(DISTINCT r.profile_id) AS total
    FROM quality_record r, unnest(r.names) AS name
    JOIN comparable USING (name)
    WHERE comparable.profile_id = r.profile_id AND length(name) <= 200
    GROUP BY r.source_id, name
),
found AS (
    SELECT DISTINCT profile_id, attribute, winner_id, source_id
    FROM quality_conflict, unnest(sources) AS source_id
),
wins AS (
    SELECT source_id, attribute, jsonb_object_agg(slug, n) AS wins, sum(n) AS n FROM (
        SELECT source_id, attribute, s.slug, count(*) AS n
        FROM found JOIN profiles_source s ON s.id = winner_id
        GROUP BY source_id, attribute, s.slug
    ) counted GROUP BY source_id, attribute
)
INSERT INTO matching_qualityfigure
    (run_id, metric, source_id, attribute, count, total, detail)
SELECT %(run)s, 'conflict', source_id, attribute, coalesce(wins.n, 0), totals.total,
    jsonb_build_object('wins', coalesce(wins.wins, '{}'))
FROM totals LEFT JOIN wins USING (source_id, attribute)
"""

QUARANTINED = """
INSERT INTO matching_qualityfigure
    (run_id, metric, source_id, attribute, count, total, detail)
SELECT %(run)s, 'quarantined', s.id, '', coalesce(q.n, 0), coalesce(q.n, 0) + coalesce(l.n, 0),
    jsonb_build_object('records', coalesce(l.n, 0), 'newest', l.newest)
FROM profiles_source s
LEFT JOIN (
    SELECT source_id, count(*) AS n FROM profiles_quarantinedrow
    WHERE settled_at IS NULL GROUP BY source_id
) q ON q.source_id = s.id
LEFT JOIN (
    SELECT source_id, count(*) AS n, max(received_at) AS newest FROM profiles_sourcerecord
    WHERE deleted_at IS NULL AND erased_at IS NULL GROUP BY source_id
) l ON l.source_id = s.id
WHERE q.n IS NOT NULL OR l.n IS NOT NULL
"""

PREPARE = (RECORDS, READ, UNUSABLE, PROVIDED, CONFLICTS)
FIGURES = (MISSING, INVALID, STALE, CONFLICT, QUARANTINED)
