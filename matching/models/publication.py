"""What was live when, by whom, and on what evidence."""

from django.db import models

from matching.models.version import MatchModelVersion
from profiles.models.rule_version import RulePublication, a_second_person_publishes


class Publication(RulePublication):
    """A version of the match model went live, came back, or was spread to all records."""

    version = models.ForeignKey(MatchModelVersion, models.PROTECT, related_name="publications")
    replaced = models.ForeignKey(MatchModelVersion, models.PROTECT, null=True, related_name="+")
    marked = models.PositiveIntegerField(help_text="Records to be resolved again.")

    class Meta:
        constraints = a_second_person_publishes()

    def __str__(self) -> str:
        return f"{self.version_id} {self.kind}"
