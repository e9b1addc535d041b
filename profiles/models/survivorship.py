"""Versions of the rules that say which value of a customer is shown."""

from django.db import models

from profiles.models.rule_version import (
    RulePublication,
    RuleVersion,
    a_second_person_publishes,
    one_live,
)


class SurvivorshipVersion(RuleVersion):
    """One version: of each attribute what is compared, and which sources are trusted."""

    class Meta:
        constraints = [one_live("one_live_survivorship")]


class SurvivorshipPublication(RulePublication):
    """A version went live, came back, or was spread to all customers."""

    version = models.ForeignKey(
        SurvivorshipVersion, models.PROTECT, related_name="publications"
    )
    replaced = models.ForeignKey(
        SurvivorshipVersion, models.PROTECT, null=True, related_name="+"
    )
    behind = models.PositiveIntegerField(
        help_text="Customers whose values were chosen by another version then."
    )

    class Meta:
        constraints = a_second_person_publishes("_of_values")

    def __str__(self) -> str:
        return f"{self.version_id} {self.kind}"
