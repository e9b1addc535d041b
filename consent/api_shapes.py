"""The shapes of answers about permission, as the OpenAPI document has them."""

from rest_framework import serializers

from consent.models import LedgerEntry


class QuestionShape(serializers.Serializer):
    """May we contact this customer for this, by this?"""

    profile = serializers.CharField()
    purpose = serializers.CharField()
    channel = serializers.ChoiceField(LedgerEntry.Channel.values)


class QuestionsShape(serializers.Serializer):
    """Many questions."""

    questions = QuestionShape(many=True)


class AnswerShape(QuestionShape):
    """A question with its answer. Contact points are references, never values."""

    allowed = serializers.BooleanField()
    reason = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    valid_until = serializers.DateTimeField(allow_null=True)
    records_disagree = serializers.BooleanField()
    contact_points = serializers.ListField(child=serializers.CharField())


class AnswersShape(serializers.Serializer):
    """Answers in the order of the questions."""

    answers = AnswerShape(many=True)


class ConsentShape(AnswersShape):
    """Answers for every purpose and channel."""
