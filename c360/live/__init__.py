"""Live updates: what changed is told to open pages by name and id, never by content.

`announce` is for whoever changes something, `register_topic` for the app that owns a kind of
signal. The rest serves `GET /live/`: `c360.live.stream` the connection, `c360.live.hub` the one
reader of Valkey in each web process, `c360.live.sessions` the end of signed-in sessions.
"""

from c360.live.announcing import announce
from c360.live.topics import register_topic

__all__ = ["announce", "register_topic"]
