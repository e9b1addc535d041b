"""Why a decision is not taken. The message is a sentence for the person who decided."""

from collections.abc import Sequence

from django.utils.translation import gettext as _


class DecisionRefused(Exception):
    """Nothing was saved; the message says why."""


class AlreadyDecided(DecisionRefused):
    """The case was settled meanwhile, by a person or by new data."""

    def __init__(self) -> None:
        super().__init__(_("This pair was settled meanwhile."))


class StaleView(DecisionRefused):
    """The records concerned have changed since the person looked at them."""

    def __init__(self) -> None:
        super().__init__(_("These records changed while you looked. Nothing was saved."))


class Busy(DecisionRefused):
    """New data keeps changing the records concerned."""

    def __init__(self) -> None:
        super().__init__(
            _("New data is changing these records right now. Nothing was saved; try again.")
        )


class Contradiction(DecisionRefused):
    """The decision and earlier ones cannot all be true.

    `chain` leads from one record of the decision to the other over what was said before.
    """

    def __init__(self, chain: Sequence[int]) -> None:
        super().__init__(_("This contradicts what was said before. Nothing was saved."))
        self.chain = list(chain)


class NeedsSecondPerson(DecisionRefused):
    """One person alone may not join these; `cautions` are the codes of why."""

    def __init__(self, cautions: list[str]) -> None:
        super().__init__(_("This join needs a second person. Nothing was saved."))
        self.cautions = cautions
