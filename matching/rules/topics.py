"""What open pages of the rule lab are told."""

from c360.live import announce

RULES = "rules"


def announce_rules() -> None:
    """Versions, stages or the spreading of a version have changed."""
    announce([RULES])
