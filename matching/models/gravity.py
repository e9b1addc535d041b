"""How bad it is to leave a question open, as the row of its case says it by itself.

Both are columns that the database keeps, so that the head of a long queue is found by an index.
"""

from datetime import UTC, datetime, timedelta

from django.db import models
from django.db.models import Case, F, FloatField, Func, IntegerField, Value, When
from django.db.models.functions import Greatest, Least, Power


class Reason(models.TextChoices):
    UNCERTAIN = "uncertain", "The evidence is not strong enough"
    IDENTIFIER = "identifier", "Different verified identifiers"
    BIRTH_DATE = "birth_date", "Different birth dates"
    TWINS = "twins", "Could be twins"
    GENERATION = "generation", "Could be parent and child of one name"
    HOUSEHOLD = "household", "Could be two people of one household"
    WEAK_BRIDGE = "weak_bridge", "A single weak link would join two groups"
    SIZE = "size", "The group would become very large"
    LOCKED = "locked", "A steward locked one of the two customers"
    DIFFERENT = "different", "A person said some of these records are different people"
    REPORTED = "reported", "Reported by an agent"
    AUDIT = "audit", "A join of the machine is checked"
    DISPUTED = "disputed", "Two stewards answered differently"


HARM = {
    Reason.REPORTED: 10.0,
    Reason.WEAK_BRIDGE: 8.0,  # perhaps two people are one customer already
    Reason.DIFFERENT: 8.0,
    Reason.DISPUTED: 8.0,
    Reason.SIZE: 6.0,
    Reason.LOCKED: 2.0,
    Reason.IDENTIFIER: 4.0,  # strong evidence on both sides of the question
    Reason.BIRTH_DATE: 4.0,
    Reason.TWINS: 3.0,
    Reason.GENERATION: 3.0,
    Reason.HOUSEHOLD: 2.0,
}
"""Beside an uncertain pair, which weighs 1 as every other reason does. Never edited in place:
the column is made from it, so another weight is another migration."""
MONDAY = datetime(1970, 1, 5, tzinfo=UTC)  # weeks are counted from
MOST_BITS = 60.0  # beyond it a probability is 0 or 1 to the last digit


def gravity() -> models.Expression:
    """Harm of the reason × stake × probability 2^w / (1 + 2^w) of a match weight w in bits."""
    bits = Greatest(Least(F("weight_bits"), Value(MOST_BITS)), Value(-MOST_BITS))
    harm = Case(
        *(When(reason=reason.value, then=Value(harm)) for reason, harm in HARM.items()),
        default=Value(1.0),
        output_field=FloatField(),
    )
    return harm * F("stake") / (Value(1.0) + Power(Value(2.0), Value(-1.0) * bits))


def probability(weight_bits: float) -> float:
    """2^w / (1 + 2^w) of a match weight in bits, 0 to 1: as in the gravity of a case."""
    return float(1 / (1 + 2 ** -max(min(weight_bits, MOST_BITS), -MOST_BITS)))


def opened_week() -> models.Expression:
    """Whole weeks from Monday 5 January 1970, midnight UTC, to `opened_at`."""
    return Func(
        F("opened_at"),
        template=(
            "(floor(extract(epoch FROM (%(expressions)s"
            " - timestamptz '1970-01-05 00:00:00+00')) / 604800))::integer"
        ),
        output_field=IntegerField(),
    )


def week_of(time: datetime) -> int:
    """The week that a case opened at this time has: as in `opened_week`."""
    return (time - MONDAY) // timedelta(days=7)
