"""What other apps foretell of a plan, beside each customer that would come of it.

Like the panels of a customer page: `consent` registers what it can tell when it starts, the
previews show it in the same answer, and `matching` imports none of its users.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from c360.models import User
from matching.deciding.preview import Preview
from matching.models import ReviewCase
from matching.telling.splitting import Part

Foreteller = Callable[[User, Preview, ReviewCase | None], Mapping[str, str]]
_registered: list[Foreteller] = []


def register_foreteller(foreteller: Foreteller) -> None:
    """Let it tell of a plan: safe HTML by the id of the profile that would be left.

    It asks itself what the reader may see, and tells nothing else.
    """
    _registered.append(foreteller)


def foretold(
    parts: Sequence[Part], reader: User, planned: Preview, case: ReviewCase | None = None
) -> list[Part]:
    """The same parts with all that is foretold of each; `case` is the question it answers."""
    told = [foreteller(reader, planned, case) for foreteller in _registered]
    return [
        replace(part, foretold=[each.get(part.profile_id, "") for each in told])
        for part in parts
    ]
