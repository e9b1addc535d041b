"""The records behind a figure as they are now, page by page; the statements of each metric.

A list may be ahead of its figure: what was mended since the count is no longer in it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from matching.models import Metric
from profiles.models import Source, SourceMapping

PAGE = 50
NAME = ("given_name", "middle_name", "family_name", "suffix")
ADDRESS = ("line1", "city", "region", "postal_code", "country")

_LACKS = """NOT EXISTS (SELECT 1 FROM unnest(%(parts)s::text[]) part
    WHERE coalesce(r.attributes #> string_to_array(part, '.'), 'null')
        NOT IN ('null', '""', '[]', '{}'))"""
_RECORDS = """
SELECT r.id AS key, r.id AS record, r.external_id, m.profile_id AS profile, p.display_name,
    coalesce(r.source_updated_at, r.received_at) AS at, {said} AS said
FROM profiles_sourcerecord r
JOIN profiles_membership m ON m.record_id = r.id
JOIN profiles_profile p ON p.id = m.profile_id
{more}
WHERE r.source_id = %(source)s AND r.deleted_at IS NULL AND r.erased_at IS NULL
    AND r.id > %(after)s AND {condition}
ORDER BY r.id LIMIT %(limit)s
"""
_SAID = """
JOIN profiles_recordversion v ON v.record_id = r.id AND v.content_hash = r.content_hash
CROSS JOIN LATERAL (
    SELECT said.text AS said
    FROM json_to_recordset(%(reads)s::json) AS read (mapping bigint, part text, cell text)
    CROSS JOIN LATERAL (SELECT coalesce(v.payload ->> read.cell,
        v.payload #>> string_to_array(read.cell, '.'),
        CASE WHEN read.mapping IS NULL THEN v.payload -> 'attributes' ->> read.part END) AS text
    ) said
    WHERE read.mapping IS NOT DISTINCT FROM v.mapping_id
        AND btrim(said.text, E' \\t\\r\\n\\u00a0') NOT IN ('', '[]', '{}')
        AND CASE WHEN read.part = 'full_name'
            THEN NOT r.attributes ?| '{given_name,middle_name,family_name,suffix}'
            ELSE r.attributes #> string_to_array(read.part, '.') IS NULL END
    ORDER BY read.part LIMIT 1
) found
"""
_STALE = (
    "coalesce(r.source_updated_at, r.received_at) < now() - make_interval(days => %(days)s)"
)
_CONFLICTS = """
SELECT p.id AS key, r.id AS record, r.external_id, p.id AS profile, p.display_name,
    coalesce(r.source_updated_at, r.received_at) AS at, '' AS said,
    p.golden -> %(attribute)s AS entry
FROM profiles_profile p
CROSS JOIN LATERAL (
    SELECT r.* FROM profiles_membership m JOIN profiles_sourcerecord r ON r.id = m.record_id
    WHERE m.profile_id = p.id AND r.source_id = %(source)s
        AND r.deleted_at IS NULL AND r.erased_at IS NULL
        AND (r.id = (p.golden -> %(attribute)s ->> 'record')::bigint OR EXISTS (
            SELECT 1 FROM jsonb_array_elements(p.golden -> %(attribute)s -> 'losers') lost
            WHERE (lost ->> 'record')::bigint = r.id))
    ORDER BY r.id LIMIT 1
) r
WHERE p.record_count > 1 AND p.id > %(after)s
    AND p.golden -> %(attribute)s -> 'losers' <> '[]'
    AND EXISTS (
        SELECT 1 FROM jsonb_array_elements(p.golden -> %(attribute)s -> 'losers') lost
        JOIN profiles_sourcerecord l ON l.id = (lost ->> 'record')::bigint
        CROSS JOIN LATERAL (SELECT l.attributes #> %(path)s::text[] AS has) held
        WHERE l.id <> (p.golden -> %(attribute)s ->> 'record')::bigint
            AND (l.source_id = %(source)s OR %(slug)s = p.golden -> %(attribute)s ->> 'source')
            AND NOT coalesce(jsonb_typeof(held.has) = 'array' AND held.has
                @> jsonb_build_array(p.golden -> %(attribute)s -> 'value'), false))
ORDER BY p.id LIMIT %(limit)s
"""
_ROWS = """
SELECT id AS key, origin, line, "column", reason, received_at AS at
FROM profiles_quarantinedrow
WHERE source_id = %(source)s AND settled_at IS NULL AND id > %(after)s
    AND (%(cells)s::text[] IS NULL OR "column" = ANY(%(cells)s::text[]))
ORDER BY id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of rows, each a mapping of its columns; `after` is the key of the next page."""

    rows: list[dict[str, Any]]
    after: str = ""

    @property
    def record_ids(self) -> list[int]:
        return [row["record"] for row in self.rows if "record" in row]

    @property
    def profile_ids(self) -> list[str]:
        return [row["profile"] for row in self.rows if "profile" in row]


def records_behind(
    metric: Metric, source: Source, attribute: str, *, after: str = "", limit: int = PAGE
) -> Found:
    """Records, or rows in quarantine, with the defect. One query, two of unusable values."""
    if metric == Metric.QUARANTINED:
        return _page(_ROWS, _facts(source, attribute, after) | {"cells": None}, limit)
    if metric == Metric.CONFLICT:
        return _page(_CONFLICTS, _facts(source, attribute, after), limit)
    return _page(*_about_records(metric, source, attribute, after), limit)


def rows_behind(source: Source, attribute: str, *, limit: int = PAGE) -> Found:
    """Rows in quarantine because of a column of the attribute; "" is of no attribute's."""
    cells = [cell for _mapping, _part, cell in reads_of(source, attribute)]
    facts = _facts(source, attribute, "") | {"cells": cells if attribute else [""]}
    return _page(_ROWS, facts, limit)


def _about_records(
    metric: Metric, source: Source, attribute: str, after: str
) -> tuple[str, dict[str, Any]]:
    facts = _facts(source, attribute, after)
    if metric == Metric.MISSING:
        return _RECORDS.format(said="''", more="", condition=_LACKS), facts
    if metric == Metric.INVALID:
        reads = [
            {"mapping": mapping, "part": part, "cell": cell}
            for mapping, part, cell in reads_of(source, attribute)
        ]
        statement = _RECORDS.format(said="found.said", more=_SAID, condition="true")
        return statement, facts | {"reads": json.dumps(reads)}
    has = f"NOT ({_LACKS})" if attribute else "true"
    return _RECORDS.format(said="''", more="", condition=f"{_STALE} AND {has}"), facts


def _facts(source: Source, attribute: str, after: str) -> dict[str, Any]:
    group, dot, name = attribute.partition(".")
    return {
        "source": source.pk,
        "slug": source.slug,
        "days": source.max_age_days,
        "attribute": attribute,
        "parts": list(NAME) if attribute == "full_name" else [attribute],
        "path": [group, name] if dot else [attribute],
        "after": after,
    }


def reads_of(source: Source, attribute: str) -> Iterator[tuple[int | None, str, str]]:
    """Mapping, part of the attribute and column, for all versions and for calls. One query."""
    parts: Sequence[str] = {
        "full_name": (*NAME, "full_name"),
        "address": tuple(f"address.{part}" for part in ADDRESS),
    }.get(attribute, (attribute,))
    for part in parts:
        yield None, part, f"attributes.{part}"
    mappings = SourceMapping.objects.filter(source=source, reads=SourceMapping.Reads.RECORDS)
    for pk, spec in mappings.values_list("pk", "spec"):
        for part, columns in spec["attributes"].items():
            for column in columns if isinstance(columns, list) else [columns]:
                if part in parts:
                    yield pk, part, column["column"] if isinstance(column, dict) else column


def _page(statement: str, facts: dict[str, Any], limit: int) -> Found:
    after: str | int = facts["after"]
    if statement is not _CONFLICTS:
        after = int(after) if str(after).isdecimal() and len(str(after)) < 19 else 0
    with connection.cursor() as cursor:
        cursor.execute(statement, {**facts, "after": after, "limit": limit + 1})
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    more = rows[limit - 1]["key"] if len(rows) > limit else ""
    return Found(rows[:limit], str(more))


def said_by(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Of a conflict what each record says, the chosen value first."""
    entry = row["entry"] if isinstance(row["entry"], dict) else json.loads(row["entry"])
    return [entry, *entry["losers"]]
