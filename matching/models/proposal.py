"""Answers that one person has proposed and a second one has to agree to."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matching.models.review import ReviewCase


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def open(self) -> "ProposalQuerySet":
        """Proposals that wait for a second person; a settled case has overtaken its own."""
        return self.filter(answered_at=None, case__settled_at=None)


class Proposal(models.Model):
    """What one person would answer to a review case, for another to agree to or not.

    `unsure` asks for a second opinion without having one. A proposal changes nothing by
    itself; `action` is the decision that followed when it was agreed to.
    """

    class Verdict(models.TextChoices):
        SAME = "same", _("Same person")
        DIFFERENT = "different", _("Not the same person")
        UNSURE = "unsure", _("Somebody else should say")
        GROUPS = "groups", _("Several records in groups")

    class Answer(models.TextChoices):
        AGREED = "agreed", _("A second person agreed")
        OVERRULED = "overruled", _("A second person answered otherwise")
        WITHDRAWN = "withdrawn", _("Taken back by who proposed it")

    case = models.ForeignKey(ReviewCase, models.CASCADE, related_name="proposals")
    verdict = models.CharField(max_length=9, choices=Verdict.choices)
    cautions = ArrayField(
        models.CharField(max_length=40), help_text="Codes of why a second person is needed."
    )
    reason = models.CharField(max_length=255, blank=True)
    plan = models.JSONField(null=True, help_text="Record ids by group, for `groups`.")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(max_length=9, choices=Answer.choices, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)
    action = models.UUIDField(null=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            # Serves: the queue and the page of a case find its open proposal.
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(answered_at=None),
                name="one_open_proposal_per_case",
            ),
            models.CheckConstraint(
                condition=~Q(answer="agreed") | ~Q(answered_by=F("proposed_by")),
                name="who_proposed_does_not_agree",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None, answered_by=None)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="an_answer_has_its_time_and_person",
            ),
            models.CheckConstraint(
                condition=Q(verdict="groups", plan__isnull=False)
                | (~Q(verdict="groups") & Q(plan__isnull=True)),
                name="groups_are_proposed_with_a_plan",
            ),
        ]
        indexes = [
            # Serves: the history of a customer names who proposed an action.
            models.Index(
                fields=["action"], condition=Q(action__isnull=False), name="proposal_of_action"
            ),
        ]

    def __str__(self) -> str:
        return f"proposal {self.pk} for case {self.case_id}: {self.verdict}"
