"""Lawful bases: what sources declare, what they lack, and what a page says of a value.

Every attribute a source sends has a purpose, a lawful basis and a time it is kept; without one
nothing of the source is taken in.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _

from consent.models import FieldBasis, ProcessingActivity, Purpose
from consent.policies import policy_problem
from consent.purposes import purpose_problem
from profiles.bases import (
    PARSERS,
    AnyMapping,
    HeldBasis,
    bases_asked,
    mapping_checked,
    mapping_stored,
)
from profiles.mappings.declarations import DeclaredBasis
from profiles.mappings.records import RecordMapping
from profiles.models import Source
from profiles.models.source import LawfulBasis

# Names that say the data is special (GDPR article 9), whatever a source calls it exactly.
SPECIAL_WORDS = (
    "health", "illness", "disease", "disab", "medical", "allerg", "religi", "faith", "ethnic",
    "race", "politic", "union_member", "trade_union", "sexual", "orientation", "genetic",
    "biometric",
)  # fmt: skip


class CannotDeclare(ValueError):
    """A basis that does not hold; the message says why."""


def is_special(attribute: str) -> bool:
    """Whether a name speaks of health, belief, origin, politics, unions, sex life or genes."""
    return any(word in attribute.casefold() for word in SPECIAL_WORDS)


def basis_problem(attribute: str, purpose: Purpose, basis: str, special_condition: str) -> str:
    """Why this basis cannot hold for this attribute; empty if it can."""
    if basis == LawfulBasis.CONSENT and purpose.mode != Purpose.Mode.OPT_IN:
        return _(
            "%(attribute)s: consent cannot be the basis for %(purpose)s, which asks for no yes."
        ) % {"attribute": attribute, "purpose": purpose}
    if is_special(attribute) and not special_condition.strip():
        return _(
            "%(attribute)s looks like special data: name its condition of article 9(2), such "
            "as 9(2)(a)."
        ) % {"attribute": attribute}
    return ""


def mapped_attributes(source: Source) -> list[str]:
    """What the newest mappings of a source hold, in mapping order; `events` for activity."""
    if source.pk is None:
        return []
    newest = source.mappings.order_by("-reads", "-version").distinct("reads")
    parsed = [PARSERS[each.reads](each.spec) for each in newest]
    return list(dict.fromkeys(name for mapping in parsed for name in mapping.held))


def lacking(source: Source, attributes: Iterable[str]) -> list[str]:
    """Which of these attributes have no basis in this source, in the order given."""
    wanted = list(dict.fromkeys(attributes))
    found = set()
    if source.pk is not None:
        rows = FieldBasis.objects.filter(source=source, attribute__in=wanted)
        found = set(rows.values_list("attribute", flat=True))
    return [name for name in wanted if name not in found]


def unfounded(source: Source) -> list[str]:
    """What is wrong with bases that are stored: purposes change after they were declared."""
    rows = source.field_bases.select_related("purpose").order_by("attribute", "purpose")
    problems = (
        basis_problem(row.attribute, row.purpose, row.basis, row.special_condition)
        for row in rows
    )
    return [problem for problem in problems if problem]


def lacking_words(source: Source, missing: Collection[str]) -> str:
    """One line that names the attributes without a basis, and where to give them one."""
    return _(
        'No lawful basis of %(source)s covers %(names)s. Add it under "basis" in the mapping, '
        "or under %(page)s."
    ) % {"source": source, "names": ", ".join(missing), "page": reverse("consent:bases")}


@receiver(mapping_checked)
def check_mapping(
    sender: Any, source: Source, mapping: AnyMapping, is_new: bool, **kwargs: Any
) -> list[str]:
    """Complain about unknown purposes and texts, and attributes without a lawful basis."""
    declared = mapping.bases if is_new else ()
    problems = _problems_of_declarations(declared) + _problems_of_questions(mapping)
    covered = {each.attribute for each in declared}
    missing = lacking(source, (name for name in mapping.held if name not in covered))
    return [*problems, lacking_words(source, missing)] if missing else problems


def _problems_of_declarations(declared: Sequence[DeclaredBasis]) -> list[str]:
    purposes = Purpose.objects.in_bulk({each.purpose for each in declared}) if declared else {}
    problems = {purpose_problem(each.purpose, purposes.get(each.purpose)) for each in declared}
    activities = {each.activity for each in declared if each.activity}
    if activities:
        known = ProcessingActivity.objects.filter(name__in=activities)
        problems |= {
            _("There is no processing activity %(name)r.") % {"name": name}
            for name in activities.difference(known.values_list("name", flat=True))
        }
    problems |= {
        basis_problem(
            each.attribute, purposes[each.purpose], each.basis, each.special_condition
        )
        for each in declared
        if each.purpose in purposes
    }
    return sorted(problems - {""})


def _problems_of_questions(mapping: AnyMapping) -> list[str]:
    """What is wrong with the purposes and texts that consent columns name."""
    columns = mapping.consent if isinstance(mapping, RecordMapping) else ()
    problems = {purpose_problem(each.purpose) for each in columns}
    problems |= {policy_problem(each.policy, each.purpose) for each in columns if each.policy}
    return sorted(problems - {""})


@receiver(mapping_stored)
def keep_declarations(
    sender: Any,
    source: Source,
    mapping: AnyMapping,
    before: AnyMapping | None,
    **kwargs: Any,
) -> None:
    """Store what a new version of a mapping declares anew.

    What its last version declared already is left alone: an officer may have changed it since.
    """
    known = set(before.bases) if before else set()
    declare(source, [each for each in mapping.bases if each not in known])


@transaction.atomic
def declare(source: Source, bases: Iterable[DeclaredBasis]) -> int:
    """Store bases, each replacing the one of its attribute and purpose; return how many.

    Raises `CannotDeclare` naming the attribute where one does not hold, and stores none.
    """
    stored = 0
    for each in bases:
        purpose = Purpose.objects.get(pk=each.purpose)
        if problem := basis_problem(
            each.attribute, purpose, each.basis, each.special_condition
        ):
            raise CannotDeclare(problem)
        FieldBasis.objects.update_or_create(
            source=source,
            attribute=each.attribute,
            purpose=purpose,
            defaults={
                "basis": each.basis,
                "retention_days": each.retention_days,
                "special_condition": each.special_condition,
                "reference": each.reference,
                "activity": ProcessingActivity.objects.filter(name=each.activity).first(),
            },
        )
        stored += 1
    return stored


def _is_limited(row: FieldBasis) -> bool:
    return row.basis == LawfulBasis.LEGAL_OBLIGATION or bool(row.special_condition)


@receiver(bases_asked)
def held_on(
    sender: Any, source: Source, attributes: Collection[str], **kwargs: Any
) -> list[HeldBasis]:
    """Every basis of these attributes in words, in the order of their purposes. One query."""
    rows = FieldBasis.objects.filter(source=source, attribute__in=attributes)
    return [
        HeldBasis(
            purpose=row.purpose.name,
            basis=row.get_basis_display(),
            retention_days=row.retention_days,
            special_condition=row.special_condition,
            reference=row.reference,
            is_limited=_is_limited(row),
        )
        for row in rows.select_related("purpose").order_by("purpose__name", "attribute")
    ]
