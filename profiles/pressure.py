"""Back-pressure: whether what was taken in is worked off fast enough to take in more."""

from django.dispatch import Signal

MOST_SECONDS_BEHIND = 60

# Sent before a call is stored, with `records: int`, the size of its batch. Whoever works on
# records answers with the age in seconds of the oldest one these would wait behind.
backlog_asked = Signal()


def seconds_behind(records: int) -> float:
    """How long the oldest record has waited that a batch of this size would queue behind."""
    answers = backlog_asked.send(sender=None, records=records)
    return max((float(seconds or 0) for _receiver, seconds in answers), default=0.0)


def is_behind(records: int) -> bool:
    """Whether senders should come back later."""
    return seconds_behind(records) > MOST_SECONDS_BEHIND
