"""Parts of the customer page that other apps make: confidence, open questions, contact.

An app registers a panel by the name of its place when it starts; the page shows them in the
same answer, so nothing is asked for afterwards and nothing jumps. `profiles` imports none of
its users. A panel that is not registered, or not for this reader, is an empty text. In a frame
of another desk nothing can be done, only read: a panel with buttons has another one for there.
"""

from collections.abc import Callable

from c360.http import StaffRequest
from profiles.models import Profile

Panel = Callable[[StaffRequest, Profile], str]
_registered: dict[str, Panel] = {}
_in_frames: dict[str, Panel] = {}


def register_panel(place: str, panel: Panel, *, in_frames: Panel | None = None) -> None:
    """Let `panel` fill `place` of the customer page; it answers safe HTML, "" for nothing.

    It is given a profile that `profile_for` has opened for the reader. `in_frames` takes its
    place in frames.
    """
    _registered[place] = panel
    _in_frames[place] = in_frames or panel


def panels(request: StaffRequest, profile: Profile) -> dict[str, str]:
    """The HTML of every registered panel, by place."""
    return {place: panel(request, profile) for place, panel in _registered.items()}


def panels_to_read(request: StaffRequest, profile: Profile) -> dict[str, str]:
    """The same for a frame, where nothing can be pressed."""
    return {place: panel(request, profile) for place, panel in _in_frames.items()}
