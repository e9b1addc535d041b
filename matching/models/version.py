"""Versions of the match model."""

from django.db import models

from profiles.models.rule_version import RuleVersion, one_live


class MatchModelVersion(RuleVersion):
    """One version of weights, thresholds and limits."""

    is_automatic = models.BooleanField(
        default=False,
        help_text="Nobody chose it: it is renewed from the records as they grow.",
    )

    class Meta:
        constraints = [one_live("one_live_model")]
