"""Corrections as the page of a customer shows them: beside the value, and in its popover."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from c360.models import User
from c360.once import once
from profiles.corrections import may_withdraw, value_hash
from profiles.desk.values import shown
from profiles.models import CorrectionProposal, Profile


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal in words. `display` is empty where no better value is known.

    `is_current` of one that objects to the very value the customer shows now.
    """

    proposal: CorrectionProposal
    display: str
    is_current: bool
    can_withdraw: bool

    @property
    def attribute(self) -> str:
        return self.proposal.attribute


def proposed(profile: Profile, reader: User, attribute: str = "") -> list[Proposed]:
    """Standing proposals on the records of a profile, newest first. One query."""
    return [
        _proposed(each, profile.golden.get(each.attribute, {}), reader)
        for each in standing_on(profile)
        if attribute in ("", each.attribute)
    ]


@once
def standing_on(profile: Profile) -> list[CorrectionProposal]:
    """Every standing proposal on the records of a profile, newest first. One query."""
    rows = CorrectionProposal.objects.standing().filter(record__membership__profile=profile)
    loaded = rows.select_related("proposed_by", "record__source")
    return list(loaded.order_by("-proposed_at", "pk"))


def _proposed(
    proposal: CorrectionProposal, golden: Mapping[str, Any], reader: User
) -> Proposed:
    is_current = (
        golden.get("record") == proposal.record_id
        and value_hash(proposal.attribute, golden) == proposal.old_hash
    )
    display = display_of(proposal.attribute, proposal.value)
    return Proposed(proposal, display, is_current, may_withdraw(reader, proposal))


def display_of(attribute: str, value: Mapping[str, Any]) -> str:
    """A proposed value as people read values of its kind; empty for none."""
    if not value:
        return ""
    if attribute == "full_name":
        parts = ("prefix", "given_name", "middle_name", "family_name", "suffix")
        return " ".join(value[part] for part in parts if value.get(part))
    group, _dot, part = attribute.partition(".")
    found = value.get(group)
    inner = found.get(part) if part and isinstance(found, Mapping) else found
    if isinstance(inner, list):
        return ", ".join(shown(attribute, {"value": each}) for each in inner)
    return shown(attribute, {"value": inner})
