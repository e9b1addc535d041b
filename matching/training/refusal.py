"""Why nothing was learnt."""


class Refused(ValueError):
    """The data or what was learnt from it makes no sense; says what, and what to do."""
